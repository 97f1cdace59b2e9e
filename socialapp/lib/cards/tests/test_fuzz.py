"""Whatever a file holds, reading it ends soon: with a card or with a sentence."""

from __future__ import annotations

import copy
import json
import random
from typing import Any

import pytest

from socialapp.lib import cards
from socialapp.lib.cards.tests import made
from tests.patience import patience

SEED = 20261126
ROUNDS = 60
VALUES: tuple[Any, ...] = (
    None,
    True,
    -1,
    1e308,
    "",
    "x" * 5000,
    "\x00\u202e{{user}}",
    [],
    [[]],
    {},
    {"name": 1},
    [None, 1, "a", {}],
)


def survives(blob: bytes) -> bool:
    """Whether it was a card; a card must be written and read again."""
    with patience():
        try:
            card = cards.read(blob)
        except cards.CardError as error:
            if not str(error).endswith("."):
                raise AssertionError(f"No sentence: {error}") from error
            return False
        for written in (
            cards.write_png(card, made.portrait()),
            cards.write_json(card),
            cards.write_v2_json(card),
            cards.write_charx(card),
        ):
            assert cards.read(written).name == card.name
        return True


@pytest.mark.parametrize("name", made.good())
def test_flipped_lost_and_doubled_bytes_never_end_in_a_traceback(name: str) -> None:
    chance = random.Random(f"{SEED} {name}")  # noqa: S311  the same every time
    blob = made.good()[name]
    for _ in range(ROUNDS):
        bent = bytearray(blob)
        for _ in range(chance.randint(1, 6)):
            at = chance.randrange(len(bent))
            match chance.randrange(4):
                case 0:
                    bent[at] = chance.randrange(256)
                case 1 if len(bent) > 50:
                    del bent[at : at + chance.randint(1, 40)]
                case 2:
                    bent[at:at] = bent[at : at + chance.randint(1, 400)]
                case _:
                    bent = bent[: at + 1]
        survives(bytes(bent))


def test_odd_values_anywhere_never_end_in_a_traceback() -> None:
    chance = random.Random(SEED)  # noqa: S311  the same every time
    read = 0
    for _ in range(600):
        card = json.loads(json.dumps(chance.choice([made.V2, made.V3])))
        for _ in range(chance.randint(1, 4)):
            spot = card
            while True:
                key = chance.choice(
                    list(spot) if isinstance(spot, dict) else range(len(spot))
                )
                inner = spot[key]
                if not isinstance(inner, dict | list) or not inner:
                    break
                if chance.random() < 0.3:
                    break
                spot = inner
            spot[key] = copy.deepcopy(chance.choice(VALUES))
        read += survives(json.dumps(card).encode())
    assert 100 < read < 600
