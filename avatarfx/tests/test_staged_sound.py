"""An animator that listens gets what each seat says, however the clip came about."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pytest

from avatarfx import services
from avatarfx.stages import shoot
from avatarfx.tests.engines import GreyAnimator
from socialapp.acting import sound
from socialapp.engines.errors import EngineError
from socialapp.lib import blobs
from socialapp.performance import Part, Performance, Sound

if TYPE_CHECKING:
    from collections.abc import Iterator

    from avatarfx.tests.conftest import Troupe
    from socialapp.accounts.models import User
    from socialapp.characters.models import Character
    from socialapp.engines.protocols import Frame, Staging

FIRST = "One two three four five six seven eight nine ten eleven twelve thirteen."
REST = "Then came the others, one after another, until all of them were in the room."


@dataclass
class Listening(GreyAnimator):
    staged: list[Staging] = field(default_factory=list)

    def animate(
        self, staging: Staging, *, fps: int, width: int, height: int
    ) -> Iterator[Frame]:
        self.staged.append(staging)
        return super().animate(staging, fps=fps, width=width, height=height)


def test_an_animator_hears_the_opening_and_then_the_whole(
    alice: User, hob: Character, troupe: Troupe
) -> None:
    listening = troupe.full = Listening()
    clip = services.request_clip(owner=alice, character=hob, script=f"{FIRST} {REST}")
    services.render_clip(clip.pk)
    clip.refresh_from_db()
    assert clip.state == "ready"
    first, whole = listening.staged
    (seat,) = whole.sounds
    assert set(first.sounds) == {seat}
    assert whole.sounds[seat].seconds == pytest.approx(
        whole.performance.seconds, abs=0.1
    )
    early, late = (
        np.frombuffer(one.sounds[seat].samples, "<i2") for one in (first, whole)
    )
    assert 8000 < len(early) < len(late) - 8000
    assert np.abs(late).max() > 1000
    # What was heard of the opening is heard again: its mouth need not be drawn twice.
    steady = len(early) - 8000
    assert np.abs(early[:steady].astype(int) - late[:steady]).max() <= 2


def test_two_who_talk_are_heard_apart(
    alice: User, hob: Character, troupe: Troupe
) -> None:
    rate = 8000
    tone = np.sin(np.arange(rate) * 0.3).astype(np.float32) * 0.4
    quiet = np.zeros(rate, np.float32)
    refs = [
        blobs.put(sound.wav(sound.encode(np.concatenate(pair)), rate), "wav")
        for pair in ((tone, quiet), (quiet, tone))
    ]
    parts = tuple(
        Part(seat, Sound(ref, rate)) for seat, ref in zip("ab", refs, strict=True)
    )
    heard = shoot.heard(Performance(2.0, (*parts, Part("c"))))
    assert list(heard) == ["a", "b"]
    for seat, speaks, listens in (
        ("a", slice(0, rate), slice(rate, None)),
        ("b", slice(rate, None), slice(0, rate)),
    ):
        samples = np.frombuffer(heard[seat].samples, "<i2")
        assert np.abs(samples[speaks]).max() > 10_000
        assert not samples[listens].any()


def test_a_sound_that_is_gone_from_the_storage_is_said_in_words(
    settings: object,
) -> None:
    ref = "sha256:" + "0" * 64 + ".wav"
    with pytest.raises(EngineError, match="missing from the storage"):
        shoot.heard(Performance(1.0, (Part("a", Sound(ref, 8000)),)))
