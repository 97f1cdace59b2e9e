"""A film refined by diffusion, with tiny random weights: end to end, on a CPU."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import numpy as np
import pytest

from avatarfx.animators.neural.base import warp
from avatarfx.animators.neural.diffusion_refine import LAYOUT, DiffusionRefineAnimator
from avatarfx.tests.neural.clips import (
    CASTS,
    FPS,
    check_only_faces_change,
    drawing,
    filmed,
    photo,
    pixels,
    staging,
    under,
)
from socialapp.engines.errors import EngineError, OutOfMemory
from socialapp.engines.folders import look

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from numpy.typing import NDArray

pytestmark = pytest.mark.neural


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch = pytest.importorskip("torch")
    torch.set_num_threads(1)
    from avatarfx.animators.neural.samples.diffusion_refine import (  # noqa: PLC0415
        tiny,
    )

    folder = tmp_path_factory.mktemp("diffusion_refine")
    tiny(folder, 3)
    return folder


def refiner(weights: Path, **options: Any) -> DiffusionRefineAnimator:
    given: dict[str, Any] = {
        "size": 64,
        "device": "cpu",
        "batch": 8,
        "steps": 1,
    } | options
    return DiffusionRefineAnimator(str(weights), **given)


@pytest.mark.parametrize(("cast", "shape"), CASTS)
def test_faces_change_and_nothing_else_does(
    weights: Path, cast: str, shape: str
) -> None:
    check_only_faces_change(refiner(weights), cast, shape, frames=9)


def test_a_clip_longer_than_a_window_is_the_same_each_time(weights: Path) -> None:
    staged = staging({"a": photo()}, frames=21)
    one = filmed(refiner(weights, steps=2), staged)
    other = filmed(refiner(weights, steps=2), staged)
    assert len(one) == 21
    for a, b in zip(one, other, strict=True):
        np.testing.assert_array_equal(pixels(a), pixels(b))
    another = filmed(refiner(weights, steps=2, seed=1), staged)
    assert (pixels(one[5]) != pixels(another[5])).any()


def test_the_film_under_it_is_the_one_that_the_warp_draws(weights: Path) -> None:
    staged = staging({"a": drawing()}, frames=3)
    plain = warp().animate(staged, fps=FPS, width=256, height=256)
    for frame, drawn in zip(filmed(refiner(weights), staged), plain, strict=True):
        np.testing.assert_array_equal(under(frame), pixels(drawn))


def test_without_strength_the_film_stays_as_it_is(weights: Path) -> None:
    staged = staging({"a": photo()}, frames=3)
    for frame in filmed(refiner(weights, strength=0.0), staged):
        np.testing.assert_array_equal(pixels(frame), under(frame))


def test_the_portrait_has_a_say(weights: Path) -> None:
    from avatarfx.animators.neural.animate_diff import Refiner  # noqa: PLC0415

    model = refiner(weights).load()
    assert isinstance(model, Refiner)
    picture = np.random.default_rng(1).integers(0, 256, (64, 64, 3), np.uint8)

    def drawn(face: NDArray[np.uint8], identity: float) -> NDArray[np.float32]:
        drawn: NDArray[np.float32] = model.refine(
            [picture] * 8,
            numbers=range(8),
            seat="a",
            face=model.see(face),
            size=64,
            strength=0.45,
            steps=1,
            identity=identity,
            seed=0,
        )
        return drawn

    dark, light = (np.full((224, 224, 3), v, np.uint8) for v in (20, 230))
    assert np.abs(drawn(dark, 1.0) - drawn(light, 1.0)).max() > 0
    np.testing.assert_array_equal(drawn(dark, 0.0), drawn(light, 0.0))


def test_noise_belongs_to_the_frame_and_not_to_the_window(weights: Path) -> None:
    from avatarfx.animators.neural.animate_diff import _noise  # noqa: PLC0415

    shape = refiner(weights).load().pipe.unet.conv_in.weight.shape[1:]
    early, late = (_noise(shape, 2, range(n, n + 8), "a", 0) for n in (0, 4))
    np.testing.assert_array_equal(early[4:], late[:4])
    assert (early[0] != early[1]).any()


def test_steps_lie_on_the_schedule_it_was_distilled_on(weights: Path) -> None:
    from avatarfx.animators.neural.animate_diff import timesteps  # noqa: PLC0415

    scheduler = refiner(weights).load().pipe.scheduler
    for strength in (0.02, 0.2, 0.3, 0.45):
        for steps in (1, 2, 4):
            found = timesteps(scheduler, strength, steps)
            assert found == sorted(set(found), reverse=True)
            assert 1 <= len(found) <= steps
            assert all((t + 1) % 20 == 0 for t in found)
            assert found[0] <= 1000 * strength


def test_nan_and_black_are_refused_in_words(
    weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    staged = staging({"a": photo()}, frames=8)
    for value, said in ((np.nan, "NaN"), (0.0, "black"), (90.0, "one colour")):
        drawn = np.full((8, 64, 64, 3), value, np.float32)
        monkeypatch.setattr(
            "avatarfx.animators.neural.animate_diff.Refiner.refine",
            lambda *_, drawn=drawn, **__: drawn,
        )
        with pytest.raises(EngineError, match=said):
            filmed(refiner(weights), staged)


def test_out_of_memory_asks_for_smaller_windows_down_to_eight(
    weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch  # noqa: PLC0415

    def full(*_: object, **__: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory.")

    monkeypatch.setattr("avatarfx.animators.neural.animate_diff.Refiner.refine", full)
    animator = refiner(weights, batch=16)
    with pytest.raises(OutOfMemory):
        filmed(animator, staging({"a": photo()}, frames=16))
    half = animator.smaller()
    assert half is not None
    assert half.batch == 8
    assert half.smaller() is None


def test_a_cuda_error_is_said_in_words(
    weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(*_: object, **__: object) -> None:
        raise RuntimeError("CUDA error: invalid argument")

    monkeypatch.setattr("avatarfx.animators.neural.animate_diff.Refiner.refine", lost)
    with pytest.raises(EngineError, match="graphics card"):
        filmed(refiner(weights), staging({"a": photo()}, frames=8))


def test_the_tiny_folder_is_whole_and_a_cut_file_is_told(
    weights: Path, tmp_path: Path
) -> None:
    assert look(LAYOUT, weights).problem is None
    assert refiner(weights).available() is None
    shutil.copytree(weights, tmp_path / "cut")
    unet = tmp_path / "cut/base/unet/diffusion_pytorch_model.safetensors"
    unet.write_bytes(unet.read_bytes()[:1000])
    assert refiner(tmp_path / "cut").available()
    assert refiner(tmp_path / "nothing").available()


def test_a_lora_of_another_model_is_refused(weights: Path) -> None:
    import torch  # noqa: PLC0415

    from avatarfx.animators.neural.animate_diff import fold  # noqa: PLC0415

    unet = refiner(weights).load().pipe.unet
    with pytest.raises(EngineError, match="another model"):
        fold(unet, {"lora_unet_nowhere.lora_down.weight": torch.zeros(4, 4)})


def test_what_is_loaded_is_what_is_in_the_files(weights: Path) -> None:
    import torch  # noqa: PLC0415
    from safetensors.torch import load_file  # noqa: PLC0415

    pipe = refiner(weights).load().pipe
    for file, network, prefix in (
        ("base/vae/diffusion_pytorch_model.safetensors", pipe.vae, ""),
        ("base/text_encoder/model.safetensors", pipe.text_encoder, "text_model."),
        (
            "ip_adapter/models/image_encoder/model.safetensors",
            pipe.image_encoder,
            "",
        ),
        ("motion/diffusion_pytorch_model.safetensors", pipe.unet, ""),
    ):
        loaded = network.state_dict()
        saved = load_file(weights / file)
        assert saved
        for name, tensor in saved.items():
            assert torch.equal(loaded[name.removeprefix(prefix)], tensor), name
    saved = load_file(weights / "base/unet/diffusion_pytorch_model.safetensors")
    lora = load_file(weights / "motion/AnimateLCM_sd15_t2v_lora.safetensors")
    name = "down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q"
    key = f"lora_unet_{name.replace('.', '_')}"
    product = lora[f"{key}.lora_up.weight"] @ lora[f"{key}.lora_down.weight"]
    folded = pipe.unet.state_dict()[f"{name}.weight"]
    torch.testing.assert_close(folded, saved[f"{name}.weight"] + product)
    assert torch.equal(
        pipe.unet.state_dict()["conv_in.weight"], saved["conv_in.weight"]
    )
