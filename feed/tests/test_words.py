"""Whole words, in any writing."""

import pytest

from feed.words import Text


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("The cat sat.", "cat"),
        ("The CAT sat.", "cat"),
        ("the cat, sat", "cat sat"),
        ("#opening_night", "opening night"),
        ("#cat", "cat"),
        ("ｃａｔ", "cat"),
        ("Straße", "STRASSE"),
        ("don't panic", "Don't"),
        ("灯台は語る", "灯台"),
        ("so funny 😂", "😂"),
        ("a\n\ncat\tsat", "cat sat"),
    ],
)
def test_a_word_is_found_however_it_is_written(text: str, phrase: str) -> None:
    assert Text.of(text).has(phrase)


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("category", "cat"),
        ("concat", "cat"),
        ("the catalogue", "the cat"),
        ("a cat", "cat a"),
        ("résumé", "resume"),
        ("cat", ""),
        ("cat", "   "),
        ("", "cat"),
    ],
)
def test_a_part_of_a_word_is_not_the_word(text: str, phrase: str) -> None:
    assert not Text.of(text).has(phrase)


def test_no_phrase_begins_in_the_caption_and_ends_in_the_script() -> None:
    text = Text.of("It ends with good", "night begins it")
    assert not text.has("good night")
    assert text.has_any(["moon", "night begins"])
