"""Our phones in a model's letters, and a word's time shared by its phones."""

from __future__ import annotations

import pytest

from avatarfx.voices.coqui.alphabet import lengths, spread, written
from avatarfx.voices.pronounce import Symbol

LETTERS = frozenset("abdefhijklmnoprstuvwzæðŋɑɔəɛɜɡɪɹʃʊʌʒθˈː ,.")


@pytest.mark.parametrize(
    ("name", "stressed", "text"),
    [
        ("A", False, "eɪ"),
        ("ʤ", False, "dʒ"),
        ("i", True, "iː"),
        ("i", False, "i"),
        ("ˈ", False, "ˈ"),
        ("—", False, ","),
        ("ʔ", False, ""),
    ],
)
def test_phones_are_written_as_the_model_was_taught(
    name: str, stressed: bool, text: str
) -> None:
    assert written(Symbol(name, 0, stressed), LETTERS) == text


def test_a_words_time_goes_to_its_phones_and_none_to_marks() -> None:
    symbols = [Symbol(c, 3) for c in "ˈbɑ"] + [Symbol(" ", 4)]
    symbols += [Symbol(c, 4) for c in "ɪt"]
    times = spread(symbols, [0.4, 0.2])
    assert sum(times[:3]) == pytest.approx(0.4)
    assert sum(times[3:]) == pytest.approx(0.2)
    assert times[0] == times[3] == 0
    assert times[2] > times[1]


def test_a_word_without_phones_has_no_length() -> None:
    symbols = [Symbol("b", 0), Symbol("ɑ", 0), Symbol("t", 2)]
    assert lengths(symbols, 3) == [pytest.approx(1.6), 0.0, pytest.approx(0.6)]
