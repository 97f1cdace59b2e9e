from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feed import hashtags


def test_pieces_joined_are_the_caption_again() -> None:
    caption = "Part 2. #Opening_Night, then #fog#mist and #über!"
    pieces = hashtags.pieces_of(caption)
    assert "".join(piece.text for piece in pieces) == caption
    assert [piece.tag for piece in pieces if piece.tag] == [
        "opening_night",
        "fog",
        "über",
    ]


@pytest.mark.parametrize(
    "caption", ["No tags.", "We are #1", "a#b", "&#39;", "example.com/#part", "# alone"]
)
def test_what_only_looks_like_a_tag_is_none(caption: str) -> None:
    assert hashtags.names_in(caption) == []


def test_a_tag_counts_once_and_ten_count_at_most() -> None:
    assert hashtags.names_in("#Fog #fog #FOG") == ["fog"]
    many = " ".join(f"#tag{n}" for n in range(30))
    assert hashtags.names_in(many) == [f"tag{n}" for n in range(hashtags.MAX_TAGS)]


def test_a_tag_longer_than_its_column_is_cut() -> None:
    assert hashtags.names_in("#" + "x" * 80) == ["x" * hashtags.MAX_LENGTH]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("#Cats", "＃ＣＡＴＳ"),
        ("#café", "#cafe\u0301"),
        ("#cats", "#c\u200ba\u200dts"),
        ("#cats", "#\u202ec\u202cats"),
        ("#cats", "#cаts"),  # a Cyrillic а
        ("#cats", "#c\u0336a\u0336t\u0336s\u0336"),
        ("#cats", "#c" + "\u0301\u0302\u0303" * 20 + "ats"),
        ("#fin", "#ﬁn"),
        ("#strasse", "#Straße"),
        ("#istanbul", "#İstanbul"),
        ("#σίσυφος", "#ΣΊΣΥΦΟΣ"),
        ("#❤", "#❤\ufe0f"),
        ("#👍", "#👍🏽"),
        ("#می\u200cخواهم", "#میخواهم"),
    ],
)
def test_however_it_is_written_it_is_the_same_tag(one: str, other: str) -> None:
    assert len(hashtags.names_in(one)) == 1
    assert hashtags.names_in(one) == hashtags.names_in(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("#resume", "#résumé"), ("#кот", "#kot"), ("#か", "#が"), ("#नम", "#नाम")],
)
def test_what_is_another_word_is_another_tag(one: str, other: str) -> None:
    assert len({*hashtags.names_in(one), *hashtags.names_in(other)}) == 2


@pytest.mark.parametrize(
    "caption", ["#١٢٣", "#1️⃣", "#\u200b", "#_", "#\u0301\u0301", "#²", "##fog", "#1st-"]
)
def test_digits_and_what_is_invisible_are_no_tag(caption: str) -> None:
    assert hashtags.names_in(caption) in ([], ["1st"])


@given(raw=st.text(max_size=60))
def test_a_name_folds_to_itself_and_fits_its_column(raw: str) -> None:
    name = hashtags.folded(raw)
    assert len(name) <= hashtags.MAX_LENGTH
    assert not name or hashtags.folded(name) == name
    assert not name or hashtags.names_in(f"#{name}") == [name]


@given(caption=st.text(alphabet="#＃ab1_\u0301\u200b\u202e🎭猫 ", max_size=60))
def test_no_letter_of_a_caption_is_lost(caption: str) -> None:
    assert "".join(piece.text for piece in hashtags.pieces_of(caption)) == caption
