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

from avatarfx.animators.neural import (
    checkpoints,
    latents,
    lower,
    speaking,
    whisper,
)
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
EARS = {"model.encoder.conv1.weight": (384, 80, 3)}

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
        *latents.PIECES,
        Piece("whisper/config.json", "json", {"d_model": 384, "encoder_layers": 4}),
        Piece("whisper/preprocessor_config.json", "json", {"feature_size": 80}),
        Piece("whisper/*model.*", "other"),
        Piece("whisper/model.safetensors", "safetensors", EARS, optional=True),
        Piece("whisper/pytorch_model.bin", "torch", EARS, optional=True),
    ),
    licence="MIT (MuseTalk, Whisper and sd-vae-ft-mse)",
    commercial=True,
    source="TMElyralab/MuseTalk, stabilityai/sd-vae-ft-mse and openai/whisper-tiny",
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

    version = "musetalk 1.5"
    layout: ClassVar[Layout] = LAYOUT
    batch = 8

    def load(self) -> Painter:
        return Painter.of(
            Path(self.weights), self.device, self.dtype, batch=self.batch * self.jobs
        )

    def refine(
        self, model: Painter, batch: Sequence[Crop], kept: speaking.Voices
    ) -> list[NDArray[Any]]:
        return self.refine_each(model, batch, [kept] * len(batch))

    def refine_each(
        self, model: Painter, batch: Sequence[Crop], kept: Sequence[speaking.Voices]
    ) -> list[NDArray[Any]]:
        """Faces of those who say nothing come back as they are."""
        asked = list(zip(batch, kept, strict=True))
        shares = [voices.share(crop) for crop, voices in asked]
        spoken = [n for n, share in enumerate(shares) if share > 0]
        patches: list[NDArray[Any]] = [crop.pixels for crop in batch]
        if not spoken:
            return patches
        crops = [batch[n] for n in spoken]
        squares = [kept[n].speakers[batch[n].seat].square for n in spoken]
        heard = [kept[n].windows([batch[n]])[0] for n in spoken]
        shown = np.stack(
            [
                lower.cut(crop.pixels, square, SIZE)
                for crop, square in zip(crops, squares, strict=True)
            ]
        )
        drawn = model.paint(shown, np.stack(heard))
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
    """The three networks, where they run."""

    unet: Any
    vae: Any
    listener: whisper.Listener
    home: latents.Home

    @classmethod
    def of(
        cls, folder: Path, device: str = "", dtype: str = "", *, batch: int = 8
    ) -> Painter:
        """Load a folder as `LAYOUT` describes it. EngineError for any other."""
        torch_audio.make_harmless()
        from diffusers import UNet2DConditionModel  # noqa: PLC0415  heavy

        found = checkpoints.first_of(
            folder / "musetalkV15", ("unet.safetensors", "unet.pth")
        )
        home = latents.Home.found(
            device,
            dtype,
            [checkpoints.shapes(found), latents.shapes(folder / "sd-vae")],
            pictures=batch,
            side=SIZE,
        )
        told = checkpoints.settings(folder / "musetalkV15" / "musetalk.json")
        unet = UNet2DConditionModel.from_config(told)
        checkpoints.fill(unet, checkpoints.tensors(found), what="MuseTalk 1.5")
        listener = whisper.from_transformers(folder / "whisper")
        if listener.width != unet.config.cross_attention_dim:
            raise EngineError(
                f"Whisper's vectors are {listener.width} wide and the UNet listens to"
                f" {unet.config.cross_attention_dim}: the folder mixes two models.",
                permanent=True,
            )
        listener.encoder.to(home.device)
        vae = latents.autoencoder(folder / "sd-vae")
        home.settle(unet, vae)
        return cls(unet, vae, listener, home)

    def paint(self, faces: Pixels, heard: Floats) -> Floats:
        """(n, 256, 256, 3), 0 to 255: the faces with mouths that say what is heard.

        `faces`: the same shape in 8 bits. `heard`: (n, 50, 384), see `whisper.cut`.
        """
        import torch  # noqa: PLC0415  heavy

        home, vae = self.home, self.vae
        with torch.inference_mode():
            seen = latents.to_unit(faces, home)
            masked = seen.clone()
            masked[:, :, seen.shape[2] // 2 :] = -1
            known = [latents.encode(vae, planes) for planes in (masked, seen)]
            words = heard + whisper.positions(*heard.shape[1:])
            said = torch.from_numpy(words).to(home.device, home.kind)
            step = torch.tensor([STEP], device=home.device)
            painted = self.unet(
                torch.cat(known, 1), step, encoder_hidden_states=said
            ).sample
            return latents.from_unit(latents.decode(vae, painted))
