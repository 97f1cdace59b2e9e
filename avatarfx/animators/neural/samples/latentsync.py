"""Random weights in LatentSync's published layout, small or of the published size."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from avatarfx.animators.neural import latentsync_unet
from avatarfx.animators.neural.latentsync import HELD, UNET
from avatarfx.animators.neural.samples.musetalk import vae
from socialapp.engines import torch_audio

if TYPE_CHECKING:
    from pathlib import Path

WHISPER = {
    "n_mels": 80,
    "n_audio_ctx": 1500,
    "n_audio_state": 384,
    "n_audio_head": 6,
    "n_audio_layer": 4,
}
"""The sizes of ``tiny``; what its decoder has is not listened with."""


QUICK = {"size": 64}
"""Options of a run with the small weights. Of 256 x 256 it takes as long as of the
published ones by half: attention between the 1,024 places of a picture knows nothing of
how thin the layers are. Steps, guidance and windows are those of every clip."""


def config(*, full: bool = False) -> dict[str, Any]:
    """How the UNet is built: the published widths, or thin ones."""
    return {
        "sample_size": 64,
        "in_channels": 13,
        "out_channels": 4,
        "down_block_types": ["CrossAttnDownBlockMotion"] * 3 + ["DownBlockMotion"],
        "up_block_types": ["UpBlockMotion"] + ["CrossAttnUpBlockMotion"] * 3,
        "block_out_channels": [320, 640, 1280, 1280] if full else [32, 32, 32, 32],
        "layers_per_block": 2 if full else 1,
        "norm_num_groups": latentsync_unet.GROUPS,
        "cross_attention_dim": 384,
        "num_attention_heads": latentsync_unet.HEADS,
        "motion_num_attention_heads": latentsync_unet.HEADS,
        "motion_max_seq_length": 24,
        "use_motion_mid_block": False,
    }


def tiny(folder: Path, seed: int = 0) -> None:
    """A folder that loads in a moment."""
    _write(folder, seed, full=False)


def full(folder: Path, seed: int = 0) -> None:
    """The published size, about 5.5 GB: for measuring speed, not for looking at."""
    _write(folder, seed, full=True)


def _write(folder: Path, seed: int, *, full: bool) -> None:
    import torch  # noqa: PLC0415  heavy

    torch_audio.make_harmless()
    from diffusers import AutoencoderKL, UNetMotionModel  # noqa: PLC0415
    from safetensors.torch import save_file  # noqa: PLC0415

    for name in ("whisper", "sd-vae"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        unet = UNetMotionModel.from_config(config(full=full))
        tensors = latentsync_unet.published(unet.state_dict())
        torch.save({"global_step": 1, HELD: tensors}, folder / UNET)
        dims = WHISPER if full else WHISPER | {"n_audio_ctx": 100}
        torch.save(
            {"dims": dims, "model_state_dict": _whisper(dims)},
            folder / "whisper" / "tiny.pt",
        )
        told = vae(full=full)
        (folder / "sd-vae" / "config.json").write_text(json.dumps(told), "utf-8")
        save_file(
            AutoencoderKL.from_config(told).state_dict(),
            folder / "sd-vae" / "diffusion_pytorch_model.safetensors",
        )


def _whisper(dims: dict[str, int]) -> dict[str, Any]:
    """An encoder by the names of Whisper's own file, in half precision as that one."""
    import torch  # noqa: PLC0415  heavy
    from transformers import WhisperConfig  # noqa: PLC0415
    from transformers.models.whisper.modeling_whisper import (  # noqa: PLC0415
        WhisperEncoder,
    )

    from avatarfx.animators.neural import whisper  # noqa: PLC0415

    encoder = WhisperEncoder(WhisperConfig(**whisper.config_of(dims)))
    out = {}
    for name, tensor in encoder.state_dict().items():
        out[f"encoder.{whisper.original(name)}"] = tensor.to(torch.float16)
    return out
