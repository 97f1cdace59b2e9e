"""What every neural animator promises, with a model that paints plain colours."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from avatarfx.animators.neural.base import Clip, Crop, NeuralAnimator, warp
from avatarfx.animators.stage import StageAnimator
from avatarfx.tests.neural.clips import (
    drawing,
    filmed,
    masks,
    photo,
    pixels,
    staging,
    under,
)
from socialapp.engines.errors import EngineError, OutOfMemory
from socialapp.engines.folders import Layout, Piece
from socialapp.engines.protocols import Animator, Batched, Onward
from socialapp.performance import CameraKey, Place

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

LAYOUT = Layout(
    name="painter",
    files=(Piece("painter.json", "json", {"kind": "painter"}),),
    licence="MIT",
    commercial=True,
    source="example/painter",
    unlocks="Red faces.",
)

Draw = Callable[[Crop], "NDArray[Any]"]


def red(crop: Crop) -> NDArray[Any]:
    """Redder than it is, as a picture of another size."""
    tinted = crop.pixels.astype(np.float32) * [1.0, 0.5, 0.5]
    return np.asarray(tinted[::2, ::2])


class Painter(NeuralAnimator):
    layout = LAYOUT

    def __init__(self, draw: Draw = red, **options: Any) -> None:
        super().__init__(**options)
        self.draw = draw
        self.asked: list[list[tuple[str, int]]] = []

    def load(self) -> str:
        return "painter"

    def refine(
        self, model: Any, batch: Sequence[Crop], kept: Clip
    ) -> Sequence[NDArray[Any]]:
        assert model == "painter"
        assert kept.fps
        self.asked.append([(crop.seat, crop.number) for crop in batch])
        return [self.draw(crop) for crop in batch]


class Windowed(Painter):
    overlap = 3
    least = 4


def pair() -> dict[str, Any]:
    return {"a": drawing(), "b": photo()}


def test_it_is_an_animator_that_can_draw_less_at_once() -> None:
    painter = Painter(batch=8)
    assert isinstance(painter, Animator)
    assert isinstance(painter, Batched)
    assert isinstance(painter, Onward)
    sizes = []
    smaller: NeuralAnimator | None = painter
    while smaller is not None:
        sizes.append(smaller.batch)
        smaller = smaller.smaller()
    assert sizes == [8, 4, 2, 1]


@pytest.mark.parametrize("kind", [Painter, Windowed])
def test_every_frame_comes_once_in_order_with_the_film_under_it(
    kind: type[Painter],
) -> None:
    staged = staging(pair(), frames=11, shape="16:9")
    frames = filmed(kind(batch=5), staged)
    plain = filmed(warp(), staged)
    assert len(frames) == len(plain) == 11
    for frame, drawn, touched in zip(frames, plain, masks(staged), strict=True):
        np.testing.assert_array_equal(under(frame), pixels(drawn))
        after = pixels(frame)
        np.testing.assert_array_equal(after[~touched], pixels(drawn)[~touched])
        assert (after[touched] != pixels(drawn)[touched]).any()


@pytest.mark.parametrize("kind", [Painter, Windowed])
def test_what_gives_the_crops_back_leaves_the_film_as_it_is(
    kind: type[Painter],
) -> None:
    staged = staging(pair(), frames=9, shape="16:9")
    for frame in filmed(kind(lambda crop: crop.pixels, batch=4), staged):
        np.testing.assert_array_equal(pixels(frame), under(frame))


def test_a_batch_mixes_seats_and_is_full() -> None:
    painter = Painter(batch=4)
    filmed(painter, staging(pair(), frames=5, shape="16:9"))
    assert [len(batch) for batch in painter.asked] == [4, 4, 2]
    assert {seat for seat, _ in painter.asked[0]} == {"a", "b"}


def test_windows_are_of_one_seat_and_of_frames_that_follow_each_other() -> None:
    painter = Windowed(batch=5)
    filmed(painter, staging(pair(), frames=11, shape="16:9"))
    for batch in painter.asked:
        seats, numbers = zip(*batch, strict=True)
        assert len(set(seats)) == 1
        assert list(numbers) == list(range(numbers[0], numbers[0] + len(numbers)))
    for seat in "ab":
        starts = [batch[0][1] for batch in painter.asked if batch[0][0] == seat]
        assert starts == [0, 2, 4, 6]


def test_a_cut_ends_a_window() -> None:
    painter = Windowed(batch=6)
    camera = tuple(
        CameraKey(at, seat, zoom=1.6)
        for at, seat in ((0.0, "a"), (0.2, "b"), (0.4, "a"))
    )
    frames = filmed(painter, staging(pair(), frames=16, shape="16:9", camera=camera))
    assert len(frames) == 16
    assert painter.asked == [
        [("a", number) for number in range(5)],
        [("b", number) for number in range(5, 10)],
        [("a", number) for number in range(10, 16)],
    ]


class Placed(Windowed):
    """Tints a face by its place in the window and the window's length, so that a film
    tells in which windows its frames were."""

    def refine(
        self, model: Any, batch: Sequence[Crop], kept: Clip
    ) -> Sequence[NDArray[Any]]:
        super().refine(model, batch, kept)
        return [
            crop.pixels * (0.4 + 0.03 * place + 0.01 * len(batch))
            for place, crop in enumerate(batch)
        ]


class Carrying(Placed):
    carries = True


CUTS = tuple(
    CameraKey(at, seat, zoom=1.6)
    for at, seat in ((0.0, "a"), (0.28, "b"), (0.8, "a"), (1.04, "b"))
)


def from_frame(animator: NeuralAnimator, first: int, staged: Any) -> list[Any]:
    frames = animator.animate_from(first, staged, fps=25, width=456, height=256)
    return [pixels(frame).copy() for frame in frames]


@pytest.mark.parametrize("kind", [Painter, Placed, Carrying])
@pytest.mark.parametrize("camera", [(), CUTS])
def test_from_any_frame_on_the_film_is_that_of_the_whole(
    kind: type[Painter], camera: tuple[CameraKey, ...]
) -> None:
    staged = staging(pair(), frames=31, shape="16:9", camera=camera)
    whole = from_frame(kind(batch=6), 0, staged)
    assert len(whole) == 31
    for first in (1, 5, 6, 7, 12, 19, 20, 25, 26, 29, 30):
        late = from_frame(kind(batch=6), first, staged)
        assert len(late) == 31 - first
        for after, before in zip(late, whole[first:], strict=True):
            np.testing.assert_array_equal(after, before)


def test_what_is_before_is_drawn_as_far_as_windows_need_it_and_not_refined(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    staged = staging({"a": photo()}, frames=40)
    begun: list[int] = []
    stage = StageAnimator.animate_from

    def noted(self: StageAnimator, first: int, *args: Any, **size: Any) -> Any:
        begun.append(first)
        return stage(self, first, *args, **size)

    monkeypatch.setattr(StageAnimator, "animate_from", noted)

    def asked(painter: Painter) -> list[tuple[int, int]]:
        size = {"fps": 25, "width": 256, "height": 256}
        assert len(list(painter.animate_from(30, staged, **size))) == 10
        return [(batch[0][1], batch[-1][1]) for batch in painter.asked]

    assert asked(Painter(batch=8)) == [(30, 37), (38, 39)]
    # Windows of 8 that share 3 begin every 5 frames: 25 is the first over frame 30.
    assert asked(Windowed(batch=8)) == [(25, 32), (30, 37), (32, 39)]
    assert asked(Carrying(batch=8)) == [(20, 27), (25, 32), (30, 37), (32, 39)]
    assert begun == [30, 20, 20]


def test_a_frame_without_a_face_passes_as_it_is() -> None:
    hidden = {"a": Place(0.5), "b": Place(0.5)}
    painter = Painter()
    (frame,) = filmed(painter, staging(pair(), frames=1, places=hidden))
    assert painter.asked == [[("a", 0)]]
    assert len(pixels(frame))


def test_out_of_memory_halves_the_batch_and_loses_nothing() -> None:
    class Small(Painter):
        def refine(
            self, model: Any, batch: Sequence[Crop], kept: Clip
        ) -> Sequence[NDArray[Any]]:
            if len(batch) > 2:
                raise MemoryError
            return super().refine(model, batch, kept)

    small = Small(batch=8)
    staged = staging({"a": photo()}, frames=10)
    frames = filmed(small, staged)
    assert [number for batch in small.asked for _, number in batch] == list(range(10))
    for frame, whole in zip(frames, filmed(Painter(batch=8), staged), strict=True):
        np.testing.assert_array_equal(pixels(frame), pixels(whole))
    assert small.batch == 8  # the next clip may have more room


def test_memory_that_is_not_enough_for_one_is_said() -> None:
    def full(crop: Crop) -> NDArray[Any]:
        raise RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB")

    with pytest.raises(OutOfMemory):
        filmed(Painter(full), staging({"a": photo()}, frames=2))


@pytest.mark.parametrize(
    ("value", "said"),
    [(np.nan, "NaN"), (np.inf, "NaN"), (0.0, "black face"), (120.0, "one colour")],
)
def test_what_is_no_picture_is_refused(value: float, said: str) -> None:
    def broken(crop: Crop) -> NDArray[Any]:
        return np.full(crop.pixels.shape, value, np.float32)

    with pytest.raises(EngineError, match=said):
        filmed(Painter(broken), staging({"a": photo()}, frames=1))


def test_an_error_of_the_card_is_said_in_words() -> None:
    def lost(crop: Crop) -> NDArray[Any]:
        raise RuntimeError("CUDA error: invalid argument\nmore")

    with pytest.raises(EngineError, match="graphics card stopped") as caught:
        filmed(Painter(lost), staging({"a": photo()}, frames=1))
    assert "more" not in str(caught.value)
    assert not caught.value.permanent


def test_without_torch_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    said = Painter(weights="somewhere").available()
    assert said
    assert "torch is not installed" in said
    assert "requirements-gpu.txt" in said


def test_it_suits_whom_the_film_suits() -> None:
    assert Painter().suits(photo().rig) is None
    assert Painter().suits(drawing().rig) is None


@pytest.mark.neural
def test_a_folder_that_is_missing_or_of_another_model_is_told(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    assert "No weights folder" in str(Painter().available())
    assert Painter(weights=str(tmp_path / "none")).available()
    (tmp_path / "painter.json").write_text('{"kind": "sculptor"}')
    assert Painter(weights=str(tmp_path)).available()
    (tmp_path / "painter.json").write_text('{"kind": "painter"}')
    assert Painter(weights=str(tmp_path), device="cpu").available() is None


@pytest.mark.neural
def test_a_card_that_is_not_there_is_told(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    if torch.cuda.is_available():
        pytest.skip("there is a card here")
    (tmp_path / "painter.json").write_text('{"kind": "painter"}')
    assert "CUDA" in str(Painter(weights=str(tmp_path), device="cuda").available())
