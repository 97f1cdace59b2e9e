"""What a mouth model hears: Whisper's encoder, and a window of it for every frame.

Whisper ("Robust Speech Recognition via Large-Scale Weak Supervision", Radford et al.
2022) turns sound at 16 kHz into 50 vectors a second. MuseTalk and LatentSync take the
vectors of all its layers, those that a frame and its neighbours are heard in.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from avatarfx import sound
from avatarfx.animators.neural import checkpoints
from socialapp.engines import torch_audio
from socialapp.engines.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from socialapp.engines.protocols import Speech

Floats = NDArray[np.float32]

RATE = 16_000
"""Hertz that Whisper listens at."""

A_SECOND = 50
"""Vectors a second: 10 ms between spectra, and its second convolution halves them."""

BEFORE = AFTER = 2
"""Frames of the film heard before and after the one that is drawn."""

AT = 25
"""Frames a second that the mouth models were taught at."""


def window(frame: int, *, fps: int) -> range:
    """The vectors that frame number `frame` is drawn by: its own and its neighbours'.

    Ten at any `fps`, two for each fifth of a fifth of a second; may begin before 0 and
    end after the last.
    """
    each = A_SECOND // AT
    first = math.floor(frame * A_SECOND / fps) - each * BEFORE
    return range(first, first + each * (BEFORE + 1 + AFTER))


def cut(
    heard: Floats, frames: Iterable[int], *, fps: int, held: bool = False
) -> Floats:
    """A window of `heard` (vectors, layers, width) for each of the frames.

    (frames, vectors of a window x layers, width). Outside of the sound it is all zeros,
    as MuseTalk pads, or `held`: as the first or last vector is, as LatentSync does.
    """
    count, layers, width = heard.shape
    out = []
    for frame in frames:
        wanted = np.asarray(window(frame, fps=fps))
        piece = np.zeros((len(wanted), layers, width), np.float32)
        if count:
            inside = np.clip(wanted, 0, count - 1)
            there = np.ones(len(wanted), bool) if held else inside == wanted
            piece[there] = heard[inside[there]]
        out.append(piece.reshape(-1, width))
    return np.stack(out) if out else np.zeros((0, 0, width), np.float32)


def positions(length: int, width: int) -> Floats:
    """(length, width): sines and cosines that tell one place from another (Vaswani et
    al., "Attention is all you need", section 3.5)."""
    place = np.arange(length)[:, None]
    turn = np.exp(np.arange(0, width, 2) * (-math.log(10000.0) / width))
    table = np.zeros((length, width), np.float32)
    table[:, 0::2] = np.sin(place * turn)
    table[:, 1::2] = np.cos(place * turn)[:, : width // 2]
    return table


def at_16k(speech: Speech) -> Floats:
    """Its samples as Whisper takes them."""
    samples = np.frombuffer(speech.samples, "<i2").astype(np.float32)
    samples /= np.float32(32768)
    return sound.resample(samples, speech.rate, RATE)


class Listener:
    """Whisper's encoder, filled with weights."""

    def __init__(self, encoder: Any, ears: Any, *, normed: bool) -> None:
        """`encoder`, `ears`: transformers' WhisperEncoder and feature extractor.

        `normed`: the last layer's vectors are those after the closing norm, as
        transformers gives them and MuseTalk 1.5 was taught; else those before it, as
        the patched original that LatentSync was taught with.
        """
        self.encoder = encoder
        self._ears = ears
        self._normed = normed

    @property
    def width(self) -> int:
        return int(self.encoder.config.d_model)

    def hear(self, samples: Floats) -> Floats:
        """(vectors, layers + 1, width) of samples at 16 kHz, 50 a second.

        It listens in pieces of 30 s, as long as Whisper ever listens at once.
        """
        count = math.ceil(len(samples) * A_SECOND / RATE)
        longest = self._ears.n_samples
        pieces = [
            self._piece(samples[start : start + longest])
            for start in range(0, len(samples), longest)
        ]
        layers = self.encoder.config.encoder_layers + 1
        nothing = np.zeros((0, layers, self.width), np.float32)
        return np.concatenate([*pieces, nothing])[:count]

    def _piece(self, samples: Floats) -> Floats:
        import torch  # noqa: PLC0415  heavy

        spectrum = self._ears(samples, sampling_rate=RATE, return_tensors="pt")
        seen: list[Any] = []
        layers = self.encoder.layers
        hooks = [
            layers[0].register_forward_pre_hook(
                lambda _, args, kwargs: seen.append(
                    args[0] if args else kwargs["hidden_states"]
                ),
                with_kwargs=True,
            ),
            *(
                layer.register_forward_hook(
                    lambda _, __, out: seen.append(
                        out[0] if isinstance(out, tuple) else out
                    )
                )
                for layer in layers
            ),
        ]
        weight = self.encoder.conv1.weight
        try:
            with torch.inference_mode():
                last = self.encoder(
                    spectrum.input_features.to(weight.device, weight.dtype)
                ).last_hidden_state
        finally:
            for hook in hooks:
                hook.remove()
        if self._normed:
            seen[-1] = last
        stacked = torch.stack([one[0] for one in seen], dim=1)
        return np.asarray(stacked.float().cpu().numpy(), np.float32)


def from_transformers(folder: Path) -> Listener:
    """Of a folder as ``openai/whisper-tiny`` is published for transformers."""
    told = checkpoints.settings(folder / "config.json")
    ears = checkpoints.settings(folder / "preprocessor_config.json")
    path = checkpoints.first_of(folder, ("model.safetensors", "pytorch_model.bin"))
    found = {
        name.removeprefix("model.").removeprefix("encoder."): tensor
        for name, tensor in checkpoints.tensors(path).items()
        if name.removeprefix("model.").startswith("encoder.")
    }
    return _listener(told, ears, found, normed=True)


def from_original(path: Path) -> Listener:
    """Of a file as Whisper itself was published: ``tiny.pt``."""
    dims = checkpoints.numbers(path, "dims")
    if lacking := sorted({name for name in DIMS.values() if name not in dims}):
        raise EngineError(f"{path} does not say its {lacking[0]}.", permanent=True)
    ears = {
        "feature_size": dims["n_mels"],
        "chunk_length": dims["n_audio_ctx"] // A_SECOND,
    }
    found = originals(checkpoints.tensors(path, under="model_state_dict"))
    return _listener(config_of(dims), ears, found, normed=False)


DIMS = {
    "num_mel_bins": "n_mels",
    "max_source_positions": "n_audio_ctx",
    "d_model": "n_audio_state",
    "encoder_attention_heads": "n_audio_head",
    "encoder_layers": "n_audio_layer",
}
"""Of the encoder: by transformers' names, and those in Whisper's own file."""


def config_of(dims: Mapping[str, int]) -> dict[str, int]:
    """What Whisper's own file says of its encoder, in the words of transformers."""
    told = {name: dims[theirs] for name, theirs in DIMS.items()}
    return told | {"encoder_ffn_dim": 4 * dims["n_audio_state"]}


ORIGINAL = {
    "attn_ln.": "self_attn_layer_norm.",
    "attn.query.": "self_attn.q_proj.",
    "attn.key.": "self_attn.k_proj.",
    "attn.value.": "self_attn.v_proj.",
    "attn.out.": "self_attn.out_proj.",
    "mlp.0.": "fc1.",
    "mlp.2.": "fc2.",
    "mlp_ln.": "final_layer_norm.",
}
"""Within a layer: OpenAI's names, and those of transformers."""


def originals(found: Mapping[str, Any]) -> dict[str, Any]:
    """The encoder's tensors of Whisper's own file, by the names of transformers."""
    renamed = {}
    for name, tensor in found.items():
        head, _, rest = name.partition(".")
        if head != "encoder":
            continue
        if rest.startswith("blocks."):
            _, number, inner = rest.split(".", 2)
            for old, new in ORIGINAL.items():
                if inner.startswith(old):
                    inner = new + inner.removeprefix(old)
                    break
            rest = f"layers.{number}.{inner}"
        rest = rest.replace("ln_post.", "layer_norm.")
        if rest == "positional_embedding":
            rest = "embed_positions.weight"
        renamed[rest] = tensor
    return renamed


def original(name: str) -> str:
    """What a tensor of transformers' encoder is called in Whisper's own file."""
    if name == "embed_positions.weight":
        return "positional_embedding"
    head, _, rest = name.partition(".")
    if head != "layers":
        return name.replace("layer_norm.", "ln_post.")
    number, _, inner = rest.partition(".")
    theirs = next(
        (
            old + inner.removeprefix(new)
            for old, new in ORIGINAL.items()
            if inner.startswith(new)
        ),
        inner,
    )
    return f"blocks.{number}.{theirs}"


def _listener(
    told: Mapping[str, Any],
    ears: Mapping[str, Any],
    found: dict[str, Any],
    *,
    normed: bool,
) -> Listener:
    torch_audio.make_harmless()
    from transformers import (  # noqa: PLC0415  heavy
        WhisperConfig,
        WhisperFeatureExtractor,
    )
    from transformers.models.whisper.modeling_whisper import (  # noqa: PLC0415
        WhisperEncoder,
    )

    encoder = WhisperEncoder(WhisperConfig(**{k: told[k] for k in TOLD if k in told}))
    checkpoints.fill(encoder.float(), found, what="Whisper's encoder")
    extractor = WhisperFeatureExtractor(**{k: ears[k] for k in EARS if k in ears})
    return Listener(encoder, extractor, normed=normed)


TOLD = (
    "num_mel_bins",
    "max_source_positions",
    "d_model",
    "encoder_attention_heads",
    "encoder_layers",
    "encoder_ffn_dim",
    "activation_function",
    "scale_embedding",
)
"""Of its configuration, what shapes the encoder."""

EARS = ("feature_size", "hop_length", "chunk_length", "n_fft")
