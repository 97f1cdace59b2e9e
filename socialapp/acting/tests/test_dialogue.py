"""Two on a stage: one clock, one part each, whoever is silent listens."""

from __future__ import annotations

import io
import wave
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from socialapp.acting import Line, ScriptError, perform_dialogue
from socialapp.engines.protocols import VoiceSpec
from socialapp.engines.testing import check_performance

if TYPE_CHECKING:
    from socialapp.acting import Performed

    from .conftest import PlainDirector, ToneVoice

LINES = [
    Line("a", "Good evening, keeper of the light."),
    Line("b", "It was good until you came up all those stairs."),
    Line("a", "No."),
    Line("b", "[sighs] Sit down then."),
]
CAST = {"a": VoiceSpec("af_bella"), "b": VoiceSpec("bm_george")}


def act(
    tone: ToneVoice, director: PlainDirector, **more: Any
) -> tuple[Performed, list[bytes]]:
    files: list[bytes] = []

    def put(file: bytes) -> str:
        files.append(file)
        return f"sha256:{len(files)}"

    done = perform_dialogue(
        more.pop("lines", LINES),
        cast=CAST,
        speakers=[("tone", tone)],
        director=director,
        put_sound=put,
        **more,
    )
    return done, files


def test_every_seat_has_a_part_on_the_same_clock(
    tone: ToneVoice, director: PlainDirector
) -> None:
    done, files = act(tone, director)
    whole = done.performance
    check_performance(whole)
    assert [p.seat for p in whole.parts] == ["a", "b"]
    assert [p.sound.ref for p in whole.parts if p.sound] == ["sha256:1", "sha256:2"]
    for file in files:
        with wave.open(io.BytesIO(file)) as sound:
            assert sound.getnframes() / 8000 == pytest.approx(whole.seconds, abs=0.01)
    said = [c.text for c in whole.part("b").captions]
    assert said[:3] == ["It", "was", "good"]
    assert said[-1] == "then."


def test_nobody_speaks_over_another(tone: ToneVoice, director: PlainDirector) -> None:
    whole = act(tone, director)[0].performance
    spoken = sorted((c.at, c.until) for part in whole.parts for c in part.captions)
    assert all(a[1] <= b[0] for a, b in pairwise(spoken))


def test_the_mixed_speech_holds_all_words_in_order(
    tone: ToneVoice, director: PlainDirector
) -> None:
    done, _ = act(tone, director)
    text = " ".join(c.text for c in done.speech.captions)
    assert text.startswith("Good evening, keeper of the light. It was good")
    for phone in done.speech.phones:
        word = done.speech.captions[phone.word]
        assert word.at <= phone.at <= phone.until <= word.until


def test_all_are_seen_first_then_who_speaks_and_a_word_gets_no_cut(
    tone: ToneVoice, director: PlainDirector
) -> None:
    whole = act(tone, director)[0].performance
    cuts = [key for key in whole.stage.camera if not key.ease]
    assert [key.on for key in cuts] == ["all", "b", "all"]
    assert cuts[1].at <= whole.part("b").captions[0].at
    # "No." is said while he who hears it is seen.
    no = next(word for word in whole.part("a").captions if word.text == "No.")
    assert cuts[1].at < no.at < cuts[2].at


def test_the_one_on_the_left_turns_right_and_the_other_left(
    tone: ToneVoice, director: PlainDirector
) -> None:
    plain = act(tone, director, lines=[LINES[0]])[0].performance
    assert plain.stage.places["a"].x < plain.stage.places["b"].x
    # PlainDirector: yaw 6 for who speaks at seed 0, seconds + 6 for who listens.
    assert plain.part("a").poses[0].yaw > 6.0
    assert plain.part("b").poses[0].yaw < plain.seconds + 6.0


def test_a_seat_nobody_was_cast_for_is_refused(
    tone: ToneVoice, director: PlainDirector
) -> None:
    with pytest.raises(ScriptError, match="Nobody sits on seat c"):
        act(tone, director, lines=[Line("c", "Hello.")])


def test_a_dialogue_without_words_is_refused(
    tone: ToneVoice, director: PlainDirector
) -> None:
    with pytest.raises(ScriptError, match="nothing to say"):
        act(tone, director, lines=[Line("a", "😀")])
