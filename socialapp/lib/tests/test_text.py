import pytest

from socialapp.lib.text import TextError, clean_line, clean_name, clean_text


@pytest.mark.parametrize(
    "name",
    [
        "Dame Orsolya Finch",
        "Željko",
        "Nguyễn Thị Ánh",
        "小林さくら",
        "محمد",
        "שָׁלוֹם",
        "Владимир",
        "Beacon 🏮",
        "👩‍🚀 Ren",
        "👍🏽",
        "R2-D2",
        "می‌خواهم",
    ],
)
def test_names_of_the_world_stay_as_they_are(name: str) -> None:
    assert clean_name(name, max_length=50) == name


def test_decomposed_letters_are_composed_and_spaces_folded() -> None:
    assert clean_line(" Re\u0301n \t  Okabe ", max_length=50) == "Rén Okabe"


@pytest.mark.parametrize("char", ["\u200b", "\ufeff", "\u00ad", "\u2060", "\u3164"])
def test_what_cannot_be_seen_is_folded_away(char: str) -> None:
    assert clean_name(f"Al{char}ice", max_length=50) == "Alice"


@pytest.mark.parametrize("char", ["\u200d", "\u200c"])
def test_joiners_between_latin_letters_are_folded_away(char: str) -> None:
    assert clean_name(f"Al{char}ice", max_length=50) == "Alice"


@pytest.mark.parametrize(
    "char", ["\u202e", "\u2066", "\u200f", "\x00", "\x1b", "\ud800"]
)
def test_marks_that_turn_or_break_a_line_are_refused(char: str) -> None:
    with pytest.raises(TextError):
        clean_name(f"Al{char}ice", max_length=50)


def test_zalgo_is_refused() -> None:
    with pytest.raises(TextError, match="too many marks"):
        clean_name("Z" + "\u0336\u0337\u0338\u0321\u0322" + "algo", max_length=50)


@pytest.mark.parametrize("name", ["Аlice", "Tαylor", "pаypal"])
def test_one_word_of_two_alphabets_is_refused(name: str) -> None:
    with pytest.raises(TextError, match="look alike"):
        clean_name(name, max_length=50)


def test_two_words_may_have_an_alphabet_each() -> None:
    assert clean_name("Anna Анна", max_length=50) == "Anna Анна"


@pytest.mark.parametrize("name", ["", "   ", "\u200b\u200b", "\u3164"])
def test_nothing_to_see_is_refused(name: str) -> None:
    with pytest.raises(TextError, match="can be seen"):
        clean_name(name, max_length=50)


def test_a_name_that_is_too_long_is_told_by_how_much() -> None:
    with pytest.raises(TextError, match="at most 50 characters; this is 51"):
        clean_name("x" * 51, max_length=50)


def test_lines_stay_lines() -> None:
    assert (
        clean_text("One\r\n\r\n\r\n\r\ntwo  three\n", max_length=50)
        == "One\n\ntwo three"
    )
