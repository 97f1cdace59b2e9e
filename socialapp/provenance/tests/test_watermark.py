from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import numpy as np
import pytest

from socialapp.provenance.tests import pictures
from socialapp.provenance.watermark import (
    Key,
    Marker,
    carriers,
    choose_strength,
    coding,
    detect,
    search,
    strength,
)
from socialapp.provenance.watermark.search import THRESHOLD

if TYPE_CHECKING:
    from collections.abc import Sequence

KEY = Key(b"a key of the tests alone")
OTHER = Key(b"another key of the tests")
PAYLOAD = 0x1234_5678_9ABC


def marked(
    payload: int = PAYLOAD, key: Key = KEY, strength: float = 1.2
) -> list[pictures.Picture]:
    frames = pictures.talking()
    marker = Marker(payload, key, 512, 512, strength)
    return [marker.mark(frame) for frame in frames]


def test_a_mark_survives_a_crop_halving_and_crf_28() -> None:
    published = pictures.through_x264(marked(), 19)
    small = [pictures.scaled(pictures.cropped(f, 0.1), 0.5) for f in published]
    found = detect(pictures.through_x264(small, 28), [KEY])
    assert found is not None
    assert (found.payload, found.key_id) == (PAYLOAD, KEY.id)
    assert found.scale == pytest.approx(0.5, rel=0.02)
    assert not found.mirrored


@pytest.mark.parametrize("number", [12, 29, 48])
def test_a_still_painting_is_found_after_the_same(number: int) -> None:
    """Its strokes hid the pattern by which the place is found: 6 of 60 were lost."""
    key, payload = Key(b"a painting, number %d" % number), 1000 + number
    still = pictures.painting()
    chosen = choose_strength([still] * 12, payload, key)
    shown = Marker(payload, key, 512, 512, chosen.strength).mark(still)
    published = pictures.through_x264([shown] * 12, 19)
    small = [pictures.scaled(pictures.cropped(f, 0.1), 0.5) for f in published]
    found = detect(pictures.through_x264(small, 28), [key])
    assert found is not None
    assert found.payload == payload


def test_the_place_is_clear_where_the_picture_opposes_the_pattern() -> None:
    """What finds the place is informed of the picture, as what carries the number is."""
    noise = np.random.default_rng(5).normal(128, 3, (512, 512, 1))
    plain = np.broadcast_to(noise, (512, 512, 3)).astype(np.uint8)
    own = carriers.carriers_of(KEY)
    tile = np.zeros((128, 128), np.complex64)
    tile[own.sync_at] = -own.sync_phase
    against = np.fft.ifft2(tile).real
    against *= 0.6 / against.std()
    host = np.clip(plain + np.tile(against, (4, 4))[..., None], 0, 255).astype(np.uint8)
    found = detect([Marker(PAYLOAD, KEY, 512, 512, 1.0).mark(host)], [KEY])
    assert found is not None
    assert found.peak > 1.5 * THRESHOLD


def test_a_search_looks_at_eight_tags_of_a_key_at_most(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The bound of false alarms: even where every scale seems to say something."""
    asked: list[int] = []

    def never(message: coding.Bits, _key: Key) -> None:
        asked.append(coding.to_number(message))

    monkeypatch.setattr(carriers, "verified", never)
    monkeypatch.setattr(search, "THRESHOLD", 0.0)
    small = [pictures.scaled(f, 0.5) for f in marked()[:2]]
    assert detect(small, [KEY]) is None
    assert len(asked) == search.READINGS == 8
    assert detect(marked()[:2], [KEY]) is None
    assert len(asked) == 3 * 8, "of each of the two sizes of analysis"


def test_a_mirrored_copy_is_recognised() -> None:
    copy = [np.ascontiguousarray(f[:, ::-1]) for f in marked()]
    found = detect(pictures.through_x264(copy, 28), [KEY])
    assert found is not None
    assert (found.payload, found.mirrored) == (PAYLOAD, True)


def test_one_still_is_enough() -> None:
    still = pictures.jpeg(pictures.cropped(marked()[0], 0.1), 75)
    found = detect([still], [KEY])
    assert found is not None
    assert (found.payload, found.frames) == (PAYLOAD, 1)


@pytest.mark.parametrize("size", [(512, 912), (912, 512), (700, 640)])
def test_every_shape_carries_it(size: tuple[int, int]) -> None:
    width, height = size
    frame = pictures.talking(1, width, height)[0]
    still = Marker(PAYLOAD, KEY, width, height, 1.4).mark(frame)
    assert still.shape == frame.shape
    found = detect([pictures.jpeg(still, 80)], [KEY])
    assert found is not None
    assert found.payload == PAYLOAD


def test_a_picture_in_a_wider_black_frame_is_found() -> None:
    frames = [
        np.pad(f, ((284, 284), (784, 784), (0, 0)))[::2, ::2] for f in marked()[:8]
    ]
    found = detect(frames, [KEY])
    assert found is not None
    assert found.payload == PAYLOAD


def test_another_key_finds_nothing() -> None:
    assert detect(marked()[:8], [OTHER]) is None


def test_after_a_rotation_old_clips_are_found_with_the_old_key() -> None:
    found = detect(marked()[:8], [OTHER, KEY])
    assert found is not None
    assert found.key_id == KEY.id
    assert found.key_id != OTHER.id


def test_unmarked_frames_are_never_found() -> None:
    frames = pictures.talking()
    rng = np.random.default_rng(1)
    noise = rng.integers(0, 256, (256, 256, 3)).astype(np.uint8)
    stripes = np.zeros((512, 512, 3), np.uint8)
    stripes[:, ::16] = 255
    flat = np.full((300, 300, 3), 128, np.uint8)
    for unmarked in (list(frames), [frames[0]], [noise], [stripes], [flat]):
        assert detect(unmarked, [KEY, OTHER]) is None


def test_a_strong_pattern_with_a_wrong_tag_is_not_believed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The peak alone proves nothing: a message is ours by its tag."""
    monkeypatch.setattr(Key, "tag", lambda *_: 0x0F0F0F)
    forged = marked()[:8]
    monkeypatch.undo()
    assert detect(forged, [KEY]) is None


def test_a_mark_that_was_copied_onto_a_foreign_clip_is_still_our_number() -> None:
    """Pixels alone cannot tell; the verifier asks the fingerprints of that number."""
    frames = pictures.talking()[:8]
    stolen = [
        mine.astype(np.int16) - plain
        for mine, plain in zip(marked()[:8], frames, strict=True)
    ]
    y, x = np.mgrid[0:512, 0:512]
    foreign = np.stack([x // 3, y // 3, (x + y) // 6], axis=2).astype(np.int16)
    copies = [np.clip(foreign + s, 0, 255).astype(np.uint8) for s in stolen]
    found = detect(copies, [KEY])
    assert found is not None
    assert found.payload == PAYLOAD
    assert detect([foreign.astype(np.uint8)], [KEY]) is None


def test_nothing_and_too_little_are_no_mark() -> None:
    assert detect([], [KEY]) is None
    assert detect([np.zeros((20, 20, 3), np.uint8)], [KEY]) is None
    assert detect(marked()[:2], []) is None


def test_payloads_that_do_not_fit_are_refused() -> None:
    for payload in (-1, 2**48):
        with pytest.raises(ValueError, match="48 bits"):
            Marker(payload, KEY, 512, 512, 1.2)
    with pytest.raises(ValueError, match="too small"):
        Marker(1, KEY, 40, 512, 1.2)
    with pytest.raises(ValueError, match="not of the size"):
        Marker(1, KEY, 512, 512, 1.2).mark(np.zeros((512, 500, 3), np.uint8))
    with pytest.raises(ValueError, match="bytes"):
        Key(b"short")


def test_a_key_says_its_name_but_not_itself() -> None:
    assert b"tests" not in repr(KEY).encode()
    assert KEY.id == Key(KEY.secret).id


@pytest.mark.parametrize("payload", [0, 1, 2**48 - 1, PAYLOAD])
def test_the_code_mends_a_fifth_of_wrong_bits(payload: int) -> None:
    message = carriers.message_of(payload, KEY)
    soft = 1 - 2.0 * coding.encode(message)
    rng = np.random.default_rng(payload % 97)
    wrong = rng.choice(len(soft), len(soft) // 6, replace=False)
    soft[wrong] *= -0.6
    # Among others, as the readings of neighbouring scales are decoded.
    noise = rng.normal(0, 1, (2, len(soft)))
    for many in (soft[None], np.vstack([noise, soft])):
        decoded = coding.decode(many)
        assert decoded.shape == (len(many), len(message))
        assert carriers.verified(decoded[-1], KEY) == payload


def test_the_mark_is_as_strong_as_asked() -> None:
    plain = np.stack(pictures.talking()).astype(np.float32)
    marker = Marker(PAYLOAD, KEY, 512, 512, 1.2)
    got = np.stack([marker.mark(f) for f in pictures.talking()]).astype(np.float32)
    psnr = 10 * np.log10(255**2 / np.mean((got - plain) ** 2))
    assert psnr == pytest.approx(46.5, abs=0.5)
    assert marker.psnr == pytest.approx(psnr, abs=0.3)


def test_strength_rises_until_an_attacked_copy_is_read() -> None:
    frames = pictures.talking()[::2]
    # The same in every frame, so that it cannot be averaged away.
    grain = np.random.default_rng(2).normal(0, 30, (460, 460, 1))

    def cropped(copy: Sequence[pictures.Picture]) -> list[pictures.Picture]:
        return [pictures.cropped(f, 0.1) for f in copy]

    def noisy(copy: Sequence[pictures.Picture]) -> list[pictures.Picture]:
        return [np.clip(f + grain, 0, 255).astype(np.uint8) for f in cropped(copy)]

    easy = choose_strength(frames, PAYLOAD, KEY, attack=cropped)
    usual = choose_strength(frames, PAYLOAD, KEY)
    hard = choose_strength(frames, PAYLOAD, KEY, attack=noisy)
    assert easy.strength <= usual.strength < hard.strength <= 2.5
    assert usual.margin > 0.6
    assert usual.peak > THRESHOLD


def test_strength_rises_until_the_place_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A message that could be read is of no use where nobody finds its place."""
    frames = pictures.talking()[::2]
    usual = choose_strength(frames, PAYLOAD, KEY)
    monkeypatch.setattr(strength, "CLEAR", 1.5 * usual.peak)
    clearer = choose_strength(frames, PAYLOAD, KEY)
    assert clearer.strength > 1.15 * usual.strength
    assert clearer.peak > 1.1 * usual.peak


def test_threads_may_share_a_marker() -> None:
    frame = pictures.talking()[0]
    marker = Marker(PAYLOAD, KEY, 512, 512, 1.2)
    results: list[bytes] = []

    def work() -> None:
        results.extend(marker.mark(frame).tobytes() for _ in range(5))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 20
    assert len(set(results)) == 1


def test_the_peak_of_a_mark_is_clear_of_the_noise() -> None:
    found = detect(marked()[:8], [KEY])
    assert found is not None
    assert found.peak > 2 * THRESHOLD
    assert found.agreement > 0.9
