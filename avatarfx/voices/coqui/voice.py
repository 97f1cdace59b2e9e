"""The engine: which model the folder holds, who speaks, and the clock of what is said."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zlib import crc32

import numpy as np

from avatarfx.voices import blends, pcm, timing
from avatarfx.voices.coqui import vits, xtts
from avatarfx.voices.forced.retimed import retimed
from avatarfx.voices.forced.sphinx import SphinxAligner
from avatarfx.voices.pronounce import missing, pronounce, words_of
from avatarfx.voices.torches import chosen, device_problem, lacking, said_of, seeded
from socialapp.engines import torch_audio
from socialapp.engines.errors import EngineError, OutOfMemory, memory_ran_out
from socialapp.engines.folders import look
from socialapp.engines.protocols import Speech, VoiceSpec

if TYPE_CHECKING:
    from collections.abc import Sequence

    from avatarfx.voices.pronounce import Chunk

NEEDED = ("torch", "transformers", "torchaudio", "torchcodec", "TTS")

SPEAKERS = {"af": "p294", "am": "p311", "bf": "p225", "bm": "p226"}
"""Of VCTK, who speaks for the product's voices of an accent and register: p294 and p311
are American, p225 and p226 English."""

CPML = (
    "XTTS may not be used to earn money: its licence, the CPML, forbids it. Who accepts "
    "it sets COQUI_ACCEPT_CPML."
)

NOBODY = (
    "XTTS speaks as named people do. Name those who agreed to it in "
    "COQUI_CONSENTED_VOICES; of those in this folder nobody is named there."
)


class CoquiVoice:
    """A VITS. Options: `weights`, a folder with the files of its layout; `device` as of
    ``KokoroTorchVoice``.

    Reads English only.
    """

    resident = True
    layout = vits.LAYOUT
    version = "coqui vits 1"

    def __init__(self, weights: str = "", device: str = "", seed: int = 0) -> None:
        """`seed`: of the noise, so that a line always sounds the same."""
        self.weights = weights
        self.device = device
        self.seed = seed
        self._lock = threading.Lock()
        self._model: vits.Vits | xtts.Xtts | None = None

    def available(self) -> str | None:
        if reason := missing() or lacking(NEEDED):
            return reason
        if reason := look(self.layout, self.weights).problem:
            return reason
        return device_problem(self.device)

    def speak(self, text: str, *, spec: VoiceSpec) -> Speech:
        model = self._load()
        speaker = self.speaker_of(spec.voice)
        words = words_of(text)
        chunks = pronounce(text, british=blends.british(spec.voice))
        said = [self._say(model, chunk, words, speaker, spec) for chunk in chunks]
        samples, phones, captions = timing.assemble(said, text, spec.speed)
        return Speech(
            samples=pcm.encode(samples),
            rate=timing.RATE,
            phones=phones,
            captions=captions,
            engine=self.version,
        )

    def speakers(self) -> tuple[str, ...]:
        """Who may speak; empty: there is one only, without a name."""
        return self._load().speakers

    def speaker_of(self, voice: str) -> str:
        """Who speaks for a voice: the one of that name, for the product's own ids one of
        that accent and register, else always the same one. Empty: there is one only."""
        names = self.speakers()
        name = blends.main_of(voice)
        if not names or name in names:
            return name if names else ""
        like = SPEAKERS.get(name[:2], "")
        if like in names:
            return like
        return names[crc32(voice.encode()) % len(names)]

    def load(self) -> Any:
        """The networks, and whatever else of the files it speaks with, for who compares
        them with these. EngineError when they cannot be loaded."""
        return self._load().held()

    def _load(self) -> vits.Vits | xtts.Xtts:
        with self._lock:
            if self._model is None:
                if reason := self.available():
                    raise EngineError(reason, permanent=True)
                self._model = self._built()
        return self._model

    def _built(self) -> vits.Vits | xtts.Xtts:
        torch_audio.make_harmless()
        folder = Path(self.weights)
        try:
            return self._network(folder, chosen(self.device))
        except EngineError:
            raise
        except Exception as error:
            # A library of many models: what a wrong file makes it raise is anything.
            if memory_ran_out(error):
                raise OutOfMemory(
                    "There is no room for the voice's weights."
                ) from error
            first = str(error).partition("\n")[0]
            raise EngineError(
                f"The weights in {folder} are not those of {self.layout.source}: "
                f"{type(error).__name__}: {first}",
                permanent=True,
            ) from error

    def _network(self, folder: Path, device: str) -> vits.Vits | xtts.Xtts:
        return vits.Vits(folder, device)

    def _say(
        self,
        model: vits.Vits | xtts.Xtts,
        chunk: Chunk,
        words: Sequence[str],
        speaker: str,
        spec: VoiceSpec,
    ) -> timing.Utterance:
        first = min(symbol.word for symbol in chunk.symbols)
        last = max(symbol.word for symbol in chunk.symbols)
        # Pitch by playing faster, so it is said that much slower first.
        faster = 2.0 ** (spec.pitch / 12.0)
        try:
            # A model's speed is one for the model.
            with self._lock, seeded(self.seed):
                said = model.say(
                    chunk.symbols,
                    words[first : last + 1],
                    speaker=speaker,
                    speed=spec.speed / faster,
                )
        except (RuntimeError, MemoryError) as error:
            raise said_of(error) from error
        if not np.isfinite(said.samples).all():
            raise EngineError("The voice made no sound: its weights are damaged.")
        seconds = len(said.samples) / said.rate
        phones = timing.phones_of(
            chunk.symbols, [said.head, *said.lasts, said.tail], seconds, lead=0.0
        )
        count = round(seconds / faster * timing.RATE)
        samples = said.samples.astype(np.float32)
        if count != len(samples):
            samples = pcm.resample(samples, count)
        if spec.pitch:
            phones = tuple(
                replace(p, at=p.at / faster, until=p.until / faster) for p in phones
            )
        return timing.tidy(timing.Utterance(samples, phones, chunk.end), late=False)


class CoquiXttsVoice(CoquiVoice):
    """An XTTS. Further options: `accept_cpml`, and `consented`, the names of those who
    agreed that the product speaks with their voice.

    Clones nobody: it speaks as those whose latents came with the weights.
    """

    layout = xtts.LAYOUT
    version = "coqui xtts 1"

    def __init__(
        self,
        weights: str = "",
        device: str = "",
        seed: int = 0,
        *,
        accept_cpml: bool = False,
        consented: Sequence[str] = (),
    ) -> None:
        super().__init__(weights, device, seed)
        self.accept_cpml = accept_cpml
        self.consented = frozenset(consented)

    def available(self) -> str | None:
        if not self.accept_cpml:
            return CPML
        return super().available() or (None if self.consented else NOBODY)

    def speak(self, text: str, *, spec: VoiceSpec) -> Speech:
        """What the model does not tell, when it says what, is listened for."""
        return retimed(super().speak(text, spec=spec), text, SphinxAligner())

    def speakers(self) -> tuple[str, ...]:
        """Those who agreed."""
        return tuple(name for name in super().speakers() if name in self.consented)

    def _network(self, folder: Path, device: str) -> xtts.Xtts:
        model = xtts.Xtts(folder, device)
        if not self.consented & set(model.speakers):
            raise EngineError(NOBODY, permanent=True)
        return model
