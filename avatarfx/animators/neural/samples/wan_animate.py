"""Weights of random numbers in the layout of `wan_animate`: small ones in a folder, or
ones of full size on a device, to measure with."""

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

from avatarfx.animators.neural import wan
from avatarfx.animators.neural.wan_animate import WanAnimateAnimator

if TYPE_CHECKING:
    from pathlib import Path

TEXT = 4096
"""Features of UMT5-XXL."""


def tiny(folder: Path, seed: int = 0) -> None:
    """Write the whole folder."""
    torch.manual_seed(seed)
    letters = [chr(code) for code in range(97, 123)]
    pieces = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", -9.0), ("▁", -1.0)]
    tokenizer = T5TokenizerFast(vocab=[*pieces, *((a, -2.0) for a in letters)])
    text = UMT5EncoderModel(
        UMT5Config(
            vocab_size=len(tokenizer), d_model=16, d_kv=8, d_ff=16, num_layers=1,
            num_heads=2,
        )
    )  # fmt: skip
    WanAnimatePipeline(
        tokenizer=tokenizer,
        text_encoder=text,
        vae=AutoencoderKLWan(
            base_dim=4, z_dim=16, dim_mult=[1, 1, 1, 1], num_res_blocks=1,
            temperal_downsample=[False, True, True],
        ),
        scheduler=_scheduler(),
        image_processor=CLIPImageProcessorPil(
            size={"shortest_edge": 32}, crop_size={"height": 32, "width": 32}
        ),
        image_encoder=CLIPVisionModel(
            CLIPVisionConfig(
                hidden_size=16, intermediate_size=32, num_hidden_layers=2,
                num_attention_heads=2, image_size=32, patch_size=16,
            )
        ),
        transformer=WanAnimateTransformer3DModel(
            num_attention_heads=2, attention_head_dim=12, text_dim=16, freq_dim=32,
            ffn_dim=32, num_layers=2, image_dim=16,
            motion_encoder_channel_sizes={"4": 8, "8": 8, "16": 8},
            motion_encoder_size=16, motion_style_dim=8, motion_dim=4,
            motion_encoder_dim=16, face_encoder_hidden_dim=16,
            face_encoder_num_heads=2, inject_face_latents_blocks=2,
        ),
    ).save_pretrained(folder)  # fmt: skip


def full(device: str, dtype: str = "bfloat16", **options: Any) -> WanAnimateAnimator:
    """The animator with a model of published size on `device`; nothing is written. It
    takes about 40 GB in 16 bits."""
    torch.manual_seed(0)
    kind = getattr(torch, dtype)
    with torch.device(device):
        torch.set_default_dtype(kind)
        try:
            vae = AutoencoderKLWan()
            vision = CLIPVisionModel(
                CLIPVisionConfig(
                    hidden_size=1280, intermediate_size=5120, num_hidden_layers=32,
                    num_attention_heads=16, image_size=224, patch_size=14,
                )
            )  # fmt: skip
            transformer = WanAnimateTransformer3DModel(added_kv_proj_dim=5120)
            prompt = torch.randn(1, wan.TOKENS, TEXT)
        finally:
            torch.set_default_dtype(torch.float32)
    pipe = WanAnimatePipeline(
        tokenizer=None,
        text_encoder=None,
        vae=vae,
        scheduler=_scheduler(),
        image_processor=CLIPImageProcessorPil(),
        image_encoder=vision,
        transformer=transformer,
    )
    pipe.set_progress_bar_config(disable=True)
    made = WanAnimateAnimator(device=device, dtype=dtype, **options)
    made._shared.model = wan.Painter(pipe, prompt)
    return made


def _scheduler() -> UniPCMultistepScheduler:
    return UniPCMultistepScheduler(
        prediction_type="flow_prediction", use_flow_sigmas=True, flow_shift=5.0
    )
