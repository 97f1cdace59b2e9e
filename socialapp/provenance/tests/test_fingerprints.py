"""Likeness: copies are found, others are not, and both can be said in numbers."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import avatarfx
from socialapp.engines.errors import EngineError
from socialapp.provenance.fingerprints import Prints, pictures, sampling, sounds
from socialapp.provenance.models import Fingerprint, Mark
from socialapp.provenance.selectors import match_pictures, match_sound
from socialapp.provenance.services import record_fingerprint
from socialapp.provenance.tests.films import film, frames, voice

Array = np.ndarray[Any, Any]

PHOTOGRAPH = Path(avatarfx.__file__).parent / "bench/data/astronaut.jpg"


def photograph(side: int = 512) -> Array:
    with Image.open(PHOTOGRAPH) as picture:
        return np.asarray(picture.convert("RGB").resize((side, side)))


def resized(frame: Array, width: int, height: int) -> Array:
    return np.asarray(Image.fromarray(frame).resize((width, height)))


def jpeg(frame: Array, quality: int) -> Array:
    file = io.BytesIO()
    Image.fromarray(frame).save(file, "JPEG", quality=quality)
    return np.asarray(Image.open(file))


def away(one: Array, other: Array) -> int:
    return pictures.compare(
        pictures.hashes_of([one]), pictures.hashes_of([other])
    ).nearest


def test_a_small_or_poor_copy_is_the_same_picture() -> None:
    original = photograph()
    for copy in (
        jpeg(original, 30),
        resized(original, 256, 256),
        resized(original, 180, 320),
        np.clip(original * 1.2, 0, 255).astype(np.uint8),
    ):
        assert away(original, copy) <= pictures.SAME


@pytest.mark.parametrize("seed", range(8))
def test_a_cropped_copy_is_alike_by_the_parts(seed: int) -> None:
    original = photograph()
    chance = np.random.default_rng(seed)
    left, top = chance.integers(0, 51, 2)
    crop = resized(original[top : top + 461, left : left + 461], 300, 300)
    asked = pictures.hashes_of([crop])
    known = pictures.hashes_of([original])
    likeness = pictures.compare(asked, known, pictures.crops_of([original]))
    assert likeness.alike
    assert not likeness.unlike


def test_another_picture_has_nothing_in_common() -> None:
    original = photograph()
    for seed in range(12):
        other = frames(1, side=256, seed=seed)[0]
        likeness = pictures.compare(
            pictures.hashes_of([other]),
            pictures.hashes_of([original]),
            pictures.crops_of([original]),
        )
        assert not likeness.alike
        assert not likeness.same


def test_a_flat_picture_has_no_fingerprint() -> None:
    assert pictures.hash_of(np.full((64, 64, 3), 90, np.uint8)) is None
    assert pictures.crops_of([]) == b""
    assert pictures.compare(b"", b"").nearest == 256


def test_without_the_library_the_way_out_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pdqhash", None)
    with pytest.raises(EngineError, match="pdqhash is not installed"):
        pictures.hash_of(photograph(64))


def words(samples: Array, rate: int = 24000) -> bytes:
    """As of a film that was encoded, not of the samples themselves."""
    count = int(len(samples) / rate * 25)
    data = film(frames(count, side=64), sound=samples, rate=rate)
    return sampling.prints_of(sampling.sample(io.BytesIO(data))).sound


def test_a_poor_copy_sounds_the_same() -> None:
    original = voice(1)
    known = words(original)
    chance = np.random.default_rng(0)
    for copy in (
        original * 0.1,
        original[24000:],
        original[:60000],
        original + chance.normal(0, 0.01, len(original)),
        original + 0.3 * voice(9, pitch=300),
    ):
        echo = sounds.compare(words(copy.astype(np.float32)), known)
        assert echo.same, echo


def test_another_voice_or_another_sentence_does_not() -> None:
    known = [words(voice(seed)) for seed in range(3)]
    for seed in range(10, 22):
        other = sounds.words_of(np.ascontiguousarray(voice(seed)[::3]))
        for one in known:
            assert not sounds.compare(other, one).same


def test_silence_has_no_fingerprint() -> None:
    assert sounds.words_of(np.zeros(80000, np.float32)) == b""
    assert sounds.words_of(np.zeros(8, np.float32)) == b""
    assert not sounds.compare(b"", words(voice(1))).same


def test_a_film_gives_a_frame_a_second_and_its_sound() -> None:
    data = film(frames(60, side=96), sound=voice(1, seconds=2.4))
    taken = sampling.sample(io.BytesIO(data))
    assert len(taken.frames) == 2
    assert abs(len(taken.sound) / sounds.RATE - 2.4) < 0.1
    assert len(sampling.sample(io.BytesIO(film(frames(3)))).frames) == 1
    with pytest.raises(EngineError, match="cannot be read"):
        sampling.sample(io.BytesIO(b"nothing"))


def record(subject: str, seed: int) -> Prints:
    data = film(frames(100, side=128, seed=seed), sound=voice(seed, seconds=4))
    prints = sampling.prints_of(sampling.sample(io.BytesIO(data)))
    record_fingerprint(subject=subject, prints=prints)
    return prints


@pytest.mark.database
@pytest.mark.django_db
def test_the_registry_names_the_clip_by_picture_and_by_sound() -> None:
    all_prints = {f"clip:{seed}": record(f"clip:{seed}", seed) for seed in range(1, 6)}
    prints = all_prints["clip:3"]
    seen = match_pictures(prints.pictures)
    assert [match.subject for match in seen] == ["clip:3"]
    assert seen[0].likeness.share == 1.0
    heard = match_sound(prints.sound)
    assert [match.subject for match in heard] == ["clip:3"]
    assert heard[0].echo.error == 0.0


@pytest.mark.django_db
def test_a_mirrored_copy_is_named_too() -> None:
    record("clip:2", 2)
    record("clip:3", 3)
    flipped = [np.ascontiguousarray(f[:, ::-1]) for f in frames(100, side=128, seed=3)]
    asked = pictures.hashes_of(flipped[12::25])
    back = pictures.hashes_of(
        [np.ascontiguousarray(f[:, ::-1]) for f in flipped[12::25]]
    )
    (match,) = match_pictures(asked, mirrored=back)
    assert (match.subject, match.likeness.mirrored) == ("clip:3", True)


@pytest.mark.django_db
def test_what_is_not_ours_is_not_named() -> None:
    for seed in range(1, 6):
        record(f"clip:{seed}", seed)
    other = film(frames(100, side=128, seed=77), sound=voice(77, seconds=4))
    prints = sampling.prints_of(sampling.sample(io.BytesIO(other)))
    assert match_pictures(prints.pictures) == []
    assert match_sound(prints.sound) == []
    assert match_pictures(b"") == []
    assert match_sound(b"") == []


@pytest.mark.django_db
def test_a_second_render_replaces_the_first_and_knows_its_mark() -> None:
    record("clip:1", 1)
    mark = Mark.objects.create(subject="clip:1", key_id="k")
    again = record("clip:1", 2)
    row = Fingerprint.objects.get()
    assert bytes(row.pictures) == again.pictures
    assert row.mark == mark


def test_parts_are_kept_of_what_is_seen_and_once() -> None:
    calm = [photograph()] * 9
    assert len(pictures.crops_of(calm)) == 32 * len(pictures.PARTS)
    cuts = [frames(1, side=256, seed=seed)[0] for seed in (1, 2, 3)]
    assert len(pictures.crops_of(cuts)) > 2 * 32 * len(pictures.PARTS)


@pytest.mark.parametrize("seed", range(6))
def test_a_copy_with_a_fifth_cut_off_is_not_called_another_picture(seed: int) -> None:
    original = photograph()
    chance = np.random.default_rng(seed)
    left, top = chance.integers(0, 103, 2)
    crop = resized(original[top : top + 410, left : left + 410], 300, 300)
    likeness = pictures.compare(
        pictures.hashes_of([crop]),
        pictures.hashes_of([original]),
        pictures.crops_of([original]),
    )
    assert not likeness.unlike
