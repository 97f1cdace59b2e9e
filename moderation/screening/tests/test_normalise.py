"""What people do to hide a text is undone, and every letter knows where it came from."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.screening import hidden, vocabulary
from moderation.screening.normalise import (
    MAX_CHARACTERS,
    TooLongError,
    as_written,
    normalise,
)
from tests.patience import LINEAR, growth

EVASIONS = {
    "homoglyphs": "I knоw whеrе yоu livе",
    "leet": "I kn0w wh3r3 y0u l1v3",
    "spaced": "I k n o w w h e r e y o u l i v e",
    "spaced with wide gaps": "I k n o w  w h e r e  y o u  l i v e",
    "dots": "I k.n.o.w w.h.e.r.e y.o.u l.i.v.e",
    "zero-width": "I kn\u200bow wh\u200dere yo\u2060u li\ufeffve",
    "full-width": "Ｉ ｋｎｏｗ ｗｈｅｒｅ ｙｏｕ ｌｉｖｅ",
    "zalgo": "I kn\u0336o\u0300w wh\u0489ere you li\u0301\u0302ve",
    "bold mathematics": "I 𝐤𝐧𝐨𝐰 𝐰𝐡𝐞𝐫𝐞 𝐲𝐨𝐮 𝐥𝐢𝐯𝐞",
    "runs": "I knowww whereeee youuu liveee",
    "bidi marks": "I \u202eknow\u202c where you live",
}


@pytest.mark.parametrize("name", EVASIONS)
def test_a_hidden_sentence_is_read(name: str) -> None:
    assert normalise(EVASIONS[name]).text.lower() == "i know where you live"


@pytest.mark.parametrize(
    "text",
    [
        "Привет, как дела?",
        "Καλημέρα σας",
        "한국어 문장입니다",
        "Doors at 7pm, 1080p, 15yo whisky, $5 for 2.",
        "It's 5 o'clock, C++ is fun (really).",
        "Write to lena@example.com.",
        "Grandma's 3rd cake, rock'n'roll, 24/7.",
    ],
)
def test_a_plain_text_stays_what_it_is(text: str) -> None:
    assert normalise(text).text == text.replace("έ", "ε")


def test_a_word_in_stars_and_signs_is_read() -> None:
    assert normalise("sh*t, @ss, b00bs").text == "shit, ass, boobs"


def test_a_finding_points_at_the_text_as_written() -> None:
    written = "well, k i l l y o u r s e l f, friend"
    normal = normalise(written)
    start = normal.text.index("kill")
    first, last = normal.span(start, start + len("kill yourself"))
    assert written[first:last] == "k i l l y o u r s e l f"


def test_the_text_itself_is_its_own_place() -> None:
    assert as_written("abc").span(1, 2) == (1, 2)


def test_a_text_that_is_too_long_is_refused_before_anything_runs() -> None:
    with pytest.raises(TooLongError, match="20001 characters"):
        normalise("a" * (MAX_CHARACTERS + 1))


def test_letters_are_split_by_how_common_words_are() -> None:
    assert vocabulary.split("wherethewildthingsare") == [
        "where", "the", "wild", "things", "are",
    ]  # fmt: skip
    assert "".join(vocabulary.split("xqzvkk")) == "xqzvkk"


def test_base64_hex_and_tag_characters_are_read() -> None:
    line = "I know where you live"
    code = base64.b64encode(line.encode()).decode()
    assert hidden.find(f"look: {code}.")[0] == (line, 6, 6 + len(code))
    assert hidden.find(line.encode().hex())[0].text == line
    tags = "".join(chr(0xE0000 + ord(c)) for c in line)
    assert hidden.find("hi" + tags)[0].text == line


def test_flags_hashes_and_long_words_hide_nothing() -> None:
    scotland = "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"
    assert hidden.find(scotland) == []
    assert hidden.find("d41d8cd98f00b204e9800998ecf8427e") == []
    assert hidden.find("Donaudampfschifffahrtsgesellschaft") == []


hard = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("aio .-_*@$!|1034éа\u0301\u200b\n"),
    ),
    max_size=300,
)


@settings(max_examples=300, deadline=None)
@given(hard)
def test_whatever_is_written_every_letter_has_a_place_in_it(text: str) -> None:
    normal = normalise(text)
    assert len(normal.text) == len(normal.starts) == len(normal.ends)
    for start, end in zip(normal.starts, normal.ends, strict=True):
        assert 0 <= start <= end <= len(text)
    assert list(normal.starts) == sorted(normal.starts)
    for found in hidden.find(text):
        assert 0 <= found.start < found.end <= len(text)


@settings(max_examples=150, deadline=None)
@given(st.text("abc 1!", max_size=60))
def test_what_is_plain_already_changes_no_more(text: str) -> None:
    once = normalise(normalise(text).text).text
    assert normalise(once).text == once


@pytest.mark.parametrize(
    "unit",
    ["a ", "1", "a1", "!", "(*", "a.b.", "@a", "aaab", "\u0301", "а", "a!", "A+", "aa"],
)
def test_no_text_costs_more_than_its_length(unit: str) -> None:
    def read(size: int) -> None:
        text = (unit * size)[:size]
        normalise(text)
        hidden.find(text)

    assert growth(read, MAX_CHARACTERS // 8) < LINEAR
