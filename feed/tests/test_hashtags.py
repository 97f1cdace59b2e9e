from __future__ import annotations

import pytest

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
