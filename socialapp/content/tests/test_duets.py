"""The outlines for two."""

from __future__ import annotations

from collections import Counter
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

import pytest

from socialapp.content import library
from socialapp.content.tests import spoken

if TYPE_CHECKING:
    from pathlib import Path

DUETS = spoken.files("duets")
ARC = ["hook", "disagreement", "turn", "stake", "punch_line", "close"]

every_duet = pytest.mark.parametrize("path", DUETS, ids=lambda p: p.stem)


def test_there_are_six_and_everybody_plays_in_one() -> None:
    assert len(DUETS) == 6
    seated = {who for path in DUETS for who in spoken.read(path)["seats"].values()}
    assert seated == set(library.cast_ids())


@every_duet
def test_two_different_players_take_turns_through_the_arc(path: Path) -> None:
    duet = spoken.read(path)
    assert set(duet["seats"]) == {"a", "b"}
    assert len(set(duet["seats"].values())) == 2
    turns = duet["turns"]
    assert len({turn["id"] for turn in turns}) == len(turns) >= 16
    assert [phase for phase, _ in groupby(t["phase"] for t in turns)] == ARC
    assert all(one["speaker"] != two["speaker"] for one, two in pairwise(turns))
    assert min(Counter(t["speaker"] for t in turns).values()) >= 6


@every_duet
def test_every_turn_has_a_brief_and_lines_to_fall_back_on(path: Path) -> None:
    for turn in spoken.read(path)["turns"]:
        assert turn["expression"] in spoken.MOODS
        assert turn["gesture"] in spoken.GESTURES
        assert turn["intent"]
        assert turn["fact"]
        assert 2 <= len(set(turn["lines"])) <= 3
        for text in turn["lines"]:
            spoken.check_line(text)


@every_duet
def test_what_is_planted_returns_later_in_every_wording(path: Path) -> None:
    duet = spoken.read(path)
    turns = {turn["id"]: turn for turn in duet["turns"]}
    order = list(turns)
    assert len(duet["callbacks"]) >= 2
    for callback in duet["callbacks"]:
        plant, back = callback["plant"], callback["return"]
        assert order.index(plant) + 2 <= order.index(back)
        for text in turns[plant]["lines"] + turns[back]["lines"]:
            assert callback["word"].lower() in text.lower()


@every_duet
def test_asides_and_votes_can_be_spoken(path: Path) -> None:
    duet = spoken.read(path)
    for seat in "ab":
        assert len(duet["asides"][seat]) >= 3
        for text in duet["asides"][seat]:
            spoken.check_line(text, 120)
    assert len(duet["votes"]) == 6
    for vote in duet["votes"]:
        spoken.check_line(vote["topic"], 60)
        assert {vote["bridge"]["speaker"], vote["answer"]["speaker"]} == {"a", "b"}
        for part in ("bridge", "answer"):
            spoken.check_line(vote[part]["text"])
