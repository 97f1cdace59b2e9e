"""A VITS of coqui-tts: it says how long it takes for each letter."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from avatarfx.voices.coqui.alphabet import PHONETIC, spread, written
from avatarfx.voices.coqui.said import Said
from avatarfx.voices.pronounce import PAUSES
from socialapp.engines.errors import EngineError
from socialapp.engines.folders import Layout, Piece

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from avatarfx.voices.pronounce import Symbol

LAYOUT = Layout(
    name="coqui",
    files=(
        Piece("config.json", "json", {"model": "vits"}),
        Piece("model*.pth", "torch"),
        Piece("speaker*.json", "json", optional=True),
    ),
    licence="Apache-2.0 (en/vctk/vits)",
    commercial=True,
    source="coqui-tts, tts_models/en/vctk/vits",
    unlocks="109 more voices of British, American and other accents.",
)

IDS = ("speaker_ids.json", "speakers.json")
"""What the file is called that says which row of the table is whose."""


class Vits:
    """One model with its weights on a device."""

    def __init__(self, folder: Path, device: str) -> None:
        from TTS.config import load_config  # noqa: PLC0415  slow, and optional
        from TTS.tts.models.vits import Vits as Network  # noqa: PLC0415  as above

        config: Any = load_config(folder / "config.json")
        # Phones come from our own G2P: no phonemizer is built, which would be espeak's.
        config.use_phonemes = False
        config.text_cleaner = None
        names = _speakers(folder, config)
        if names:
            config.speakers = names
        self.network = Network(config)
        weights = next(iter(sorted(folder.glob("model*.pth"))))
        self.network.load_checkpoint(config, weights, eval=True)
        self.network.to(device)
        self.device = device
        self.rate = int(config.audio["sample_rate"])
        self.speakers = tuple(names)
        self._tokens = self.network.tokenizer
        self._known = frozenset(self._tokens.characters.vocab)

    def held(self) -> Any:
        """What came from the files."""
        return {"network": self.network}

    def say(
        self,
        symbols: Sequence[Symbol],
        words: Sequence[str],
        *,
        speaker: str,
        speed: float,
    ) -> Said:
        """`words`: as written, from the first symbol's to the last one's."""
        letters, owners = self._letters(symbols, words)
        if not letters:
            return Said(np.zeros(0, np.float32), self.rate, [0.0] * len(symbols))
        ids = [self._tokens.characters.char_to_id(letter) for letter in letters]
        samples, units = self._heard(ids, speaker, speed)
        # Of the blanks between letters each belongs to the letter after it.
        blanks = bool(self._tokens.add_blank)
        times = [float(u) for u in units]
        if blanks:
            per = [times[2 * i] + times[2 * i + 1] for i in range(len(ids))]
            tail = times[-1]
        else:
            per, tail = times, 0.0
        unit = len(samples) / self.rate / max(sum(times), 1e-6)
        parts = len(symbols) if self._phonetic else len(words)
        lasts = [0.0] * parts
        for owner, time in zip(owners, per, strict=True):
            lasts[owner] += time * unit
        if not self._phonetic:
            lasts = spread(symbols, lasts)
        return Said(samples, self.rate, lasts, tail=tail * unit)

    @property
    def _phonetic(self) -> bool:
        return self._known >= PHONETIC

    def _letters(
        self, symbols: Sequence[Symbol], words: Sequence[str]
    ) -> tuple[str, list[int]]:
        """What the model reads, and whose each letter is: a symbol's, or a word's."""
        owned: list[tuple[str, int]] = []
        if self._phonetic:
            for number, symbol in enumerate(symbols):
                owned += [(c, number) for c in written(symbol, self._known)]
        else:
            for number, word in enumerate(words):
                space = " " if number and " " in self._known else ""
                text = space + word.lower()
                owned += [(c, number) for c in text if c in self._known]
        sounding = any(letter not in PAUSES for letter, _ in owned)
        if not sounding:
            return "", []
        return "".join(c for c, _ in owned), [number for _, number in owned]

    def _heard(self, ids: list[int], speaker: str, speed: float) -> tuple[Any, Any]:
        """Samples, and how long each of the ids and the blanks between them lasts."""
        import torch  # noqa: PLC0415

        if self._tokens.add_blank:
            ids = self._tokens.intersperse_blank_char(ids)
        tokens = torch.tensor([ids], device=self.device)
        number = self.speakers.index(speaker) if speaker in self.speakers else None
        self.network.length_scale = 1.0 / speed
        with torch.inference_mode():
            said = self.network.inference(
                tokens,
                aux_input={
                    "x_lengths": torch.tensor([len(ids)], device=self.device),
                    "speaker_ids": None
                    if number is None
                    else torch.tensor([number], device=self.device),
                    "d_vectors": None,
                    "language_ids": None,
                    "durations": None,
                },
            )
        samples = said["model_outputs"].float().cpu().numpy().ravel()
        return samples, said["durations"].float().cpu().numpy().ravel()


def _speakers(folder: Path, config: Any) -> list[str]:
    """Names by row of the table of speakers; empty for a model of one."""
    for name in IDS:
        file = folder / name
        if file.is_file():
            rows: dict[str, int] = json.loads(file.read_bytes())
            if sorted(rows.values()) != list(range(len(rows))):
                raise EngineError(f"{file} does not number its speakers from 0.")
            return sorted(rows, key=lambda speaker: rows[speaker])
    return [str(name) for name in config.speakers or ()]
