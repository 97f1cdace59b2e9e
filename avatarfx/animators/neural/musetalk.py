"""MuseTalk 1.5: the lower face repainted in one step, by what Whisper hears.

"MuseTalk: Real-Time High-Fidelity Video Dubbing via Spatio-Temporal Sampling" (Zhang et
al. 2024). A UNet fills in the masked lower half of a face of 256 x 256, in the latents of
Stable Diffusion's autoencoder; the same frame unmasked is its reference, and its cross
attention takes the windows of `whisper`. There is no noise and no schedule.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import util
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from avatarfx.animators.neural import checkpoints, lower, speaking, whisper
from avatarfx.animators.neural.base import INSTALL, NeuralAnimator
from socialapp.engines import torch_audio
from socialapp.engines.errors import EngineError
from socialapp.engines.folders import Layout, Piece

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from avatarfx.animators.neural.base import Clip, Crop
    from avatarfx.animators.neural.control import FacePlace

    Pixels = NDArray[np.uint8]
    Floats = NDArray[np.float32]

SIZE = 256
"""Pixels across of the face that it was taught with."""

STEP = 0
"""The time step that it is always asked for."""

CROSS = "down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k.weight"

UNET = {
    "conv_in.weight": (None, 8, 3, 3),
    "conv_out.weight": (4, None, 3, 3),
    CROSS: (None, 384),
}
VAE = {"encoder.conv_in.weight": (None, 3, 3, 3), "quant_conv.weight": (8, 8, 1, 1)}
EARS = {"model.encoder.conv1.weight": (384, 80, 3)}

AUTOENCODER = ("diffusion_pytorch_model.safetensors", "diffusion_pytorch_model.bin")

AUTOENCODER_PIECES = (
    Piece(
        "sd-vae/config.json",
        "json",
        {"latent_channels": 4, "in_channels": 3, "out_channels": 3},
    ),
    Piece("sd-vae/diffusion_pytorch_model.*", "other"),
    Piece(f"sd-vae/{AUTOENCODER[0]}", "safetensors", VAE, optional=True),
    Piece(f"sd-vae/{AUTOENCODER[1]}", "torch", VAE, optional=True),
)

LAYOUT = Layout(
    name="musetalk",
    files=(
        Piece(
            "musetalkV15/musetalk.json",
            "json",
            {"in_channels": 8, "out_channels": 4, "cross_attention_dim": 384},
        ),
        Piece("musetalkV15/unet.*", "other"),
        Piece("musetalkV15/unet.safetensors", "safetensors", UNET, optional=True),
        Piece("musetalkV15/unet.pth", "torch", UNET, optional=True),
        *AUTOENCODER_PIECES,
        Piece("whisper/config.json", "json", {"d_model": 384, "encoder_layers": 4}),
        Piece("whisper/preprocessor_config.json", "json", {"feature_size": 80}),
        Piece("whisper/model.safetensors", "safetensors", EARS, optional=True),
        Piece("whisper/pytorch_model.bin", "torch", EARS, optional=True),
    ),
    licence="MIT (MuseTalk, Whisper and sd-vae-ft-mse)",
    commercial=True,
    source="TMElyralab/MuseTalk",
    unlocks="Mouths that are repainted by the voice itself, on photographs and drawings.",
)

OLD = (
    "{folder} holds MuseTalk 1.0. Version 1.5 is what is drawn with: put its"
    " musetalkV15/musetalk.json and musetalkV15/unet.pth beside it."
)


class SpokenAnimator(NeuralAnimator):
    """What a neural animator is too that moves mouths by what is heard."""

    def prepare(self, model: Any, clip: Clip) -> speaking.Voices:
        return speaking.voices(model.listener, clip)

    def mask(self, place: FacePlace) -> NDArray[np.float32]:
        return place.mouth

    def _lacks_library(self) -> str | None:
        if reason := super()._lacks_library():
            return reason
        if util.find_spec("transformers") is None:
            return f"transformers is not installed. Run {INSTALL}."
        return None


class MuseTalk(SpokenAnimator):
    """The warp's film, its speakers' lower faces drawn anew."""

    layout: ClassVar[Layout] = LAYOUT
    batch = 8

    def load(self) -> Painter:
        return Painter.of(Path(self.weights), self.device, self.dtype)

    def refine(
        self, model: Painter, batch: Sequence[Crop], kept: speaking.Voices
    ) -> list[NDArray[Any]]:
        """Faces of those who say nothing come back as they are."""
        shares = [kept.share(crop) for crop in batch]
        spoken = [n for n, share in enumerate(shares) if share > 0]
        patches: list[NDArray[Any]] = [crop.pixels for crop in batch]
        if not spoken:
            return patches
        crops = [batch[n] for n in spoken]
        squares = [kept.speakers[crop.seat].square for crop in crops]
        shown = np.stack(
            [
                lower.cut(crop.pixels, square, SIZE)
                for crop, square in zip(crops, squares, strict=True)
            ]
        )
        drawn = model.paint(shown, np.stack(kept.windows(crops)))
        lower.check(shown, drawn)
        for n, square, patch in zip(spoken, squares, drawn, strict=True):
            patches[n] = lower.put(batch[n].pixels, square, patch, share=shares[n])
        return patches

    def _lacks_weights(self) -> str | None:
        folder = Path(self.weights)
        if (
            self.weights
            and (folder / "musetalk").is_dir()
            and not (folder / "musetalkV15").exists()
        ):
            return OLD.format(folder=folder)
        return super()._lacks_weights()


@dataclass(frozen=True, slots=True)
class Painter:
    """The three networks, on their device."""

    unet: Any
    vae: Any
    listener: whisper.Listener

    @classmethod
    def of(cls, folder: Path, device: str = "", dtype: str = "") -> Painter:
        """Load a folder as `LAYOUT` describes it. EngineError for any other."""
        torch_audio.make_harmless()
        from diffusers import UNet2DConditionModel  # noqa: PLC0415  heavy

        where, kind = placed(device, dtype)
        told = checkpoints.settings(folder / "musetalkV15" / "musetalk.json")
        unet = UNet2DConditionModel.from_config(told)
        found = checkpoints.first_of(
            folder / "musetalkV15", ("unet.safetensors", "unet.pth")
        )
        checkpoints.fill(unet, checkpoints.tensors(found), what="MuseTalk 1.5")
        listener = whisper.from_transformers(folder / "whisper")
        if listener.width != unet.config.cross_attention_dim:
            raise EngineError(
                f"Whisper's vectors are {listener.width} wide and the UNet listens to"
                f" {unet.config.cross_attention_dim}: the folder mixes two models.",
                permanent=True,
            )
        listener.encoder.to(where)
        vae = moved(autoencoder(folder / "sd-vae"), where, kind)
        return cls(moved(unet, where, kind), vae, listener)

    def paint(self, faces: Pixels, heard: Floats) -> Floats:
        """(n, 256, 256, 3), 0 to 255: the faces with mouths that say what is heard.

        `faces`: the same shape in 8 bits. `heard`: (n, 50, 384), see `whisper.cut`.
        """
        import torch  # noqa: PLC0415  heavy

        weight = self.unet.conv_in.weight
        with torch.inference_mode():
            seen = to_unit(faces, weight)
            masked = seen.clone()
            masked[:, :, seen.shape[2] // 2 :] = -1
            latents = torch.cat([encode(self.vae, masked), encode(self.vae, seen)], 1)
            words = heard + whisper.positions(*heard.shape[1:])
            said = torch.from_numpy(words).to(weight.device, weight.dtype)
            step = torch.tensor([STEP], device=weight.device)
            painted = self.unet(latents, step, encoder_hidden_states=said).sample
            return from_unit(decode(self.vae, painted))


def placed(device: str, dtype: str) -> tuple[str, Any]:
    """Where to run and in which numbers, where nobody said: half precision on CUDA."""
    import torch  # noqa: PLC0415  heavy

    where = device or ("cuda" if torch.cuda.is_available() else "cpu")
    if dtype:
        return where, getattr(torch, dtype)
    return where, torch.float16 if where.startswith("cuda") else torch.float32


def moved(module: Any, device: str, kind: Any) -> Any:
    """To its device and numbers, past diffusers' own `to`, which warns of nothing."""
    from torch.nn import Module  # noqa: PLC0415  heavy

    return Module.to(module, device, kind)


def autoencoder(folder: Path) -> Any:
    """Stable Diffusion's, of any version of diffusers that saved it."""
    torch_audio.make_harmless()
    from diffusers import AutoencoderKL  # noqa: PLC0415  heavy

    vae = AutoencoderKL.from_config(checkpoints.settings(folder / "config.json"))
    found = checkpoints.tensors(checkpoints.first_of(folder, AUTOENCODER))
    checkpoints.fill(vae, checkpoints.modern(found), what="the autoencoder")
    return vae


def to_unit(faces: Pixels, like: Any) -> Any:
    """(n, 3, height, width), -1 to 1, of the type and on the device of `like`."""
    import torch  # noqa: PLC0415  heavy

    planes = np.ascontiguousarray(faces.transpose(0, 3, 1, 2))
    return torch.from_numpy(planes).to(like.device).to(like.dtype) / 127.5 - 1


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
