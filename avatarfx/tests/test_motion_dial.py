"""The motion dial: measured movement grows from still over subtle to lively."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest

from avatarfx.animators.stage import StageAnimator
from avatarfx.directors.rules import RulesDirector
from avatarfx.forms import MOTIONS
from avatarfx.tests.engines import ToneVoice
from avatarfx.tests.test_stage import photo
from socialapp import acting
from socialapp.acting import Line
from socialapp.engines.protocols import Staging, VoiceSpec
from socialapp.performance.motion import FaceTrack

if TYPE_CHECKING:
    from collections.abc import Callable

    from socialapp.performance import Performance

SCRIPT = "Good evening. I have been up here since Tuesday, and nobody came! Did you?"


def solo(motion: str, seed: int) -> Performance:
    return acting.perform(
        SCRIPT,
        spec=VoiceSpec(),
        speakers=[("tone", ToneVoice())],
        director=RulesDirector(),
        seed=seed,
        motion=motion,
        put_sound=lambda _: "sha256:tone",
    ).performance


def talk(motion: str, seed: int) -> Performance:
    return acting.perform_dialogue(
        [Line("a", SCRIPT), Line("b", SCRIPT)],
        cast={"a": VoiceSpec(), "b": VoiceSpec()},
        speakers=[("tone", ToneVoice())],
        director=RulesDirector(),
        seed=seed,
        motions=dict.fromkeys("ab", motion),
        put_sound=lambda _: "sha256:tone",
    ).performance


def travelled(performance: Performance) -> float:
    """Degrees that heads turn in a second, summed over the three axes."""
    total = 0.0
    for part in performance.parts:
        track = FaceTrack(part)
        faces = [track.at(n / 25) for n in range(math.ceil(performance.seconds * 25))]
        total += sum(
            abs(b.yaw - a.yaw) + abs(b.pitch - a.pitch) + abs(b.roll - a.roll)
            for a, b in pairwise(faces)
        )
    return total / performance.seconds / len(performance.parts)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("made", [solo, talk])
def test_the_head_turns_more_from_step_to_step(
    made: Callable[[str, int], Performance], seed: int
) -> None:
    still, subtle, lively = (travelled(made(motion, seed)) for motion in MOTIONS)
    assert still < 0.35 * subtle
    assert subtle < 0.85 * lively


def test_frames_change_more_from_step_to_step() -> None:
    """What is drawn, not what was asked for."""
    found = []
    for motion in MOTIONS:
        performance = solo(motion, 3)
        animator = StageAnimator("simple", ("avatarfx.animators.sway.SwayMaker",))
        frames = [
            np.frombuffer(frame.pixels, np.uint8).astype(int)
            for frame in animator.animate(
                Staging(performance, {"a": photo()}, b""), fps=12, width=128, height=224
            )
        ]
        found.append(np.mean([np.abs(b - a).mean() for a, b in pairwise(frames)]))
    still, subtle, lively = found
    assert still < 0.7 * subtle
    assert subtle < 0.85 * lively
