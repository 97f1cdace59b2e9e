"""LatentSync end to end, with random weights in its published layout."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from avatarfx.animators.neural import checkpoints, latentsync_unet, whisper
from avatarfx.animators.neural.control import control
from avatarfx.animators.neural.latentsync import (
    HELD,
    LAYOUT,
    UNET,
    LatentSync,
    Sculptor,
)
from avatarfx.tests.neural import clips
from socialapp.engines.errors import EngineError
from socialapp.engines.folders import look
from socialapp.engines.protocols import Speech
from socialapp.engines.testing import check_animator

if TYPE_CHECKING:
    from pathlib import Path

    from socialapp.engines.protocols import Frame, Staging

RATE = 16_000
SIZE = {"fps": 25, "width": 256, "height": 256}

pytestmark = pytest.mark.neural


def spoken(*, frames: int) -> Staging:
    staged = clips.staging({"a": clips.photo()}, frames=frames)
    at = np.arange(round(frames / clips.FPS * RATE)) / RATE
    loud = 9000 * np.sin(2 * np.pi * 180 * at)
    return replace(staged, sounds={"a": Speech(loud.astype("<i2").tobytes(), RATE)})


def filmed(animator: LatentSync, staged: Staging) -> list[Frame]:
    return list(animator.animate(staged, **SIZE))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch = pytest.importorskip("torch")
    torch.set_num_threads(1)
    from avatarfx.animators.neural.samples import latentsync as sample  # noqa: PLC0415

    made = tmp_path_factory.mktemp("latentsync")
    sample.tiny(made, 3)
    return made


@pytest.fixture(scope="module")
def animator(folder: Path) -> LatentSync:
    return LatentSync(str(folder), device="cpu", steps=1, size=64)


@pytest.fixture(scope="module")
def sculptor(folder: Path) -> Sculptor:
    return Sculptor.of(folder, "cpu")


@pytest.fixture
def copy(folder: Path, tmp_path: Path) -> Path:
    """One that may be broken."""
    return shutil.copytree(folder, tmp_path / "copy")


def test_more_frames_than_a_window_are_drawn_anew_around_the_mouth(
    animator: LatentSync,
) -> None:
    staged = spoken(frames=22)
    shots = list(control(animator.under, staged, **SIZE))
    frames = filmed(animator, staged)
    assert len(frames) == 22
    moved = 0
    for frame, shown in zip(frames, shots, strict=True):
        under = clips.under(frame)
        assert np.array_equal(under, shown.pixels)
        (face,) = shown.faces
        left, top, right, bottom = face.box
        off = np.abs(clips.pixels(frame).astype(int) - under).max(-1)
        outside = off.copy()
        outside[max(0, top) : bottom, max(0, left) : right] = 0
        assert not outside.any()
        moved += bool(off.max() > 3)
    assert moved >= 20


def test_it_goes_on_from_a_later_frame_as_if_it_had_drawn_all(
    animator: LatentSync, monkeypatch: pytest.MonkeyPatch
) -> None:
    staged = spoken(frames=34)
    whole = filmed(animator, staged)
    windows: list[int] = []
    paint = Sculptor.paint

    def counted(self: Sculptor, faces: Any, *args: Any, **how: Any) -> Any:
        windows.append(len(faces))
        return paint(self, faces, *args, **how)

    monkeypatch.setattr(Sculptor, "paint", counted)
    late = list(animator.animate_from(29, staged, **SIZE))
    assert len(late) == 5
    for after, before in zip(late, whole[29:], strict=True):
        assert np.array_equal(clips.pixels(after), clips.pixels(before))
    # Of the windows from 0, 12 and 18 on, only the last is over frame 29.
    assert windows == [16]


def test_it_keeps_the_promises_of_an_animator(animator: LatentSync) -> None:
    assert animator.available() is None
    check_animator(animator, spoken(frames=4), size=(256, 256))


def test_every_tensor_is_loaded_as_it_was_saved(
    folder: Path, sculptor: Sculptor
) -> None:
    import torch  # noqa: PLC0415

    assert look(LAYOUT, folder).problem is None
    saved = checkpoints.tensors(folder / UNET, under=HELD)
    loaded = sculptor.unet.state_dict()
    mapped = latentsync_unet.renamed(saved)
    assert set(mapped) == set(loaded)
    for name, tensor in mapped.items():
        assert torch.equal(loaded[name], tensor), name
    # Nothing is left out but the second copy of a table, and nothing is twice.
    left_out = {n for n in saved if latentsync_unet.TWICE in n}
    assert len(saved) == len(mapped) + len(left_out)
    back = latentsync_unet.published(loaded)
    assert set(back) == set(saved)
    for name, tensor in saved.items():
        assert torch.equal(back[name], tensor), name
    ears = torch.load(folder / "whisper" / "tiny.pt", weights_only=True)
    heard = whisper.originals(ears["model_state_dict"])
    for name, tensor in sculptor.listener.encoder.state_dict().items():
        assert torch.equal(tensor, heard[name].float()), name


def test_the_published_names_are_animatediffs(folder: Path) -> None:
    names = checkpoints.shapes(folder / UNET, under=HELD)
    block = "up_blocks.3.motion_modules.1.temporal_transformer.transformer_blocks.0."
    for inner in (
        "attention_blocks.0.to_q.weight",
        "attention_blocks.1.to_out.0.bias",
        "attention_blocks.1.pos_encoder.pe",
        "norms.1.weight",
        "ff.net.0.proj.weight",
        "ff_norm.bias",
    ):
        assert block + inner in names


def test_frames_of_a_window_know_of_each_other_and_windows_do_not(
    sculptor: Sculptor,
) -> None:
    import torch  # noqa: PLC0415

    unet = sculptor.unet
    generator = torch.Generator().manual_seed(1)
    shown = torch.randn((1, 13, 4, 8, 8), generator=generator)
    said = torch.randn((4, 50, 384), generator=generator)
    step = torch.tensor(10)
    with torch.inference_mode():
        unet.takes = 1
        one = unet(shown, step, encoder_hidden_states=said).sample
        other = shown.clone()
        other[:, :, 3] += 1
        moved = unet(other, step, encoder_hidden_states=said).sample
        unet.takes = 2
        both = unet(
            torch.cat([shown, other]), step, encoder_hidden_states=torch.cat([said] * 2)
        ).sample
    assert (one[:, :, 0] - moved[:, :, 0]).abs().max() > 1e-5
    assert torch.allclose(both, torch.cat([one, moved]), atol=1e-4)


def test_it_normalises_over_what_the_weights_were_taught_with(
    sculptor: Sculptor,
) -> None:
    import torch  # noqa: PLC0415

    block = sculptor.unet.down_blocks[0]
    sculptor.unet.takes = 1
    frames = torch.randn((3, 32, 4, 4), generator=torch.Generator().manual_seed(2))
    frames[1] *= 9
    norm = block.resnets[0].norm1
    whole = torch.nn.functional.group_norm(
        frames.transpose(0, 1)[None], norm.num_groups, norm.weight, norm.bias, norm.eps
    )[0].transpose(0, 1)
    assert torch.allclose(norm(frames), whole, atol=1e-5)
    motion = block.motion_modules[0].norm
    each = torch.nn.functional.group_norm(
        frames, motion.num_groups, motion.weight, motion.bias, motion.eps
    )
    take = frames.transpose(0, 1)[None]
    assert torch.allclose(motion(take)[0].transpose(0, 1), each, atol=1e-5)


def test_the_voice_is_leaned_on_as_far_as_it_is_told(sculptor: Sculptor) -> None:
    faces = np.full((4, 64, 64, 3), 120, np.uint8)
    faces[:, 20:40, 20:40] = 200
    keep = np.ones((4, 64, 64), np.float32)
    keep[:, 32:] = 0
    rng = np.random.default_rng(4)
    heard = rng.normal(size=(4, 50, 384)).astype(np.float32)

    def drawn(heard: Any, guidance: float) -> Any:
        return sculptor.paint(faces, keep, heard, steps=2, guidance=guidance)

    plain, leaned = drawn(heard, 1.0), drawn(heard, 3.0)
    assert np.array_equal(drawn(heard, 3.0), leaned)
    assert np.abs(plain - leaned).max() > 1e-3
    # Where nothing is heard, there is nothing to lean on.
    silence = np.zeros_like(heard)
    assert np.allclose(drawn(silence, 1.0), drawn(silence, 3.0), atol=0.05)


def test_a_folder_whose_tensors_do_not_map_is_off_and_names_the_first(
    copy: Path,
) -> None:
    import torch  # noqa: PLC0415

    held = torch.load(copy / UNET, weights_only=True)

    def problem(tensors: dict[str, Any]) -> str:
        torch.save({HELD: tensors}, copy / UNET)
        return LatentSync(str(copy), device="cpu").available() or ""

    tensors = held[HELD]
    still = {n: t for n, t in tensors.items() if ".motion_modules." not in n}
    first = "down_blocks.0.motion_modules.0.temporal_transformer.transformer_blocks.0."
    assert first + "attention_blocks.0.pos_encoder.pe is missing" in problem(still)
    lost = "up_blocks.1.motion_modules.0.temporal_transformer.norm.bias"
    assert f"{lost} is missing" in problem(
        {n: t for n, t in tensors.items() if n != lost}
    )
    lost = "mid_block.resnets.1.conv2.weight"
    assert f"{lost} is missing" in problem(
        {n: t for n, t in tensors.items() if n != lost}
    )
    assert "extra.weight is not part of it" in problem(
        tensors | {"extra.weight": torch.zeros(1)}
    )
    wide = tensors | {"conv_in.weight": torch.zeros(32, 9, 3, 3)}
    assert "32 x 9 x 3 x 3" in problem(wide)
    assert problem(tensors) == ""


def test_where_nobody_is_heard_it_hands_over_with_the_reason(
    animator: LatentSync,
) -> None:
    with pytest.raises(EngineError, match="Nobody is heard"):
        filmed(animator, clips.staging({"a": clips.photo()}, frames=2))


def test_a_batch_that_is_longer_than_it_knows_of_is_refused(folder: Path) -> None:
    reason = LatentSync(str(folder), device="cpu", batch=32).available()
    assert reason == "Its batch is 32, and it knows of 24 frames at once."


def test_the_full_size_is_the_published_one() -> None:
    """Stable Diffusion's UNet with 13 channels in and 384 wide vectors to listen to, and
    20 motion modules of AnimateDiff."""
    torch = pytest.importorskip("torch")
    from diffusers import UNetMotionModel  # noqa: PLC0415

    from avatarfx.animators.neural.samples.latentsync import config  # noqa: PLC0415

    with torch.device("meta"):
        unet = UNetMotionModel.from_config(config(full=True))
    sizes = {name: p.numel() for name, p in unet.named_parameters()}
    motion = {n: s for n, s in sizes.items() if ".motion_modules." in n}
    assert (
        len({n.split(".transformer_blocks.")[0] for n in motion if ".ff." in n}) == 20
    )
    listens = sum(
        2 * (768 - 384) * width for width in [320] * 5 + [640] * 5 + [1280] * 6
    )
    plain = 859_520_964 + 9 * 9 * 320 - listens
    assert sum(sizes.values()) - sum(motion.values()) == plain
    assert 400e6 < sum(motion.values()) < 460e6
