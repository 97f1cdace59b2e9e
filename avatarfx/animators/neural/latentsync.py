"""LatentSync 1.5: mouths out of noise, sixteen frames at once, by what Whisper hears.

"LatentSync: Audio Conditioned Latent Diffusion Models for Lip Sync" (Li et al. 2024). A
motion UNet gets noise, a mask, the masked face and the whole face as reference, and is
asked twice a step, with the voice and with silence (Ho and Salimans, "Classifier-free
diffusion guidance").
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from avatarfx.animators.neural import (
    checkpoints,
    composite,
    latents,
    latentsync_unet,
    lower,
    speaking,
    whisper,
)
from avatarfx.animators.neural.base import WARP
from avatarfx.animators.neural.musetalk import SpokenAnimator
from socialapp.engines.errors import EngineError
from socialapp.engines.folders import Layout, Piece

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from avatarfx.animators.neural.base import Crop

    Pixels = NDArray[np.uint8]
    Floats = NDArray[np.float32]

UNET = "latentsync_unet.pt"
HELD = "state_dict"
"""Where in its file the UNet's tensors are, beside the number of a training step."""

MOST = 24
"""Frames that its motion modules know the places of."""

NOISE_SEED = 1247
"""Of the noise, which all frames share; the published one."""

TOUCHED = 0.02
"""Of the mouth's soft mask: from here on the face is hidden from the model."""

SCHEDULE = {
    "beta_start": 0.00085,
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
    "clip_sample": False,
    "num_train_timesteps": 1000,
    "set_alpha_to_one": False,
    "steps_offset": 1,
}
"""The published configuration of its DDIM scheduler."""

LAYOUT = Layout(
    name="latentsync",
    files=(
        Piece(
            UNET,
            "torch",
            {
                f"{HELD}.conv_in.weight": (None, 13, 3, 3),
                f"{HELD}.conv_out.weight": (4, None, 3, 3),
            },
        ),
        Piece(
            "whisper/tiny.pt",
            "torch",
            {"model_state_dict.encoder.conv1.weight": (384, 80, 3)},
        ),
        *latents.PIECES,
    ),
    licence="Apache-2.0 (LatentSync), MIT (Whisper, sd-vae-ft-mse)",
    commercial=True,
    source="ByteDance/LatentSync-1.5 and stabilityai/sd-vae-ft-mse",
    unlocks="Mouths made anew in motion by the voice, sharper and slower than MuseTalk's.",
)


class LatentSync(SpokenAnimator):
    """The warp's film, its speakers' mouths drawn anew in windows of motion."""

    version = "latentsync 1.5"
    layout: ClassVar[Layout] = LAYOUT
    batch = 16
    least = 4
    overlap = 4

    def __init__(
        self,
        weights: str = "",
        under: str = WARP,
        device: str = "",
        dtype: str = "",
        batch: int = 0,
        *,
        steps: int = 10,
        guidance: float = 1.5,
        size: int = 256,
        compiled: bool = False,
    ) -> None:
        """`steps` of DDIM; 20 were published. `guidance`: how far the voice is followed
        beyond what the model believes. `size`: pixels across of a face; 512 for 1.6."""
        super().__init__(weights, under, device, dtype, batch, compiled=compiled)
        self._steps, self._guidance, self._size = steps, guidance, size

    def load(self) -> Sculptor:
        return Sculptor.of(
            Path(self.weights),
            self.device,
            self.dtype,
            batch=self.batch,
            size=self._size,
        )

    def refine(
        self, model: Sculptor, batch: Sequence[Crop], kept: speaking.Voices
    ) -> list[NDArray[Any]]:
        """Faces of those who say nothing come back as they are."""
        shares = [kept.share(crop) for crop in batch]
        if not any(shares):
            return [crop.pixels for crop in batch]
        size = self._size
        faces = np.stack([composite.resized(c.pixels, size) for c in batch])
        keep = np.stack([kept_of(crop, size) for crop in batch])
        drawn = model.paint(
            faces,
            keep,
            np.stack(kept.windows(batch, held=True)),
            steps=self._steps,
            guidance=self._guidance,
        )
        lower.check(faces, drawn)
        return [
            whole(crop, patch, share)
            for crop, patch, share in zip(batch, drawn, shares, strict=True)
        ]

    def _lacks_weights(self) -> str | None:
        if self.batch > MOST:
            return f"Its batch is {self.batch}, and it knows of {MOST} frames at once."
        if reason := super()._lacks_weights():
            return reason
        path = Path(self.weights) / UNET
        told = path.stat()
        return _does_not_map(path, told.st_size, told.st_mtime_ns)


@lru_cache(maxsize=4)
def _does_not_map(path: Path, size: int, changed: int) -> str | None:  # noqa: ARG001
    """Every tensor must have its place in the UNet; the first that has none is named.

    `size` and `changed` of the file: another is looked at anew.
    """
    try:
        shapes = checkpoints.shapes(path, under=HELD)
    except EngineError as error:
        return str(error)
    wrong = latentsync_unet.misfit(shapes)
    if wrong is None:
        return None
    return (
        f"{path} is not LatentSync 1.5, whose tensors are the ones that are known here:"
        f" {wrong}. Get it from {LAYOUT.source}."
    )


def kept_of(crop: Crop, size: int) -> Floats:
    """(size, size): 1 where the model sees the face, 0 where it makes the mouth."""
    mouth = lower.resized(crop.place.mouth, size)
    return (mouth < TOUCHED).astype(np.float32)


def whole(crop: Crop, patch: Floats, share: float) -> Floats:
    """The crop with as much of the patch as `share`."""
    return lower.put(crop.pixels, WHOLE, patch, share=share)


WHOLE = lower.Square(0.0, 0.0, 1.0)


@dataclass(frozen=True, slots=True)
class Sculptor:
    """The networks, where they run."""

    unet: Any
    vae: Any
    listener: whisper.Listener
    home: latents.Home

    @classmethod
    def of(
        cls,
        folder: Path,
        device: str = "",
        dtype: str = "",
        *,
        batch: int = 16,
        size: int = 256,
    ) -> Sculptor:
        """Load a folder as `LAYOUT` describes it. EngineError for any other."""
        home = latents.Home.found(
            device,
            dtype,
            [
                checkpoints.shapes(folder / UNET, under=HELD),
                latents.shapes(folder / "sd-vae"),
            ],
            pictures=batch,
            side=size,
        )
        unet = latentsync_unet.build(checkpoints.tensors(folder / UNET, under=HELD))
        listener = whisper.from_original(folder / "whisper" / "tiny.pt")
        listener.encoder.to(home.device)
        vae = latents.autoencoder(folder / "sd-vae")
        home.settle(unet, vae)
        return cls(unet, vae, listener, home)

    def paint(
        self,
        faces: Pixels,
        keep: Floats,
        heard: Floats,
        *,
        steps: int,
        guidance: float,
    ) -> Floats:
        """(frames, size, size, 3), 0 to 255: consecutive frames of one face.

        `faces`: the same shape in 8 bits. `keep`: (frames, size, size), 0 where the mouth
        is made. `heard`: (frames, 50, 384).
        """
        import torch  # noqa: PLC0415  heavy
        from diffusers import DDIMScheduler  # noqa: PLC0415

        home, vae = self.home, self.vae
        scheduler = DDIMScheduler(**SCHEDULE)
        scheduler.set_timesteps(steps, device=home.device)
        with torch.inference_mode():
            seen = latents.to_unit(faces, home)
            open_ = torch.from_numpy(keep[:, None]).to(home.device, home.kind)
            masked = latents.encode(vae, seen * open_)
            whole = latents.encode(vae, seen)
            small = torch.nn.functional.interpolate(open_, size=masked.shape[-2:])
            known = _as_take(torch.cat([small, masked, whole], 1))
            said = torch.from_numpy(heard).to(home.device, home.kind)
            now = self._noise(known, scheduler.init_noise_sigma)
            for step in scheduler.timesteps:
                told = self._asked(now, known, said, step, guidance)
                now = scheduler.step(told, step, now).prev_sample
            return latents.from_unit(latents.decode(vae, now[0].transpose(0, 1)))

    def _noise(self, known: Any, sigma: float) -> Any:
        """The same for every frame, as published, and for every clip."""
        import torch  # noqa: PLC0415  heavy

        once = torch.Generator("cpu").manual_seed(NOISE_SEED)
        shape = (1, self.vae.config.latent_channels, 1, *known.shape[-2:])
        noise = torch.randn(shape, generator=once) * sigma
        return noise.to(known.device, known.dtype).repeat(1, 1, known.shape[2], 1, 1)

    def _asked(
        self, noisy: Any, known: Any, said: Any, step: Any, guidance: float
    ) -> Any:
        """What the model says of the noise, with the voice leaned on by `guidance`."""
        import torch  # noqa: PLC0415  heavy

        shown = torch.cat([noisy, known], 1)
        if guidance <= 1:
            self.unet.takes = 1
            return self.unet(shown, step, encoder_hidden_states=said).sample
        self.unet.takes = 2
        both = torch.cat([torch.zeros_like(said), said])
        told = self.unet(
            torch.cat([shown, shown]), step, encoder_hidden_states=both
        ).sample
        silent, voiced = told.chunk(2)
        return silent + guidance * (voiced - silent)


def _as_take(frames: Any) -> Any:
    """(frames, channels, h, w) as (1, channels, frames, h, w)."""
    return frames.transpose(0, 1)[None]
