"""A duet: what is there already plays on one side, and is answered on the other."""

from __future__ import annotations

import io
import wave
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from avatarfx.directors.rules import RulesDirector
from socialapp.acting import Half, Line, ScriptError, felt_as, perform, perform_duet
from socialapp.acting.dialogue import perform_dialogue
from socialapp.acting.duet import REST, ends_of
from socialapp.engines.protocols import VoiceSpec
from socialapp.engines.testing import check_performance
from socialapp.performance import Caption, Expression, Part, Performance, cut, join
from socialapp.performance.motion import FaceTrack

if TYPE_CHECKING:
    from .conftest import ToneVoice

ANSWER = Half("b", VoiceSpec("bm_george"), background="velvet")


def original_of(tone: ToneVoice, script: str = "Good evening! Who is there?") -> Any:
    return perform(
        script,
        spec=VoiceSpec(),
        speakers=[("tone", tone)],
        director=RulesDirector(),
        background="lighthouse",
        put_sound=lambda _: "sha256:original",
    ).performance


def duet(
    tone: ToneVoice, original: Performance, *, shape: str = "16:9"
) -> tuple[Performance, list[bytes]]:
    files: list[bytes] = []

    def put(file: bytes) -> str:
        files.append(file)
        return "sha256:answer"

    done = perform_duet(
        original,
        "Only me.",
        ANSWER,
        speakers=[("tone", tone)],
        director=RulesDirector(),
        shape=shape,
        put_sound=put,
    )
    return done.performance, files


def test_the_original_plays_as_it_was_and_then_is_answered(tone: ToneVoice) -> None:
    before = original_of(tone)
    whole, (file,) = duet(tone, before)
    check_performance(whole)
    begins = ends_of(before)
    assert begins == pytest.approx(before.part("a").captions[-1].until + REST)
    theirs, mine = whole.part("a"), whole.part("b")
    assert theirs.captions == before.part("a").captions
    assert theirs.sound == before.part("a").sound
    shown, as_it_was = FaceTrack(theirs), FaceTrack(before.part("a"))
    for t in np.arange(0.0, begins - 0.3, 0.1):
        now, then = shown.at(t), as_it_was.at(t)
        assert (now.yaw, now.gaze_x, now.lid_left) == (
            then.yaw,
            then.gaze_x,
            then.lid_left,
        )
        assert now.jaw_open == pytest.approx(then.jaw_open, abs=0.05)
    assert [word.text for word in mine.captions] == ["Only", "me."]
    assert mine.captions[0].at > begins
    with wave.open(io.BytesIO(file)) as sound:
        samples = np.frombuffer(sound.readframes(sound.getnframes()), "<i2")
        assert len(samples) / sound.getframerate() == pytest.approx(whole.seconds)
        assert not samples[: round(begins * sound.getframerate())].any()
        assert samples.any()


@pytest.mark.parametrize(
    ("shape", "gaze", "mine", "theirs"),
    [("16:9", "gaze_x", -1, 1), ("1:1", "gaze_x", -1, 1), ("9:16", "gaze_y", 1, -1)],
)
def test_who_listens_looks_at_the_other_half(
    tone: ToneVoice, shape: str, gaze: str, mine: int, theirs: int
) -> None:
    before = original_of(tone)
    whole, _ = duet(tone, before, shape=shape)

    def looks(seat: str, start: float, end: float) -> float:
        track = FaceTrack(whole.part(seat))
        return float(
            np.mean([getattr(track.at(t), gaze) for t in np.arange(start, end, 0.05)])
        )

    begins = ends_of(before)
    assert looks("b", 0.0, begins) * mine > 0.15
    assert looks("a", begins + 0.2, whole.seconds) * theirs > 0.15


def test_no_head_jumps_where_one_is_over_and_the_other_begins(tone: ToneVoice) -> None:
    whole, _ = duet(tone, original_of(tone))
    for part in whole.parts:
        track = FaceTrack(part)
        yaws = [track.at(t).yaw for t in np.arange(0.0, whole.seconds, 0.04)]
        assert float(np.abs(np.diff(yaws)).max()) < 1.0


def test_who_listens_nods_blinks_and_feels_with_the_original(tone: ToneVoice) -> None:
    before = original_of(tone)
    part = before.part("a")
    angry = replace(part, expressions=(Expression(0.3, "angry", 0.8),))
    begins = ends_of(before)
    whole, _ = duet(tone, replace(before, parts=(angry,)))
    heard = cut(whole, 0.0, begins).part("b")
    assert "angry" in [key.mood for key in heard.expressions]
    assert heard.blinks
    pitches = [pose.pitch for pose in heard.poses]
    assert min(pitches) < -2.5


def test_the_frame_is_split_with_each_half_on_a_stage_of_its_own(
    tone: ToneVoice,
) -> None:
    talk = perform_dialogue(
        [
            Line("a", "Who is there, at this time of the night?"),
            Line("c", "Nobody at all, and nobody with a lamp."),
            Line("a", "Good night to nobody."),
        ],
        cast={"a": VoiceSpec(), "c": VoiceSpec()},
        speakers=[("tone", tone)],
        director=RulesDirector(),
        background="lighthouse",
        put_sound=lambda _: "sha256:talk",
    ).performance
    whole, _ = duet(tone, talk)
    first, second = whole.stage.panels
    assert (first.seats, second.seats) == (("a", "c"), ("b",))
    assert (first.background, second.background) == ("lighthouse", "velvet")
    assert set(first.places) == {"a", "c"}
    assert first.camera == talk.stage.camera
    assert first.camera == talk.stage.camera
    assert Performance.from_json(whole.to_json()) == whole
    middle = round(whole.seconds / 2, 3) + 0.0003
    halves = cut(whole, 0.0, middle), cut(whole, middle, whole.seconds)
    assert join(*halves).stage == whole.stage


def test_only_what_is_split_says_so(tone: ToneVoice) -> None:
    before = original_of(tone)
    assert "panels" not in before.to_json()["stage"]
    whole, _ = duet(tone, before)
    with pytest.raises(ValueError, match="split alike"):
        join(whole, replace(whole, stage=replace(whole.stage, panels=())))


def test_nothing_to_say_is_no_answer(tone: ToneVoice) -> None:
    with pytest.raises(ScriptError):
        perform_duet(
            original_of(tone),
            "...",
            ANSWER,
            speakers=[("tone", tone)],
            director=RulesDirector(),
            put_sound=lambda _: "",
        )


def words(*starts: float) -> tuple[Caption, ...]:
    return tuple(Caption(at, at + 0.2, "word") for at in starts)


def test_moods_go_with_the_words_however_fast_they_are_said() -> None:
    slow = Part(
        "a",
        expressions=(
            Expression(0.0, "calm", 0.0),
            Expression(1.9, "angry", 0.8),
            Expression(3.5, "happy", 0.4),
        ),
        captions=words(0.5, 2.0, 3.0),
    )
    fast = Part(
        "a", expressions=(Expression(0.0, "sad"),), captions=words(0.3, 0.8, 1.3)
    )
    felt = felt_as(fast, slow).expressions
    assert [(key.mood, key.at) for key in felt] == [
        ("calm", 0.0),
        ("angry", pytest.approx(0.7)),
        ("happy", pytest.approx(1.8)),
    ]


def test_other_words_keep_their_own_moods() -> None:
    slow = Part("a", expressions=(Expression(0.0, "angry"),), captions=words(0.5, 2.0))
    fast = Part("a", expressions=(Expression(0.0, "sad"),), captions=words(0.3))
    assert felt_as(fast, slow) == fast
