"""Filter words stand for every spelling that looks the same, and for no longer word."""

from __future__ import annotations

import pytest

from socialapp.comments.folding import fold, has_word


@pytest.mark.parametrize(
    "text",
    [
        "What a spoiler!",
        "SPOILER",
        "Sp0iler",
        "s p o i l e r",
        "s.p.o.i.l.e.r",
        "spоiler",
        "ｓｐｏｉｌｅｒ",
        "sp\u200boiler",
        "spóiler",
        "𝓼𝓹𝓸𝓲𝓵𝓮𝓻",
        "line one\nspoiler",
    ],
)
def test_a_word_is_found_however_it_is_spelt(text: str) -> None:
    assert has_word(text, [fold("Spoiler")])


@pytest.mark.parametrize("text", ["spoilers", "despoiler", "spoil er the", ""])
def test_a_part_of_a_word_is_no_word(text: str) -> None:
    assert not has_word(text, [fold("spoiler")])


def test_a_few_words_in_a_row_are_one() -> None:
    words = [fold("the END")]
    assert has_word("This is the, end.", words)
    assert not has_word("The very end", words)


def test_other_alphabets_are_words_too() -> None:
    assert has_word("Это просто Спойлер!", [fold("спойлер")])
