"""The torch half of `wan_animate`: the prompt, the pipeline, and one take's work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import torch
from diffusers import WanAnimatePipeline
from diffusers.utils import logging as diffusers_logging
from PIL import Image
from transformers import AutoTokenizer, UMT5EncoderModel

from avatarfx.animators.neural.composite import resized

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]

TOKENS = 512
"""Length of a prompt as the transformer takes it."""

GENERATED = 0.02
"""From which value of the mask on a pixel is generated: all of its soft edge."""

SMALLEST = 32
"""Pixels across that two patches of latents need."""

CONDITION = 1
"""Frames that the pipeline itself carries from one segment of a call to the next."""


@torch.no_grad()  # type: ignore[untyped-decorator]
def encoded(folder: Path, prompt: str, dtype: str) -> torch.Tensor:
    """(1, TOKENS, features) of a prompt. The encoder is as large as a small model, and
    so is gone again when this returns."""
    tokenizer = AutoTokenizer.from_pretrained(
        folder, subfolder="tokenizer", local_files_only=True
    )
    encoder = UMT5EncoderModel.from_pretrained(
        folder, subfolder="text_encoder", local_files_only=True, use_safetensors=True,
        dtype=getattr(torch, dtype),
    )  # fmt: skip
    asked = tokenizer(
        [prompt], padding="max_length", max_length=TOKENS, truncation=True,
        return_attention_mask=True, return_tensors="pt",
    )  # fmt: skip
    known = int(asked.attention_mask.sum())
    found = encoder(asked.input_ids, asked.attention_mask).last_hidden_state
    found[:, known:] = 0
    return torch.as_tensor(found)


def load(folder: Path, dtype: str) -> WanAnimatePipeline:
    """The pipeline without its text encoder; local files and safetensors only."""
    diffusers_logging.set_verbosity_error()
    pipe = WanAnimatePipeline.from_pretrained(
        folder,
        text_encoder=None,
        tokenizer=None,
        local_files_only=True,
        use_safetensors=True,
        dtype=getattr(torch, dtype),
    )
    pipe.set_progress_bar_config(disable=True)
    return pipe


class Painter:
    """A pipeline on its device, with the prompt."""

    def __init__(self, pipe: WanAnimatePipeline, prompt: torch.Tensor) -> None:
        self.pipe = pipe
        self._prompt = prompt
        self.size: int = max(SMALLEST, pipe.transformer.config.motion_encoder_size)
        """Pixels across of a crop: those of its face video."""

    @torch.no_grad()  # type: ignore[untyped-decorator]
    def paint(
        self,
        *,
        portrait: Pixels,
        faces: Sequence[Pixels],
        poses: Sequence[Pixels],
        masks: Sequence[NDArray[np.float32]],
        before: Sequence[NDArray[Any] | None],
        size: int,
        segment: int,
        steps: int,
        seed: int,
    ) -> NDArray[np.float32]:
        """(frames, size, size, 3), 0 to 255. `before`: frames that are drawn already are
        kept as they are, and what follows goes on from them."""
        pipe = self.pipe
        ground, asked = [], []
        for face, mask, drawn in zip(faces, masks, before, strict=True):
            here = cv2.resize(mask, (size, size)) > GENERATED
            ground.append(_picture(face if drawn is None else _bytes(drawn), size))
            wanted = here if drawn is None else np.zeros_like(here)
            asked.append(Image.fromarray((wanted * np.uint8(255)).astype(np.uint8)))
        seen = pipe.transformer.config.motion_encoder_size
        count = len(faces)
        least = max(2, count)  # the pipeline cannot repeat a single frame
        frames = pipe(
            image=_picture(portrait, size),
            face_video=_atleast([_picture(face, seen) for face in faces], least),
            pose_video=_atleast([_picture(pose, size) for pose in poses], least),
            background_video=_atleast(ground, least),
            mask_video=_atleast(asked, least),
            mode="replace",
            prompt_embeds=self._prompt.to(pipe._execution_device),
            height=size,
            width=size,
            segment_frame_length=min(segment, -(-(least - 1) // 4) * 4 + 1),
            prev_segment_conditioning_frames=CONDITION,
            num_inference_steps=steps,
            guidance_scale=1.0,
            generator=torch.Generator().manual_seed(seed),
            output_type="np",
        ).frames[0]
        return np.asarray(frames[:count] * 255, np.float32)


def _picture(pixels: Pixels, size: int) -> Image.Image:
    return Image.fromarray(np.ascontiguousarray(resized(pixels, size)))


def _bytes(pixels: NDArray[Any]) -> Pixels:
    return np.asarray(np.clip(np.rint(pixels), 0, 255), np.uint8)


def _atleast(pictures: list[Image.Image], count: int) -> list[Image.Image]:
    return pictures + pictures[-1:] * (count - len(pictures))
