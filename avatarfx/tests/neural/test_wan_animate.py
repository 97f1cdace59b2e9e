"""A film whose faces Wan-Animate draws anew, with tiny random weights, on a CPU."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import numpy as np
import pytest

from avatarfx.animators.neural.faces import Faces
from avatarfx.animators.neural.skeleton import (
    EYE_LEFT,
    EYE_RIGHT,
    JOINTS,
    NECK,
    NOSE,
    drawn,
    points,
)
from avatarfx.animators.neural.wan_animate import LAYOUT, WanAnimateAnimator
from avatarfx.tests.neural.clips import (
    CASTS,
    check_only_faces_change,
    drawing,
    filmed,
    photo,
    pixels,
    staging,
)
from socialapp.engines.errors import EngineError
from socialapp.engines.folders import look
from socialapp.performance import Place

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch = pytest.importorskip("torch")
    torch.set_num_threads(1)
    from avatarfx.animators.neural.samples.wan_animate import tiny  # noqa: PLC0415

    folder = tmp_path_factory.mktemp("wan_animate")
    tiny(folder, 3)
    return folder


def animator(weights: Path, **options: Any) -> WanAnimateAnimator:
    given: dict[str, Any] = {
        "size": 32,
        "device": "cpu",
        "batch": 17,
        "steps": 1,
    } | options
    return WanAnimateAnimator(str(weights), **given)


@pytest.mark.neural
@pytest.mark.parametrize(("cast", "shape"), CASTS)
def test_faces_change_and_nothing_else_does(
    weights: Path, cast: str, shape: str
) -> None:
    check_only_faces_change(animator(weights), cast, shape, frames=6)


@pytest.mark.neural
def test_a_take_longer_than_one_call_is_the_same_each_time(weights: Path) -> None:
    staged = staging({"a": photo()}, frames=53)
    made = animator(weights)
    assert made.batch == 49
    one, other = filmed(made, staged), filmed(animator(weights), staged)
    assert len(one) == 53
    for a, b in zip(one, other, strict=True):
        np.testing.assert_array_equal(pixels(a), pixels(b))


@pytest.mark.neural
@pytest.mark.parametrize("frames", [1, 2, 5])
def test_a_very_short_take_is_drawn_too(weights: Path, frames: int) -> None:
    assert (
        len(filmed(animator(weights), staging({"a": photo()}, frames=frames))) == frames
    )


@pytest.mark.neural
def test_a_call_goes_on_from_the_frames_that_the_last_one_drew(
    weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from avatarfx.animators.neural.wan import Painter  # noqa: PLC0415

    asked: list[dict[str, Any]] = []

    def paint(self: object, **given: Any) -> Any:
        asked.append(given)
        rng = np.random.default_rng(len(asked))
        return rng.random((len(given["faces"]), 32, 32, 3), np.float32) * 255

    monkeypatch.setattr(Painter, "paint", paint)
    filmed(animator(weights), staging({"a": photo()}, frames=70))
    first, second = asked[0]["before"], asked[1]["before"]
    assert len(asked) == 2
    assert all(picture is None for picture in first)
    carried = [picture is not None for picture in second]
    # The second begins 28 frames before the end of the first, and knows the last five.
    assert sum(carried) == 5


@pytest.mark.neural
def test_the_tiny_folder_is_whole_and_loads_to_the_bit(
    weights: Path, tmp_path: Path
) -> None:
    import torch  # noqa: PLC0415
    from safetensors.torch import load_file  # noqa: PLC0415

    assert look(LAYOUT, weights).problem is None
    assert animator(weights).available() is None
    pipe = animator(weights).load().pipe
    for name in ("transformer", "vae", "image_encoder"):
        loaded = getattr(pipe, name).state_dict()
        (file,) = (weights / name).glob("*.safetensors")
        saved = load_file(file)
        assert saved
        for key, tensor in saved.items():
            assert torch.equal(loaded[key], tensor), key
    shutil.copytree(weights, tmp_path / "other")
    (tmp_path / "other/model_index.json").write_text('{"_class_name": "WanPipeline"}')
    assert animator(tmp_path / "other").available()


@pytest.mark.neural
def test_nan_is_refused_in_words(
    weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from avatarfx.animators.neural.wan import Painter  # noqa: PLC0415

    monkeypatch.setattr(
        Painter, "paint", lambda *_, **__: np.full((4, 32, 32, 3), np.nan, np.float32)
    )
    with pytest.raises(EngineError, match="NaN"):
        filmed(animator(weights), staging({"a": photo()}, frames=4))


def test_smaller_means_shorter_segments_down_to_seventeen() -> None:
    sizes = []
    made: WanAnimateAnimator | None = WanAnimateAnimator()
    while made is not None:
        sizes.append((made.segment, made.batch))
        made = made.smaller()
    assert sizes == [(77, 229), (37, 109), (17, 49)]


@pytest.mark.parametrize(
    ("batch", "segment"), [(0, 77), (1, 17), (17, 17), (20, 17), (21, 21), (500, 77)]
)
def test_a_segment_is_one_that_the_model_takes(batch: int, segment: int) -> None:
    assert WanAnimateAnimator(batch=batch).segment == segment


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"size": 40}, "size"),
        ({"steps": 0}, "steps"),
    ],
)
def test_what_the_model_cannot_do_is_refused(wrong: dict[str, int], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        WanAnimateAnimator(**wrong)  # type: ignore[arg-type]


def test_the_skeletons_eyes_lie_on_the_face_and_keep_their_sides() -> None:
    for facing in (1, -1):
        staged = staging({"a": drawing()}, frames=1, places={"a": Place(facing=facing)})
        (seen,) = Faces(staged, 256, 256).at(0.0)
        known = points(seen)
        assert known[EYE_RIGHT][0] < known[NOSE][0] < known[EYE_LEFT][0]
        assert known[EYE_RIGHT][1] < known[NOSE][1] < known[NECK][1]
        outline = seen.outline
        for number in (NOSE, EYE_LEFT, EYE_RIGHT):
            assert (outline.min(0) < known[number]).all()
            assert (outline.max(0) > known[number]).all()
        picture = drawn(known, seen.box, 128)
        left, top, right, _ = seen.box
        x, y = (
            round((v - edge) * 128 / (right - left))
            for v, edge in zip(known[NOSE], (left, top), strict=True)
        )
        assert tuple(picture[y, x]) == JOINTS[NOSE]
        assert tuple(picture[0, 0]) == (0, 0, 0)
