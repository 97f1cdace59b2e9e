"""Weights of random numbers in the layout of `diffusion_refine`: small ones to try it
with, ones of full size to measure it with."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from diffusers import AutoencoderKL, LCMScheduler, MotionAdapter, UNet2DConditionModel
from safetensors.torch import save_file
from transformers import (
    CLIPTextConfig,
    CLIPTextModel,
    CLIPVisionConfig,
    CLIPVisionModelWithProjection,
)

from avatarfx.animators.neural import animate_diff

if TYPE_CHECKING:
    from pathlib import Path

SCHEDULER = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear"}
RANK = 4


@dataclass(frozen=True, slots=True)
class Sizes:
    """The widths of all networks; the rest is as published."""

    channels: tuple[int, ...]
    vae: tuple[int, ...]
    text: int
    text_layers: int
    vision: int
    vision_layers: int
    vision_heads: int
    patch: int
    seen: int
    """Features of a picture."""

    layers: int
    groups: int
    heads: int
    vocabulary: int
    across: int
    """Of a picture's latents."""


TINY = Sizes((8, 16), (4, 8, 8), 16, 1, 16, 1, 2, 32, 16, 1, 4, 2, 600, 16)
PUBLISHED = Sizes(
    (320, 640, 1280, 1280), (128, 256, 512, 512), 768, 12, 1280, 32, 16, 14, 1024, 2, 32,
    8, 49408, 64,
)  # fmt: skip
"""Stable Diffusion 1.5, AnimateLCM's adapter, CLIP ViT-H/14."""


def tiny(folder: Path, seed: int = 0) -> None:
    """Write the whole folder, in less than a megabyte."""
    _write(folder, seed, TINY)


def full(folder: Path, seed: int = 0) -> None:
    """The same at published size, in 16 bits: about 4 GB."""
    torch.set_default_dtype(torch.bfloat16)
    try:
        _write(folder, seed, PUBLISHED)
    finally:
        torch.set_default_dtype(torch.float32)


def _write(folder: Path, seed: int, sizes: Sizes) -> None:
    torch.manual_seed(seed)
    unet = _unet(sizes)
    base, motion = folder / "base", folder / "motion"
    adapter = folder / "ip_adapter/models"
    unet.save_pretrained(base / "unet")
    _vae(sizes).save_pretrained(base / "vae")
    text = _text(sizes)
    text.save_pretrained(base / "text_encoder")
    # Published before transformers left the model's own name out.
    save_file(
        {f"text_model.{name}": tensor for name, tensor in text.state_dict().items()},
        base / "text_encoder/model.safetensors",
        {"format": "pt"},
    )
    _tokenizer(base / "tokenizer")
    LCMScheduler(**SCHEDULER).save_pretrained(base / "scheduler")
    _motion(sizes).save_pretrained(motion)
    save_file(_lora(unet), motion / animate_diff.LORA)
    _vision(sizes).save_pretrained(adapter / "image_encoder")
    save_file(_adapter(unet, sizes), adapter / animate_diff.ADAPTER)


def _unet(sizes: Sizes) -> UNet2DConditionModel:
    deep = len(sizes.channels) - 1
    return UNet2DConditionModel(
        sample_size=sizes.across,
        block_out_channels=sizes.channels,
        down_block_types=("CrossAttnDownBlock2D",) * deep + ("DownBlock2D",),
        up_block_types=("UpBlock2D",) + ("CrossAttnUpBlock2D",) * deep,
        layers_per_block=sizes.layers,
        cross_attention_dim=sizes.text,
        attention_head_dim=sizes.heads,
        norm_num_groups=sizes.groups,
    )


def _motion(sizes: Sizes) -> MotionAdapter:
    return MotionAdapter(
        block_out_channels=sizes.channels,
        motion_layers_per_block=sizes.layers,
        motion_num_attention_heads=sizes.heads,
        motion_norm_num_groups=sizes.groups,
        motion_max_seq_length=32,
        use_motion_mid_block=False,
    )


def _vae(sizes: Sizes) -> AutoencoderKL:
    blocks = len(sizes.vae)
    return AutoencoderKL(
        block_out_channels=sizes.vae,
        down_block_types=("DownEncoderBlock2D",) * blocks,
        up_block_types=("UpDecoderBlock2D",) * blocks,
        layers_per_block=sizes.layers,
        latent_channels=4,
        norm_num_groups=sizes.groups,
    )


def _text(sizes: Sizes) -> CLIPTextModel:
    return CLIPTextModel(
        CLIPTextConfig(
            vocab_size=sizes.vocabulary,
            hidden_size=sizes.text,
            intermediate_size=sizes.text * 4,
            num_hidden_layers=sizes.text_layers,
            num_attention_heads=2,
            projection_dim=sizes.text,
            bos_token_id=0,
            eos_token_id=1,
        )
    )


def _vision(sizes: Sizes) -> CLIPVisionModelWithProjection:
    return CLIPVisionModelWithProjection(
        CLIPVisionConfig(
            hidden_size=sizes.vision,
            intermediate_size=sizes.vision * 4,
            num_hidden_layers=sizes.vision_layers,
            num_attention_heads=sizes.vision_heads,
            projection_dim=sizes.seen,
            patch_size=sizes.patch,
            image_size=224,
        )
    )


def _tokenizer(folder: Path) -> None:
    """One token a letter."""
    folder.mkdir(parents=True)
    letters = [chr(code) for code in range(33, 127)]
    words = [
        "<|startoftext|>",
        "<|endoftext|>",
        *letters,
        *(f"{a}</w>" for a in letters),
    ]
    vocabulary = {word: number for number, word in enumerate(words)}
    (folder / "vocab.json").write_text(json.dumps(vocabulary))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    settings = {"tokenizer_class": "CLIPTokenizer", "model_max_length": 77}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))


def _lora(unet: UNet2DConditionModel) -> dict[str, torch.Tensor]:
    """Of all attention projections, by the names that the published file has."""
    found = {}
    for name, module in unet.named_modules():
        if not name.endswith(("to_q", "to_k", "to_v", "to_out.0")):
            continue
        key = f"lora_unet_{name.replace('.', '_')}"
        wide, narrow = module.weight.shape
        found[f"{key}.lora_down.weight"] = torch.randn(RANK, narrow) * 0.02
        found[f"{key}.lora_up.weight"] = torch.randn(wide, RANK) * 0.02
        found[f"{key}.alpha"] = torch.tensor(float(RANK))
    return found


def _adapter(unet: UNet2DConditionModel, sizes: Sizes) -> dict[str, torch.Tensor]:
    """Keys and values of the portrait's features for every cross-attention, numbered as
    the published file has them."""
    tokens = 4
    found = {
        "image_proj.proj.weight": torch.randn(tokens * sizes.text, sizes.seen) * 0.02,
        "image_proj.proj.bias": torch.zeros(tokens * sizes.text),
        "image_proj.norm.weight": torch.ones(sizes.text),
        "image_proj.norm.bias": torch.zeros(sizes.text),
    }
    for at, (name, processor) in enumerate(_crossing(unet)):
        del processor
        wide = unet.get_submodule(name).to_k.weight.shape[0]
        for kind in ("k", "v"):
            key = f"ip_adapter.{2 * at + 1}.to_{kind}_ip.weight"
            found[key] = torch.randn(wide, sizes.text) * 0.02
    return found


def _crossing(unet: UNet2DConditionModel) -> list[tuple[str, Any]]:
    """The cross-attentions in the order in which an adapter numbers them."""
    return [
        (name.removesuffix(".processor"), processor)
        for name, processor in unet.attn_processors.items()
        if name.endswith("attn2.processor")
    ]
