"""Random weights in MuseTalk's published layout, small or of the published size."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from socialapp.engines import torch_audio

if TYPE_CHECKING:
    from pathlib import Path

CROSS = ["CrossAttnDownBlock2D"] * 3 + ["DownBlock2D"]
RISES = ["UpBlock2D"] + ["CrossAttnUpBlock2D"] * 3


def config(*, full: bool = False) -> dict[str, dict[str, Any]]:
    """The four JSON files by path, as published; of the small one only widths differ."""
    return {
        "musetalkV15/musetalk.json": {
            "_class_name": "UNet2DConditionModel",
            "_diffusers_version": "0.6.0.dev0",
            "act_fn": "silu",
            "attention_head_dim": 8 if full else 2,
            "block_out_channels": [320, 640, 1280, 1280] if full else [16, 16, 32, 32],
            "center_input_sample": False,
            "cross_attention_dim": 384,
            "down_block_types": CROSS,
            "downsample_padding": 1,
            "flip_sin_to_cos": True,
            "freq_shift": 0,
            "in_channels": 8,
            "layers_per_block": 2 if full else 1,
            "mid_block_scale_factor": 1,
            "norm_eps": 1e-05,
            "norm_num_groups": 32 if full else 8,
            "out_channels": 4,
            "sample_size": 64,
            "up_block_types": RISES,
        },
        "sd-vae/config.json": vae(full=full),
        "whisper/config.json": {
            "model_type": "whisper",
            "num_mel_bins": 80,
            "d_model": 384,
            "encoder_layers": 4,
            "encoder_attention_heads": 6,
            "encoder_ffn_dim": 1536 if full else 64,
            "max_source_positions": 1500 if full else 100,
        },
        "whisper/preprocessor_config.json": {
            "feature_size": 80,
            "sampling_rate": 16000,
            "hop_length": 160,
            "chunk_length": 30 if full else 2,
            "n_fft": 400,
        },
    }


def vae(*, full: bool = False) -> dict[str, Any]:
    """Of ``stabilityai/sd-vae-ft-mse``; the small one has its layers, thinner."""
    return {
        "_class_name": "AutoencoderKL",
        "_diffusers_version": "0.4.2",
        "act_fn": "silu",
        "block_out_channels": [128, 256, 512, 512] if full else [4, 4, 8, 8],
        "down_block_types": ["DownEncoderBlock2D"] * 4,
        "in_channels": 3,
        "latent_channels": 4,
        "layers_per_block": 2 if full else 1,
        "norm_num_groups": 32 if full else 4,
        "out_channels": 3,
        "sample_size": 256,
        "up_block_types": ["UpDecoderBlock2D"] * 4,
    }


def tiny(folder: Path, seed: int = 0) -> None:
    """A folder that loads in a moment: a UNet of some 0.5 M parameters."""
    _write(folder, config(), seed)


def full(folder: Path, seed: int = 0) -> None:
    """The published size, about 3.7 GB: for measuring speed, not for looking at."""
    _write(folder, config(full=True), seed)


def _write(folder: Path, told: dict[str, dict[str, Any]], seed: int) -> None:
    import torch  # noqa: PLC0415  heavy

    torch_audio.make_harmless()
    from diffusers import AutoencoderKL, UNet2DConditionModel  # noqa: PLC0415
    from safetensors.torch import save_file  # noqa: PLC0415
    from transformers import WhisperConfig  # noqa: PLC0415
    from transformers.models.whisper.modeling_whisper import (  # noqa: PLC0415
        WhisperEncoder,
    )

    for path, content in told.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(json.dumps(content, indent=2), "utf-8")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        unet = UNet2DConditionModel.from_config(told["musetalkV15/musetalk.json"])
        torch.save(unet.state_dict(), folder / "musetalkV15" / "unet.pth")
        autoencoder = AutoencoderKL.from_config(told["sd-vae/config.json"])
        save_file(
            autoencoder.state_dict(),
            folder / "sd-vae" / "diffusion_pytorch_model.safetensors",
        )
        encoder = WhisperEncoder(WhisperConfig(**told["whisper/config.json"]))
        save_file(
            {f"model.encoder.{k}": v for k, v in encoder.state_dict().items()},
            folder / "whisper" / "model.safetensors",
        )
