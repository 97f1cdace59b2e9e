"""What of a script is said, how, and what is refused with which words."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from socialapp.acting.delivery import DELIVERIES
from socialapp.acting.script import (
    ScriptError,
    Segment,
    check,
    estimate_seconds,
    foreign_script,
    parse,
    spoken,
)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("Hello *waves* there (waves) friend", "Hello there friend"),
        ("*Waves hello* Hi", "Hi"),
        ("*slowly turns around* Who is there?", "Who is there?"),
        ("(He bows.) Good evening", "Good evening"),
        ("*cough* Excuse me", "Excuse me"),
        ("[door slams] Who's there?", "Who's there?"),
        ("I *really* mean it, *always*", "I really mean it, always"),
        ("He said (and I quote) nothing.", "He said, and I quote, nothing."),
        ("<b>Bold</b> &amp; <script>alert(1)</script>brave", "Bold & brave"),
        ("**Strong**, __loud__ and _soft_", "Strong, loud and soft"),
        ("[a link](http://x.com/a) and `code`", "a link and code"),
        ("See https://www.example.com/path?x=1 now", "See example.com now"),
        ("# Title\n- one\n> two", "Title one two"),
        ("I 😀 love 👨‍👩‍👧 it 🇫🇷!", "I love it!"),
        ("\u202eevil\u202c te\u200bxt\u2066s", "evil texts"),
        ("𝓗𝓮𝓵𝓵𝓸 ｗｏｒｌｄ", "Hello world"),
        ("Z̷̢͝a̸l̵g̶o", "Zalgo"),
        ("π is 3.14", "pi is 3.14"),
        ("5 < 6 and 7 > 3", "5 < 6 and 7 > 3"),
        ("10°C and naïve café", "10°C and naïve café"),
        ("Noooooooooooooooo", "Nooo"),
        ("two\n\nlines", "two lines"),
    ],
)
def test_only_words_are_said(written: str, said: str) -> None:
    assert spoken(written) == said


def test_a_tag_steers_what_follows_up_to_the_next() -> None:
    assert parse("Hi. [whispers] Closer. [excited] Now!") == (
        Segment("Hi."),
        Segment("Closer.", "whispers"),
        Segment("Now!", "excited"),
    )


@pytest.mark.parametrize("tag", sorted(DELIVERIES))
def test_every_tag_is_known_in_any_case_and_never_said(tag: str) -> None:
    (segment,) = parse(f"[{tag.upper()}] Well then.")
    assert segment.text == "Well then."
    assert segment.tag == tag
    assert segment.effect == DELIVERIES[tag].effect


@pytest.mark.parametrize(
    ("written", "tag"),
    [
        ("(softly) Come", "softly"),
        ("*sighs* Come", "sighs"),
        ("[yells] Come", "shouts"),
    ],
)
def test_directions_that_mean_a_tag_become_one(written: str, tag: str) -> None:
    assert parse(written)[0].tag == tag


def test_a_pause_keeps_the_delivery_and_pauses_add_up() -> None:
    assert parse("[sighs] Ah. [pause][pause] Well.") == (
        Segment("Ah.", "sighs", 0.0, "sigh"),
        Segment("Well.", "sighs", 1.2, ""),
    )


def test_a_sigh_at_the_very_end_is_kept() -> None:
    assert parse("So tired. [sighs]")[-1] == Segment("", "sighs", 0.0, "sigh")


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("", "is empty"),
        (" \n\t", "is empty"),
        ("😀😀", "nothing to say"),
        ("[sighs] *waves*", "nothing to say"),
        ("<b></b> !!!", "nothing to say"),
        ("Привет, мир", "Cyrillic letters"),
        ("Hello, дорогой друг", "Cyrillic letters"),
        ("hello раypal", "Cyrillic letters"),
        ("hello \u0421tranger", "Cyrillic letters"),
        ("你好", "Chinese or Japanese letters"),
        ("ありがとう", "Hiragana letters"),
        ("안녕하세요", "Korean letters"),
        ("مرحبا", "Arabic letters"),
        ("שלום", "Hebrew letters"),
        ("Γειά σου", "Greek letters"),
        ("नमस्ते", "Devanagari letters"),
        ("x " * 5000, "Cut 9,399"),
    ],
)
def test_what_no_voice_can_read_is_refused_with_the_reason(
    script: str, words: str
) -> None:
    with pytest.raises(ScriptError, match=words):
        check(script, max_characters=600)


@pytest.mark.parametrize(
    "script",
    [
        "Hi.",
        "12:30",
        "Crème brûlée?",
        "About 5 µm, or Δ of it.",
        "😀 Hello 😀",
        "H" * 600,
    ],
)
def test_what_can_be_read_is_let_through(script: str) -> None:
    check(script, max_characters=600)


@given(st.text(max_size=200))
@example("\U00017000")  # a Tangut letter: alphabetic, and without a name
def test_any_text_can_be_parsed_and_leaves_nothing_invisible(text: str) -> None:
    for segment in parse(text):
        assert segment.text or segment.pause or segment.effect
        assert not any(c in segment.text for c in "*[]`\x00\u202e\u200b\u2066\ufeff")
    foreign_script(text)


def test_the_estimate_follows_length_and_speed() -> None:
    line = "The lighthouse keeper paid nine pounds for a brown paper map."
    assert 3.0 < estimate_seconds(line) < 6.0
    assert estimate_seconds(line, speed=2.0) < 0.7 * estimate_seconds(line)
    assert estimate_seconds("[pause] " + line) == pytest.approx(
        estimate_seconds(line) + 0.6
    )
    assert estimate_seconds("😀") == 0.0
