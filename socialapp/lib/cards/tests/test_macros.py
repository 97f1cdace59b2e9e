"""Macros say what they stand for, and nothing else."""

from __future__ import annotations

import random

import pytest

from socialapp.lib.cards.macros import Macros
from tests.patience import LINEAR, growth

MIRA = Macros(char="Mi", user="Alice", seed="talk", chance=random.Random(4))  # noqa: S311


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{{char}} meets {{ USER }}.", "Mi meets Alice."),
        ("<BOT> and <char> meet <USER>", "Mi and Mi meet Alice"),
        ("a{{// not for you }}b", "ab"),
        ("a{{comment: mind this}}b{{hidden_key:tea}}", "ab"),
        ("{{reverse:abc}}", "cba"),
        ("{{reverse:{{user}}}}", "ecilA"),
        ("{{random:{{char}},{{char}}}}", "Mi"),
        ("{{random:only}}", "only"),
        ("{{roll:d1}} {{roll:1}}", "1 1"),
        ("{{unknown:thing}} {{", "{{unknown:thing}} {{"),
        ("}} {{ {{user}}", "}} {{ Alice"),
        ("{{roll:0}} {{roll:x}}", "{{roll:0}} {{roll:x}}"),
    ],
)
def test_a_macro_is_replaced(text: str, said: str) -> None:
    assert MIRA.expand(text) == said


def test_a_choice_may_hold_a_comma() -> None:
    assert MIRA.expand(r"{{random:one\, two}}") == "one, two"
    assert MIRA.expand("{{random::a::a}}") == "a"


def test_random_comes_from_the_list_and_roll_from_the_dice() -> None:
    seen = {MIRA.expand("{{random:a,b,c}}") for _ in range(60)}
    assert seen == {"a", "b", "c"}
    rolled = {int(MIRA.expand("{{roll:d6}}")) for _ in range(200)}
    assert rolled == set(range(1, 7))


def test_a_pick_stays_the_same_in_one_talk() -> None:
    words = ",".join(map(str, range(50)))
    picked = {MIRA.expand(f"{{{{pick:{words}}}}}") for _ in range(10)}
    assert len(picked) == 1
    others = {
        Macros(char="Mi", user="Alice", seed=str(n)).expand(f"{{{{pick:{words}}}}}")
        for n in range(20)
    }
    assert len(others) > 5


def test_a_name_brings_in_no_macros() -> None:
    sly = Macros(char="Mi", user="{{char}}{{user}}")
    assert sly.expand("Hello {{user}}") == "Hello {{char}}{{user}}"


@pytest.mark.parametrize(
    ("opens", "closes"), [("{{", ""), ("", "}}"), ("{{random:", "}}")]
)
def test_braces_without_end_take_no_time(opens: str, closes: str) -> None:
    def expand(size: int) -> None:
        MIRA.expand(opens * size + closes * size)

    assert growth(expand, 6_000) < LINEAR
