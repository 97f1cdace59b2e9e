"""Captions as WebVTT: short phrases, two lines, a time for every word."""

from __future__ import annotations

import re
from itertools import pairwise

from socialapp.performance import Caption, Part, Performance
from socialapp.performance.captions import LINE, cues, to_webvtt, transcript


def said(text: str, *, seat: str = "a", at: float = 0.2, pace: float = 0.3) -> Part:
    words = text.split()
    return Part(
        seat,
        captions=tuple(
            Caption(at + i * pace, at + i * pace + pace * 0.8, word)
            for i, word in enumerate(words)
        ),
    )


LONG = (
    "Don't mind the draught, that's me. You looked as though you'd forgotten your "
    "line, and I have been waiting for exactly such a moment since the spring of 1931."
)


def test_a_cue_has_two_lines_at_most_and_none_too_long() -> None:
    whole = Performance(12.0, (said(LONG),))
    for cue in cues(whole):
        assert len(cue.lines) <= 2
        for line in cue.lines:
            assert len(" ".join(word.text for word in line)) <= LINE


def test_every_word_is_there_once_and_in_order() -> None:
    whole = Performance(12.0, (said(LONG),))
    assert transcript(whole).split() == LONG.split()


def test_a_sentence_ends_its_cue() -> None:
    first = cues(Performance(12.0, (said(LONG),)))[0]
    assert " ".join(w.text for w in first.words) == "Don't mind the draught, that's me."


def test_cues_do_not_overlap_and_stay_inside() -> None:
    whole = Performance(11.0, (said(LONG),))
    shown = cues(whole)
    assert all(a.until <= b.at for a, b in pairwise(shown))
    assert shown[-1].until <= whole.seconds


def test_the_file_has_word_times_inside_each_cue() -> None:
    text = to_webvtt(Performance(3.0, (said("Good evening everyone"),)))
    assert text.startswith("WEBVTT\n\n00:00:00.200 --> 00:00:01.")
    assert "Good <00:00:00.500>evening <00:00:00.800>everyone" in text


def test_angle_brackets_and_ampersands_are_escaped() -> None:
    text = to_webvtt(Performance(3.0, (said("Q&A <b>"),)))
    assert "Q&amp;A" in text
    assert "&lt;b&gt;" in text


def test_two_speakers_are_named_and_never_share_a_cue() -> None:
    whole = Performance(
        6.0, (said("One two.", seat="a"), said("Three four.", seat="b", at=2.0))
    )
    text = to_webvtt(whole, {"a": "Perpetua", "b": "Hob"})
    assert re.search(r"<v Perpetua>One <.*>two\.</v>", text)
    assert re.search(r"<v Hob>Three <.*>four\.</v>", text)


def test_a_silent_listener_adds_no_names() -> None:
    whole = Performance(3.0, (said("Hello."), Part("b")))
    assert "<v" not in to_webvtt(whole)
