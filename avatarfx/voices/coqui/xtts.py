"""XTTS of coqui-tts: speaks as named people do, and does not say when it says what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from avatarfx.voices.coqui.alphabet import lengths, spread
from avatarfx.voices.coqui.said import Said
from avatarfx.voices.timing import GATE
from socialapp.engines.folders import Layout, Piece

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from avatarfx.voices.pronounce import Symbol

LAYOUT = Layout(
    name="coqui_xtts",
    files=(
        Piece("config.json", "json", {"model": "xtts"}),
        Piece("model.pth", "torch"),
        Piece("vocab.json", "json"),
        Piece("speakers_xtts.pth", "torch"),
    ),
    licence="Coqui Public Model License (CPML)",
    commercial=False,
    source="coqui/XTTS-v2",
    unlocks="Voices of named speakers who agreed to it.",
    licence_setting="COQUI_ACCEPT_CPML",
)

WINDOW = 0.01
"""Seconds over which loudness is measured."""

LANGUAGE = "en"


class Xtts:
    """One model with its weights on a device. Clones nobody: it speaks as those whose
    latents are in ``speakers_xtts.pth``."""

    def __init__(self, folder: Path, device: str) -> None:
        from TTS.config import load_config  # noqa: PLC0415  slow, and optional
        from TTS.tts.models.xtts import Xtts as Network  # noqa: PLC0415  as above

        config: Any = load_config(folder / "config.json")
        self.network = Network(config)
        self.network.load_checkpoint(config, checkpoint_dir=folder, eval=True)
        self.network.to(device)
        self.device = device
        self.rate = int(config.audio["output_sample_rate"])
        self._config = config
        self.speakers = tuple(self.network.speaker_manager.speakers)

    def held(self) -> Any:
        """What came from the files: the network, and how each speaker sounds."""
        import torch  # noqa: PLC0415

        voices = torch.nn.Module()
        people = self.network.speaker_manager.speakers.values()
        for number, latents in enumerate(people):
            for name, tensor in latents.items():
                voices.register_buffer(f"{number}_{name}", tensor)
        return {"network": self.network, "speakers": voices}

    def say(
        self,
        symbols: Sequence[Symbol],
        words: Sequence[str],
        *,
        speaker: str,
        speed: float,
    ) -> Said:
        """`words`: as written, from the first symbol's to the last one's.

        Times are a guess, for when nobody can listen to it: the words share what is loud
        of the sound by their phones.
        """
        latents = self.network.speaker_manager.speakers[speaker]
        said = self.network.inference(
            " ".join(words),
            LANGUAGE,
            latents["gpt_cond_latent"],
            latents["speaker_embedding"],
            temperature=self._config.temperature,
            length_penalty=self._config.length_penalty,
            repetition_penalty=self._config.repetition_penalty,
            top_k=self._config.top_k,
            top_p=self._config.top_p,
            speed=speed,
        )
        samples = np.asarray(said["wav"], np.float32).ravel()
        first, last = _loud(samples, self.rate)
        shares = lengths(symbols, len(words))
        whole = max(sum(shares), 1e-6)
        seconds = [share / whole * (last - first) for share in shares]
        return Said(
            samples,
            self.rate,
            spread(symbols, seconds),
            head=first,
            tail=len(samples) / self.rate - last,
        )


def _loud(samples: NDArray[np.float32], rate: int) -> tuple[float, float]:
    """From when to when something is heard, in seconds."""
    size = max(1, round(WINDOW * rate))
    count = len(samples) // size
    if not count:
        return 0.0, len(samples) / rate
    level = np.sqrt((samples[: count * size].reshape(count, size) ** 2).mean(1))
    heard = np.flatnonzero(level > level.max() * GATE)
    if not len(heard):
        return 0.0, len(samples) / rate
    return float(heard[0]) * WINDOW, float(heard[-1] + 1) * WINDOW
