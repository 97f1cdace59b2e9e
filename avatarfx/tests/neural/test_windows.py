"""Windows over a take: nothing left out, no seam, no more memory than two of them."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from avatarfx.animators.neural.windows import (
    Blend,
    Slide,
    Window,
    begin,
    shares,
    weights,
    windows,
)

CASES = [
    (total, length, overlap)
    for total in (1, 3, 8, 9, 15, 16, 17, 40, 101)
    for length, overlap in ((8, 0), (8, 3), (16, 4), (5, 4), (1, 0))
]


@pytest.mark.parametrize(("total", "length", "overlap"), CASES)
def test_every_frame_is_covered_and_its_weights_sum_to_one(
    total: int, length: int, overlap: int
) -> None:
    found = windows(total, length=length, overlap=overlap)
    covered = np.zeros(total)
    for window, share in zip(
        found, shares(total, length=length, overlap=overlap), strict=True
    ):
        assert len(share) == window.length
        assert (share > 0).all()
        covered[window.start : window.stop] += share
    np.testing.assert_allclose(covered, 1, atol=1e-6)


@pytest.mark.parametrize(("total", "length", "overlap"), CASES)
def test_windows_are_full_and_share_what_they_should(
    total: int, length: int, overlap: int
) -> None:
    found = windows(total, length=length, overlap=overlap)
    assert all(window.length == min(length, total) for window in found)
    for before, after in itertools.pairwise(found):
        assert before.start < after.start <= before.stop - overlap


@pytest.mark.parametrize(("total", "length", "overlap"), CASES)
def test_from_any_frame_on_the_windows_are_those_of_the_whole(
    total: int, length: int, overlap: int
) -> None:
    whole = windows(total, length=length, overlap=overlap)
    for frame in range(total):
        start = begin(frame, length=length, overlap=overlap)
        assert frame - 2 * length < start <= frame
        late = [
            Window(start + one.start, start + one.stop)
            for one in windows(total - start, length=length, overlap=overlap)
        ]
        assert [w for w in late if w.stop > frame] == [
            w for w in whole if w.stop > frame
        ]
        # Of what is before, one window at most, which need not be asked.
        assert len([w for w in late if w.stop <= frame]) <= 1


def test_a_blend_may_begin_anywhere() -> None:
    ones = [np.ones((2, 2, 3), np.float32)] * 4
    blend = Blend()
    assert blend.add(Window(24, 28), ones) == []
    assert len(blend.add(Window(26, 30), ones)) == 2
    assert len(blend.end()) == 4


@pytest.mark.parametrize(("total", "length", "overlap"), CASES)
def test_a_take_of_unknown_length_gets_the_same_windows(
    total: int, length: int, overlap: int
) -> None:
    slide = Slide[int](length=length, overlap=overlap)
    found = [ready for n in range(total) if (ready := slide.add(n))]
    if last := slide.end():
        found.append(last)
    assert [window for window, _ in found] == windows(
        total, length=length, overlap=overlap
    )
    for window, items in found:
        assert items == list(range(window.start, window.stop))


@pytest.mark.parametrize(("total", "length", "overlap"), CASES)
def test_blending_is_the_weighted_mean_and_holds_two_windows_at_most(
    total: int, length: int, overlap: int
) -> None:
    rng = np.random.default_rng(7)
    found = windows(total, length=length, overlap=overlap)
    said = [rng.random((window.length, 2, 2), np.float32) for window in found]
    wanted = np.zeros((total, 2, 2))
    for window, results, share in zip(
        found, said, shares(total, length=length, overlap=overlap), strict=True
    ):
        wanted[window.start : window.stop] += share[:, None, None] * results
    blend = Blend()
    out: list[np.ndarray] = []
    for window, results in zip(found, said, strict=True):
        out += blend.add(window, list(results))
        assert blend.held <= 2 * length
    out += blend.end()
    assert len(out) == total
    np.testing.assert_allclose(np.stack(out), wanted, atol=1e-6)


def test_agreeing_windows_change_nothing() -> None:
    frames = [np.full((1, 1), n, np.float32) for n in range(50)]
    blend, slide = Blend(), Slide[np.ndarray](length=8, overlap=4)
    out: list[np.ndarray] = []
    for frame in frames:
        if ready := slide.add(frame):
            out += blend.add(*ready)
    if ready := slide.end():
        out += blend.add(*ready)
    out += blend.end()
    np.testing.assert_allclose(np.stack(out), np.stack(frames), rtol=1e-6)


def test_a_windows_middle_counts_most() -> None:
    share = weights(7)
    assert share.argmax() == 3
    np.testing.assert_array_equal(share, share[::-1])


@pytest.mark.parametrize(("length", "overlap"), [(0, 0), (4, 4), (4, -1)])
def test_a_window_that_never_advances_is_refused(length: int, overlap: int) -> None:
    with pytest.raises(ValueError, match="window"):
        windows(10, length=length, overlap=overlap)


def test_a_window_knows_its_length() -> None:
    assert Window(3, 9).length == 6
