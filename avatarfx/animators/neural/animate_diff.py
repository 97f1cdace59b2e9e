"""The torch half of `diffusion_refine`: loading the folder, and one window's work."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from diffusers import (
    AnimateDiffVideoToVideoPipeline,
    AutoencoderKL,
    LCMScheduler,
    MotionAdapter,
    UNet2DConditionModel,
)
from diffusers.schedulers.scheduling_lcm import LCMSchedulerOutput
from diffusers.utils import logging as diffusers_logging
from PIL import Image
from safetensors.torch import load_file
from transformers import CLIPTextModel, CLIPTokenizer

from avatarfx.animators.neural.composite import resized
from socialapp.engines.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]

LORA = "AnimateLCM_sd15_t2v_lora.safetensors"
ADAPTER = "ip-adapter_sd15.safetensors"


class SteadyScheduler(LCMScheduler):  # type: ignore[misc]
    """An LCM scheduler that takes the noise of each step from whoever knows the frames."""

    noise: torch.Tensor | None = None
    """(steps, 1, channels, frames, height, width)."""

    def step(
        self,
        model_output: torch.Tensor,
        timestep: int,
        sample: torch.Tensor,
        generator: torch.Generator | None = None,
        return_dict: bool = True,
    ) -> Any:
        if self.noise is not None:
            # What it draws is not used, and another thread may be drawing a voice's.
            generator = torch.Generator().manual_seed(0)
        made = super().step(model_output, timestep, sample, generator)
        after, at = made.prev_sample, self.step_index
        if self.noise is not None and at < len(self.timesteps):
            after = self.add_noise(
                made.denoised, self.noise[at], self.timesteps[at : at + 1]
            )
        out = LCMSchedulerOutput(prev_sample=after, denoised=made.denoised)
        return out if return_dict else (after, made.denoised)


def load(folder: Path, dtype: str) -> AnimateDiffVideoToVideoPipeline:
    """The pipeline with the LCM's weights folded in and the image encoder in place.

    Local files and safetensors only. EngineError when a file is of another model.
    """
    diffusers_logging.set_verbosity_error()
    exact: dict[str, Any] = {
        "local_files_only": True,
        "use_safetensors": True,
        "dtype": getattr(torch, dtype),
    }
    base, motion = folder / "base", folder / "motion"
    text = CLIPTextModel.from_pretrained(
        base, subfolder="text_encoder", local_files_only=True, use_safetensors=True,
        dtype=exact["dtype"],
    )  # fmt: skip
    pipe = assemble(
        vae=AutoencoderKL.from_pretrained(base, subfolder="vae", **exact),
        text_encoder=text,
        tokenizer=CLIPTokenizer.from_pretrained(
            base, subfolder="tokenizer", local_files_only=True
        ),
        unet=UNet2DConditionModel.from_pretrained(base, subfolder="unet", **exact),
        motion_adapter=MotionAdapter.from_pretrained(motion, **exact),
        scheduler=LCMScheduler.from_pretrained(
            base, subfolder="scheduler", local_files_only=True
        ).config,
    )
    fold(pipe.unet, load_file(motion / LORA))
    pipe.load_ip_adapter(
        str(folder / "ip_adapter"),
        subfolder="models",
        weight_name=ADAPTER,
        local_files_only=True,
    )
    return pipe


def assemble(*, scheduler: Any, **parts: Any) -> AnimateDiffVideoToVideoPipeline:
    """The pipeline of its parts, with AnimateLCM's schedule of betas."""
    steady = SteadyScheduler.from_config(scheduler, beta_schedule="linear")
    pipe = AnimateDiffVideoToVideoPipeline(
        **parts, scheduler=steady, feature_extractor=None, image_encoder=None
    )
    pipe.set_progress_bar_config(disable=True)
    return pipe


@torch.no_grad()  # type: ignore[untyped-decorator]
def fold(unet: torch.nn.Module, lora: dict[str, torch.Tensor]) -> None:
    """Add a LoRA's low-rank products to the weights they belong to.

    EngineError when a product has no weight of its shape: it was made for another model.
    """
    left = set(lora)
    for name, module in unet.named_modules():
        key = f"lora_unet_{name.replace('.', '_')}"
        down, up = (
            lora.get(f"{key}.lora_down.weight"),
            lora.get(f"{key}.lora_up.weight"),
        )
        if down is None or up is None:
            continue
        weight = module.weight
        product = up.float().flatten(1) @ down.float().flatten(1)
        if product.numel() != weight.numel():
            raise EngineError(f"The LoRA is of another model: {key}.", permanent=True)
        alpha = lora.get(f"{key}.alpha")
        scale = float(alpha) / down.shape[0] if alpha is not None else 1.0
        weight += (scale * product).reshape(weight.shape).to(weight)
        left -= {
            f"{key}.{part}" for part in ("lora_down.weight", "lora_up.weight", "alpha")
        }
    if left:
        raise EngineError(
            f"The LoRA is of another model: {min(left)} has no place here.",
            permanent=True,
        )


class Refiner:
    """A pipeline on its device, with what it knows of the prompt."""

    def __init__(
        self,
        pipe: AnimateDiffVideoToVideoPipeline,
        prompt: str = "",
        prompt_embeds: torch.Tensor | None = None,
    ) -> None:
        self.pipe = pipe
        self.device = pipe._execution_device
        self.size: int = pipe.unet.config.sample_size * pipe.vae_scale_factor
        """Pixels across of the pictures that it was trained on."""

        if prompt_embeds is None:
            with torch.no_grad():
                prompt_embeds, _ = pipe.encode_prompt(prompt, self.device, 1, False)
        self._prompt = prompt_embeds

    @torch.no_grad()  # type: ignore[untyped-decorator]
    def see(self, picture: Pixels) -> torch.Tensor:
        """(1, 1, features): what the image encoder makes of a face."""
        seen = self.pipe.prepare_ip_adapter_image_embeds(
            Image.fromarray(picture), None, self.device, 1, False
        )
        return seen[0]

    @torch.no_grad()  # type: ignore[untyped-decorator]
    def refine(
        self,
        crops: Sequence[Pixels],
        *,
        numbers: Sequence[int],
        seat: str,
        face: torch.Tensor,
        size: int,
        strength: float,
        steps: int,
        identity: float,
        seed: int,
    ) -> NDArray[np.float32]:
        """(frames, size, size, 3), 0 to 255. The same crops, numbers, seat and seed give
        the same on the same device."""
        pipe = self.pipe
        pipe.set_ip_adapter_scale(identity)
        latents = self._encoded(crops, size)
        times = timesteps(pipe.scheduler, strength, steps)
        noise = _noise(latents.shape[1:], len(times), numbers, seat, seed).to(latents)
        first = torch.tensor(times[:1], device=latents.device)
        start = pipe.scheduler.add_noise(latents, noise[:, 0], first)
        pipe.scheduler.noise = noise.permute(1, 2, 0, 3, 4)[:, None]
        frames = pipe(
            latents=start.permute(1, 0, 2, 3)[None],
            prompt_embeds=self._prompt,
            ip_adapter_image_embeds=[face],
            timesteps=times,
            num_inference_steps=len(times),
            strength=1.0,
            guidance_scale=1.0,
            height=size,
            width=size,
            output_type="np",
        ).frames[0]
        return np.asarray(frames * 255, np.float32)

    def _encoded(self, crops: Sequence[Pixels], size: int) -> torch.Tensor:
        """(frames, channels, height, width), the middle of what the VAE thinks likely."""
        vae = self.pipe.vae
        stacked = np.stack([resized(crop, size) for crop in crops])
        pixels = torch.from_numpy(stacked).permute(0, 3, 1, 2)
        found = []
        for few in pixels.split(4):
            there = few.to(self.device, vae.dtype) / 127.5 - 1
            found.append(vae.encode(there).latent_dist.mode())
        return torch.cat(found) * vae.config.scaling_factor


def timesteps(scheduler: LCMScheduler, strength: float, steps: int) -> list[int]:
    """Those of the schedule that the LCM was distilled on, from `strength` of it down."""
    config = scheduler.config
    origin = config.original_inference_steps
    stride = config.num_train_timesteps // origin
    known = max(1, int(origin * strength))
    count = min(steps, known)
    chosen = np.floor(np.linspace(0, known, count, endpoint=False)).astype(int)
    return [int((known - n) * stride - 1) for n in chosen]


def _noise(
    shape: torch.Size, steps: int, numbers: Sequence[int], seat: str, seed: int
) -> torch.Tensor:
    """(frames, steps, *shape): drawn on the CPU from the number of each frame."""
    found = []
    for number in numbers:
        named = f"{seed}:{seat}:{number}".encode()
        draw = torch.Generator().manual_seed(zlib.crc32(named))
        found.append(torch.randn((steps, *shape), generator=draw))
    return torch.stack(found)
