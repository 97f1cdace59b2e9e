"""A card that somebody made by hand does not stop a conversation."""

from __future__ import annotations

from typing import Any

import pytest

from socialapp.chat.dialogues.cards import card_of
from socialapp.chat.dialogues.retrieval import called_up
from socialapp.content import library
from socialapp.engines.talk import GESTURES
from socialapp.performance.timeline import MOODS

ODD: list[Any] = [None, 7, 1.5, True, "text", [], {}, [None, 3, {}, [], "x"], [[["x"]]]]
FIELDS = (
    "pronouns", "tagline", "persona", "scenario", "greeting", "alternate_greetings",
    "group_only_greetings", "example_dialogue", "lorebook", "fallbacks", "reactions",
)  # fmt: skip


@pytest.mark.parametrize("name", library.cast_ids())
def test_a_cast_file_is_read_whole(name: str) -> None:
    data = library.cast_member(name)
    card = card_of(data)
    assert card.name == data["name"]
    assert card.persona == data["persona"]
    assert len(card.examples) == len(data["example_dialogue"])
    assert len(card.lore) == len(data["lorebook"])
    assert len(card.fallbacks) == len(data["fallbacks"])
    assert len(card.group_greetings) == 3
    assert {one.mood for one in card.reactions} <= set(MOODS)
    assert {one.gesture for one in card.reactions} <= set(GESTURES)
    assert any(one.out_of_character for one in card.examples)


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("value", ODD, ids=range(len(ODD)))
def test_what_is_not_of_its_kind_is_left_out(field: str, value: Any) -> None:
    assert card_of({"name": "Pim", field: value}).name == "Pim"


def test_a_card_without_a_name_is_refused() -> None:
    for data in ({}, {"name": "  "}, {"name": 5}):
        with pytest.raises(ValueError, match="needs a name"):
            card_of(data)


def test_what_is_too_long_is_cut() -> None:
    flood = "word " * 10_000
    pair = {"user": flood, "character": flood, "kind": flood}
    card = card_of(
        {
            "name": flood,
            "persona": flood,
            "fallbacks": [flood] * 5000,
            "example_dialogue": [pair] * 5000,
            "lorebook": [{"keys": [flood] * 500, "content": flood}] * 5000,
        }
    )
    assert len(card.name) <= 50
    assert len(card.persona) <= 4000
    assert len(card.fallbacks) <= 60
    assert len(card.examples) <= 200
    assert len(card.lore) <= 200
    assert len(str(card)) < 1_000_000


def test_lore_is_called_up_by_whole_words_and_never_by_a_pattern() -> None:
    entries = [
        {"keys": ["goat"], "content": "A goat.", "insertion_order": 2},
        {"keys": ["(a+)+$"], "content": "A bomb.", "use_regex": True},
        {"keys": ["sea"], "content": "Off.", "enabled": False},
        {"keys": ["(x"], "content": "Odd key.", "insertion_order": 3},
        {"keys": [], "content": "Always.", "constant": True, "insertion_order": 1},
    ]
    card = card_of({"name": "Pim", "lorebook": entries})

    def read(text: str) -> list[str]:
        return [lore.content for lore in called_up(card, text)]

    assert read("The GOAT!") == ["Always.", "A goat."]
    assert read("goatherds at sea, " + "a" * 50 + "!") == ["Always."]
    assert read("an (x here") == ["Always.", "Odd key."]
