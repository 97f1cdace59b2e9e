"""What models in the latents of Stable Diffusion's autoencoder share: where they run,
and the way from pictures to latents and back."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from avatarfx.animators.neural import checkpoints, memory
from socialapp.engines import torch_audio
from socialapp.engines.folders import Piece

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from numpy.typing import NDArray

    from avatarfx.animators.neural.checkpoints import Shapes

    Pixels = NDArray[np.uint8]
    Floats = NDArray[np.float32]

AUTOENCODER = ("diffusion_pytorch_model.safetensors", "diffusion_pytorch_model.bin")

_VAE = {"encoder.conv_in.weight": (None, 3, 3, 3), "quant_conv.weight": (8, 8, 1, 1)}

PIECES = (
    Piece(
        "sd-vae/config.json",
        "json",
        {"latent_channels": 4, "in_channels": 3, "out_channels": 3},
    ),
    Piece("sd-vae/diffusion_pytorch_model.*", "other"),
    Piece(f"sd-vae/{AUTOENCODER[0]}", "safetensors", _VAE, optional=True),
    Piece(f"sd-vae/{AUTOENCODER[1]}", "torch", _VAE, optional=True),
)
"""Of ``stabilityai/sd-vae-ft-mse``; one of its two forms is enough."""

PLANES = 10
"""Arrays of the autoencoder's width and the picture's size that decoding one picture
holds at once, about: with residual blocks, four of them, and what they are made of."""


@dataclass(frozen=True, slots=True)
class Home:
    """Where networks run, and in which numbers."""

    device: str
    kind: Any
    """A type of torch."""

    placement: memory.Placement

    @classmethod
    def found(
        cls,
        device: str,
        dtype: str,
        shapes: Iterable[Shapes],
        *,
        pictures: int,
        side: int,
    ) -> Home:
        """Room for tensors of these `shapes`, an autoencoder's last, and for `pictures`
        of `side` pixels at once. EngineError when they fit nowhere, before any is read."""
        import torch  # noqa: PLC0415  heavy

        sizes = [
            sum(math.prod(shape) for shape in network.values()) * 2
            for network in shapes
        ]
        *_, autoencoder = (
            network.get("decoder.conv_out.weight", (0, 0)) for network in shapes
        )
        work = pictures * side * side * autoencoder[1] * 2 * PLANES
        placement = memory.place(
            device,
            wanted_mb=(sum(sizes) + work) >> 20,
            largest_mb=(max(sizes) + work) >> 20,
            dtype=dtype,
        )
        return cls(placement.device, getattr(torch, placement.dtype), placement)

    def settle(self, network: Any, vae: Any) -> None:
        """Bring both there; on a card that is too small they take turns."""
        from torch.nn import Module  # noqa: PLC0415  heavy

        for module in (network, vae):
            # Past diffusers' own `to`, which warns of nothing.
            Module.to(module, self.kind)
        if self.placement.tiling:
            vae.enable_slicing()
        if self.placement.offload == "none":
            for module in (network, vae):
                Module.to(module, self.device)
            return
        import accelerate  # noqa: PLC0415  heavy

        if self.placement.offload == "model":
            _, hook = accelerate.cpu_offload_with_hook(network, self.device)
            accelerate.cpu_offload_with_hook(vae, self.device, prev_module_hook=hook)
            return
        for module in (network, vae):
            accelerate.cpu_offload(module, self.device)


def shapes(path: Path) -> Shapes:
    """Of the autoencoder in the folder `path`, by today's names."""
    found = checkpoints.shapes(checkpoints.first_of(path, AUTOENCODER))
    return checkpoints.modern(found)


def autoencoder(folder: Path) -> Any:
    """Stable Diffusion's, of any version of diffusers that saved it."""
    torch_audio.make_harmless()
    from diffusers import AutoencoderKL  # noqa: PLC0415  heavy

    vae = AutoencoderKL.from_config(checkpoints.settings(folder / "config.json"))
    found = checkpoints.tensors(checkpoints.first_of(folder, AUTOENCODER))
    checkpoints.fill(vae, checkpoints.modern(found), what="the autoencoder")
    return vae


def to_unit(faces: Pixels, home: Home) -> Any:
    """(n, 3, height, width), -1 to 1, there and in its numbers."""
    import torch  # noqa: PLC0415  heavy

    planes = np.ascontiguousarray(faces.transpose(0, 3, 1, 2))
    return torch.from_numpy(planes).to(home.device).to(home.kind) / 127.5 - 1


def from_unit(planes: Any) -> Floats:
    """(n, height, width, 3), 0 to 255; what is no number stays none."""
    scaled = (planes.float() + 1) * 127.5
    rows = scaled.clamp(0, 255).permute(0, 2, 3, 1).cpu().numpy()
    return np.asarray(rows, np.float32)


def encode(vae: Any, planes: Any) -> Any:
    """Latents, the likeliest ones: drawing a sample would flicker."""
    return vae.encode(planes).latent_dist.mode() * vae.config.scaling_factor


def decode(vae: Any, latents: Any) -> Any:
    return vae.decode(latents / vae.config.scaling_factor).sample
