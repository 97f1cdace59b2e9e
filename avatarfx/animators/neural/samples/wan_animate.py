"""Weights of random numbers in the layout of `wan_animate`: small ones to try it with,
ones of full size to measure it with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from diffusers import (
    AutoencoderKLWan,
    UniPCMultistepScheduler,
    WanAnimatePipeline,
    WanAnimateTransformer3DModel,
)
from transformers import (
    CLIPImageProcessorPil,
    CLIPVisionConfig,
    CLIPVisionModel,
    T5TokenizerFast,
    UMT5Config,
    UMT5EncoderModel,
)

if TYPE_CHECKING:
    from pathlib import Path


def tiny(folder: Path, seed: int = 0) -> None:
    """Write the whole folder, in less than a megabyte."""
    torch.manual_seed(seed)
    _write(
        folder,
        text={"d_model": 16, "d_kv": 8, "d_ff": 16, "num_layers": 1, "num_heads": 2},
        vae={"base_dim": 4, "dim_mult": [1, 1, 1, 1], "num_res_blocks": 1},
        vision={
            "hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 2,
            "num_attention_heads": 2, "image_size": 32, "patch_size": 16,
        },
        transformer={
            "num_attention_heads": 2, "attention_head_dim": 12, "text_dim": 16,
            "freq_dim": 32, "ffn_dim": 32, "num_layers": 2, "image_dim": 16,
            "motion_encoder_channel_sizes": {"4": 8, "8": 8, "16": 8},
            "motion_encoder_size": 16, "motion_style_dim": 8, "motion_dim": 4,
            "motion_encoder_dim": 16, "face_encoder_hidden_dim": 16,
            "face_encoder_num_heads": 2, "inject_face_latents_blocks": 2,
        },
    )  # fmt: skip


def full(folder: Path, seed: int = 0) -> None:
    """The same at published size, in 16 bits: about 38 GB, and as much memory while it
    is made. Of the text encoder's 24 layers there is one: a prompt is encoded once."""
    torch.manual_seed(seed)
    torch.set_default_dtype(torch.bfloat16)
    try:
        _write(
            folder,
            text={
                "d_model": 4096, "d_kv": 64, "d_ff": 10240, "num_layers": 1,
                "num_heads": 64,
            },
            vae={},
            vision={
                "hidden_size": 1280, "intermediate_size": 5120,
                "num_hidden_layers": 32, "num_attention_heads": 16,
                "image_size": 224, "patch_size": 14,
            },
            transformer={"added_kv_proj_dim": 5120},
        )  # fmt: skip
    finally:
        torch.set_default_dtype(torch.float32)


def _write(
    folder: Path,
    *,
    text: dict[str, Any],
    vae: dict[str, Any],
    vision: dict[str, Any],
    transformer: dict[str, Any],
) -> None:
    tokenizer = _tokenizer()
    seen = vision["image_size"]
    pipe = WanAnimatePipeline(
        tokenizer=tokenizer,
        text_encoder=UMT5EncoderModel(UMT5Config(vocab_size=len(tokenizer), **text)),
        vae=AutoencoderKLWan(**vae),
        scheduler=UniPCMultistepScheduler(
            prediction_type="flow_prediction", use_flow_sigmas=True, flow_shift=5.0
        ),
        image_processor=CLIPImageProcessorPil(
            size={"shortest_edge": seen}, crop_size={"height": seen, "width": seen}
        ),
        image_encoder=CLIPVisionModel(CLIPVisionConfig(**vision)),
        transformer=WanAnimateTransformer3DModel(**transformer),
    )
    pipe.save_pretrained(folder)


def _tokenizer() -> T5TokenizerFast:
    """One token a letter."""
    letters = [chr(code) for code in range(97, 123)]
    pieces = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", -9.0), ("▁", -1.0)]
    return T5TokenizerFast(vocab=[*pieces, *((a, -2.0) for a in letters)])
