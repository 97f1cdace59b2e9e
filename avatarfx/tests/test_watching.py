"""Every kind of broken film is told from a good one, on real portraits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from django.conf import settings

from avatarfx import encode
from avatarfx.bench import portraits
from avatarfx.quality import files, measures, words
from avatarfx.quality.measured import Measured
from avatarfx.quality.verdict import Limits, fault
from avatarfx.quality.watch import Asked, Watch, meet
from avatarfx.tracks import Track
from socialapp import acting
from socialapp.characters import maker
from socialapp.content import library
from socialapp.engines import handler
from socialapp.engines.protocols import Actor, Staging, VoiceSpec
from socialapp.lib.blobs import ref_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from socialapp.acting import Performed

    Picture = NDArray[np.uint8]
    Film = list[Picture]

SIDE, FPS = 512, 25

NOTHING = Measured(
    mouth=None, drawn=False, mouth_lag=None, sync=None, lag_frames=None, jitter_px=None,
    identity=None, scene=None, flicker=0.0, lost=None, looks=0, cpu_seconds=0.0,
)  # fmt: skip

SCRIPT = "Hello, my name is Bo, and I brought you a map of the bay."


@pytest.fixture(scope="module")
def spoken() -> Performed:
    return acting.perform(
        SCRIPT,
        spec=VoiceSpec(),
        speakers=[("hibari", handler.voices["hibari"])],
        director=handler.directors["default"],
        seed=7,
        shape="1:1",
        put_sound=lambda data: ref_of(data, "wav"),
    )


@pytest.fixture(scope="module")
def sound(spoken: Performed) -> Track:
    samples = np.frombuffer(spoken.speech.samples, "<i2").astype(np.float32)
    return Track(samples / np.float32(32768), spoken.speech.rate)


def photo() -> Actor:
    data = next(s.data for s in portraits.defaults() if s.name == "photo close")
    rig, blobs = handler.riggers["default"].rig(data, ref=ref_of(data, "png"))
    return Actor(rig, data, blobs)


def drawn(name: str) -> Actor:
    rig, blobs, portrait = maker.import_svg(*library.drawing(name))
    return Actor(rig, portrait, blobs)


def film(rung: str, actor: Actor, spoken: Performed, count: int = 9999) -> Film:
    staging = Staging(spoken.performance, {"a": actor})
    frames: Film = []
    coming = handler.animators[rung].animate(staging, fps=FPS, width=SIDE, height=SIDE)
    for frame in coming:
        pixels = np.frombuffer(frame.pixels, np.uint8)
        frames.append(pixels.reshape(SIDE, SIDE, 3).copy())
        if len(frames) == count:
            break
    return frames


def measured(frames: Film, actor: Actor, spoken: Performed, sound: Track) -> Measured:
    count = len(frames)
    finder = handler.riggers["default"].finder()  # type: ignore[attr-defined]
    believed = actor.rig.style in {"photo", "paint"}
    watch = Watch(
        Asked(
            words.moves(spoken.performance, FPS, {"a"} if actor.rig.layers else ()),
            measures.envelope(sound.samples, sound.rate, FPS, count),
            still_camera=True,
        ),
        met=meet(film("still", actor, spoken, 1)[0], finder if believed else None),
        finder=finder,
        drawn=bool(actor.rig.layers),
    )
    for number, frame in enumerate(frames):
        watch.see(number, frame)
    return watch.measured()


def said(found: Measured, limits: str = "floor") -> str:
    return fault(
        found,
        Limits(**settings.QUALITY_LIMITS[limits]),
        mouth=True,
        face=True,
        late_ms=0.0,
    )


def noisy(frames: Film) -> Iterator[Picture]:
    rng = np.random.default_rng(0)
    for frame in frames:
        noise = rng.normal(0, 10, frame.shape)
        yield np.clip(frame + noise, 0, 255).astype(np.uint8)


def flickering(frames: Film) -> Iterator[Picture]:
    """For a second, not for all of it."""
    for number, frame in enumerate(frames):
        lit = 16 * (number % 2) if 30 < number < 56 else 0
        yield np.clip(frame.astype(int) + lit, 0, 255).astype(np.uint8)


def late(frames: Film) -> Iterator[Picture]:
    return (frames[max(0, number - 5)] for number in range(len(frames)))


def drifting(frames: Film) -> Iterator[Picture]:
    """By the middle of the film it is somebody else: the same, upside down in tone and
    mirrored, which no landmark network needs to notice."""
    for number, frame in enumerate(frames):
        share = min(1.0, 2 * number / len(frames))
        other = np.roll(frame[:, ::-1, ::-1], 9, axis=0)
        yield (frame * (1 - share) + (255 - other) * share).astype(np.uint8)


BROKEN = [
    (noisy, "The picture flickered."),
    (flickering, "The picture flickered."),
    (late, "The mouth came 200 ms late."),
    (drifting, "The face"),
]


@pytest.mark.parametrize(
    "make", [photo, lambda: drawn("hob")], ids=["a photo", "a drawing"]
)
def test_each_broken_film_is_told_from_the_good_one(
    make: Callable[[], Actor], spoken: Performed, sound: Track
) -> None:
    actor = make()
    good = film("warp", actor, spoken)
    for limits in ("floor", "warp"):
        assert said(measured(good, actor, spoken, sound), limits) == ""
    for broken, reason in BROKEN:
        told = said(measured(list(broken(good)), actor, spoken, sound))
        assert told.startswith(reason), (broken.__name__, told)
    # A head that nods along and a mouth that stays shut.
    frozen = film("sway", actor, spoken)
    assert "The mouth did not move" in said(measured(frozen, actor, spoken, sound))


def test_every_starter_portrait_is_as_good_as_it_must_be(
    spoken: Performed, sound: Track
) -> None:
    for name in library.cast_ids():
        actor = drawn(name)
        found = measured(film("warp", actor, spoken), actor, spoken, sound)
        assert said(found) == "", (name, found)


def test_a_film_of_nobody_who_speaks_is_not_asked_for_a_mouth() -> None:
    frames = [np.full((64, 64, 3), n % 9, np.uint8) for n in range(90)]
    watch = Watch(
        Asked(np.zeros(90), np.zeros(90), still_camera=True),
        met=None,
        finder=None,
    )
    for number, frame in enumerate(frames):
        watch.see(number, frame)
    found = watch.measured()
    assert (found.mouth, found.sync, found.identity, found.looks) == (None,) * 3 + (0,)


def test_late_sound_in_a_file_is_measured_and_refused(
    tmp_path: Path, sound: Track
) -> None:
    rate = sound.rate
    later = np.concatenate([np.zeros(rate // 5, np.float32), sound.samples])
    for track, expected in ((sound, 0.0), (Track(later, rate), 200.0)):
        path = tmp_path / "clip.mp4"
        _write(path, track)
        found = files.sound_late_ms(path, sound)
        assert found == pytest.approx(expected, abs=3)
        late_ms = fault(
            NOTHING,
            Limits(**settings.QUALITY_LIMITS["floor"]),
            mouth=True,
            face=True,
            late_ms=found,
        )
        assert late_ms == ("The sound came 200 ms late." if expected else "")


def test_a_picture_that_the_encoder_changed_is_noticed(
    tmp_path: Path, sound: Track
) -> None:
    path = tmp_path / "clip.mp4"
    _write(path, sound)
    drawn_at_50 = np.full((32, 32), 50, np.int16)
    assert files.worst_difference(path, {0: drawn_at_50 - 50, 50: drawn_at_50}) < 4
    assert files.worst_difference(path, {50: drawn_at_50 + 60}) > 50


def test_a_burst_of_noise_does_not_hide_in_a_long_film(spoken: Performed) -> None:
    watch = Watch(
        Asked(np.zeros(300), np.zeros(300), still_camera=True),
        met=None,
        finder=None,
    )
    rng = np.random.default_rng(1)
    for number in range(300):
        amount = 14 if 100 <= number < 130 else 0
        frame = np.clip(90 + rng.normal(0, amount, (64, 64, 3)), 0, 255)
        watch.see(number, frame.astype(np.uint8))
    assert watch.measured().flicker > settings.QUALITY_LIMITS["floor"]["flicker"]


def test_a_few_samples_tell_the_lag_of_a_long_signal() -> None:
    rng = np.random.default_rng(2)
    loud = np.convolve(rng.uniform(size=300), np.ones(3) / 3, "same")
    at = np.arange(10, 290, 7)
    sync, lag = measures.sampled_lag(at, loud[at - 4], loud)
    assert (round(sync, 6), lag) == (1.0, 4.0)


def _write(path: Path, track: Track) -> None:
    """Four seconds that get lighter, a grey level a frame."""
    with encode.Writer(
        path,
        width=128,
        height=128,
        fps=FPS,
        track=track,
        options=encode.Options(preset="ultrafast"),
    ) as writer:
        for number in range(100):
            writer.write(np.full((128, 128, 3), number, np.uint8))
