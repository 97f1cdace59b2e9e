"""What a message says of its writer, and nothing more, is worth remembering."""

from __future__ import annotations

import pytest

from socialapp.chat.noticing import MOST, facts_in
from tests.patience import LINEAR, growth


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("My name is Wren.", ["Your name is Wren"]),
        ("Hello, you can call me Wren!", ["Your name is Wren"]),
        ("I'm a nurse, by the way.", ["You are a nurse"]),
        ("I live in a lighthouse near Bergen.", ["You live or work in a lighthouse near Bergen"]),
        ("I hate mint tea", ["You hate mint tea"]),
        ("My sister is a pilot. I have two cats.", ["Your sister is a pilot", "You have two cats"]),
        ("Remember that I am afraid of geese.", ["You are afraid of geese"]),
    ],
)  # fmt: skip
def test_a_plain_statement_is_kept(text: str, facts: list[str]) -> None:
    assert facts_in(text) == facts


@pytest.mark.parametrize(
    "text",
    [
        "What is my name?",
        "I love you.",
        "Do I like mint tea?",
        "I have a question.",
        "How is the sea today",
        "",
        "I hate it when that happens to people",
    ],
)
def test_what_says_nothing_of_its_writer_is_not(text: str) -> None:
    assert facts_in(text) == []


def test_a_long_text_gives_few_facts_and_soon() -> None:
    def text(size: int) -> str:
        return "My name is Wren. " * size + "I like tea. " * size + "my " * 16 * size

    assert len(facts_in(text(30))) <= MOST
    assert growth(lambda size: facts_in(text(size)), 20) < LINEAR
