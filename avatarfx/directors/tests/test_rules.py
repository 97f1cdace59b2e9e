"""The director of rules: promises of a director, and what each tag looks like."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from avatarfx.directors.rules import RulesDirector
from avatarfx.voices.silent import SilentVoice
from socialapp.acting import perform
from socialapp.engines.protocols import VoiceSpec
from socialapp.engines.testing import check_director
from socialapp.performance.motion import FaceTrack

if TYPE_CHECKING:
    from socialapp.performance import Face, Part

LONG = (
    "It was the best of evenings. Nobody had forgotten a line, and the lamp burned on."
)


def directed(script: str, *, motion: str = "lively", seed: int = 1) -> Part:
    return perform(
        script,
        seat="a",
        spec=VoiceSpec(),
        speakers=[("silent", SilentVoice())],
        director=RulesDirector(),
        seed=seed,
        motion=motion,
        put_sound=lambda _: "",
    ).performance.parts[0]


def faces(part: Part) -> list[Face]:
    track = FaceTrack(part)
    end = part.visemes[-1].until
    return [track.at(i / 25) for i in range(int(end * 25))]


def test_it_keeps_the_promises_of_a_director() -> None:
    check_director(RulesDirector())


@pytest.mark.parametrize("tenths", range(20, 100, 3))
def test_blinks_stay_natural_at_every_length(tenths: int) -> None:
    seconds = tenths / 10
    for seed in range(12):
        part = RulesDirector().listen(seconds, seat="a", seed=seed)
        rate = len(part.blinks) * 60 / seconds
        assert 8 <= rate <= 30
        assert all(b.at >= 0.4 for b in part.blinks)
        assert all(b.until < seconds for b in part.blinks)
        assert all(b.at - a.at >= 0.8 for a, b in pairwise(part.blinks))


def test_a_moment_needs_no_blink() -> None:
    assert RulesDirector().listen(1.2, seat="a", seed=1).blinks == ()


def test_blinks_like_the_ends_of_phrases() -> None:
    near = total = 0
    for seed in range(20):
        part = directed(" ".join([LONG] * 3), seed=seed)
        ends = [v.at for v in part.visemes if v.name == "sil" and v.until - v.at > 0.2]
        total += len(part.blinks)
        near += sum(any(abs(b.at - e) < 0.05 for e in ends) for b in part.blinks)
    assert near > 0.3 * total


def test_seeds_differ_and_repeat() -> None:
    assert directed(LONG, seed=4) == directed(LONG, seed=4)
    assert directed(LONG, seed=4).poses != directed(LONG, seed=5).poses


@pytest.mark.parametrize(
    ("tag", "mood"),
    [
        ("excited", "happy"),
        ("sighs", "sad"),
        ("shouts", "angry"),
        ("nervous", "afraid"),
        ("gasps", "surprised"),
    ],
)
def test_a_tag_shows_on_the_face(tag: str, mood: str) -> None:
    part = directed(f"[{tag}] {LONG}")
    assert {e.mood for e in part.expressions} == {mood}
    assert max(e.weight for e in part.expressions) > 0.3


def test_a_mood_waits_until_a_pause_is_over() -> None:
    part = directed("Well then. [pause] [excited] Off we go!")
    calm, happy = part.expressions
    assert (calm.mood, happy.mood) == ("calm", "happy")
    words = {c.text: c for c in part.captions}
    assert happy.at >= words["then."].until + 0.55


def test_the_nervous_glance_aside_and_the_plain_do_not() -> None:
    nervous = [f.gaze_x for f in faces(directed(f"[nervous] {LONG}"))]
    plain = [f.gaze_x for f in faces(directed("[deadpan] " + LONG))]
    assert max(nervous) > 0.3
    assert min(nervous) < -0.3
    assert max(abs(x) for x in plain) == 0.0


def test_eyes_always_come_back_to_the_viewer() -> None:
    for seed in range(10):
        part = directed(f"[nervous] {LONG}", seed=seed)
        assert (part.glances[-1].x, part.glances[-1].y) == (0.0, 0.0)


def travel(part: Part) -> float:
    shown = faces(part)
    return sum(abs(b.yaw - a.yaw) + abs(b.pitch - a.pitch) for a, b in pairwise(shown))


def test_deadpan_hardly_moves_even_when_lively() -> None:
    assert travel(directed(f"[deadpan] {LONG}")) < 0.5 * travel(directed(LONG))


def test_a_question_tilts_the_head() -> None:
    def tilt(script: str) -> float:
        return max(abs(f.roll) for f in faces(directed(script, seed=3)))

    line = "You heard the bell ring twice before the curtain"
    assert tilt(line + "?") > tilt(line + ".") + 1.0


def test_stressed_words_get_nods() -> None:
    part = directed(LONG)
    muted = replace(part, poses=directed(LONG, motion="still").poses)
    assert min(f.pitch for f in faces(part)) < min(f.pitch for f in faces(muted)) - 1.0


def test_the_head_moves_without_jerks() -> None:
    shown = faces(directed(f"[deadpan] {LONG} [proud] {LONG} [sighs] {LONG}?"))
    for a, b in pairwise(shown):
        assert abs(b.yaw - a.yaw) < 1.2
        assert abs(b.pitch - a.pitch) < 1.5
        assert abs(b.roll - a.roll) < 1.2


def test_a_listener_nods_blinks_and_may_smile() -> None:
    parts = [RulesDirector().listen(9.0, seat="b", seed=s) for s in range(12)]
    assert all(p.blinks and p.visemes == () for p in parts)
    assert any(e.mood == "happy" for p in parts for e in p.expressions)
    assert all(min(pose.pitch for pose in p.poses) < -0.8 for p in parts)
