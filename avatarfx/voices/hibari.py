"""hibari: one small network, a sentence in a few hundredths of a second.

It knows one voice; others are made by moving its pitch and formants before the sound is
synthesised. They are less natural than Kokoro's and answer at once.
"""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from avatarfx.voices import blends, pcm, timing
from avatarfx.voices.pronounce import Chunk, missing, pronounce
from avatarfx.voices.sessions import session
from socialapp.engines import weights
from socialapp.engines.errors import EngineError
from socialapp.engines.protocols import Speech, VoiceSpec

if TYPE_CHECKING:
    from numpy.typing import NDArray

PACKAGE = "hibari-tts"
MODEL = "hibari/assets/hibari.onnx"
SHA256 = "5f70741d4e900f4e85d0037498736cc1b3e1b9a63a13546a5da1e63abf4fccd8"
DURATIONS = "/Clip_output_0"
"""The network's inner tensor of units per symbol."""

UNIT = 0.025
"""Seconds a duration unit lasts: 600 samples at 24 kHz."""

BINS = 601
"""Of its spectra, 20 Hz apart."""


@dataclass(frozen=True, slots=True)
class Preset:
    """How the one voice is bent into another."""

    f0: float = 1.0
    """Times the pitch of the network's own voice, about 185 Hz."""

    formants: float = 1.0
    """Times its resonances; below 1 sounds like a larger body."""

    range: float = 1.0
    """Times the liveliness of its melody."""

    tilt: float = 0.0
    """Nepers at 12 kHz: below 0 is darker."""

    breath: float = 0.0
    """Nepers of extra noise."""


PRESETS: dict[str, Preset] = {
    "heart": Preset(),
    "bright": Preset(f0=1.12, formants=1.05, tilt=0.4),
    "warm": Preset(f0=0.9, formants=0.97, tilt=-0.4),
    "tenor": Preset(f0=0.64, formants=0.9, range=0.85, tilt=-0.4),
    "baritone": Preset(f0=0.55, formants=0.87, range=0.95),
    "bass": Preset(f0=0.48, formants=0.83, range=0.75, tilt=-0.8),
    "child": Preset(f0=1.38, formants=1.16, range=1.15),
    "robot": Preset(f0=0.7, formants=0.93, range=0.03),
    "whisper": Preset(range=0.5, breath=1.2),
}

NEAREST: dict[str, str] = {
    "af_heart": "heart",
    "af_bella": "bright",
    "af_kore": "warm",
    "af_nova": "heart",
    "am_michael": "baritone",
    "am_fenrir": "baritone",
    "am_puck": "tenor",
    "am_onyx": "bass",
    "bf_emma": "bright",
    "bf_isabella": "warm",
    "bm_george": "bass",
    "bm_fable": "tenor",
    "af_nicole": "whisper",
}
"""Kokoro's voices to the presets that come closest in pitch and colour."""

BY_KIND = {"af": "heart", "bf": "bright", "am": "baritone", "bm": "tenor"}


def preset_for(voice: str) -> Preset:
    """The preset of a name, or nearest to a Kokoro voice; a blend mixes its parts'."""
    mixed = [0.0] * 5
    parts = blends.parse(voice) or (("heart", 1.0),)
    for name, share in parts:
        known = NEAREST.get(name) or BY_KIND.get(name[:2], "heart")
        p = PRESETS.get(name) or PRESETS[known]
        for i, value in enumerate((p.f0, p.formants, p.range, p.tilt, p.breath)):
            mixed[i] += share * value
    return Preset(*mixed)


class HibariVoice:
    """Options: `threads` for the network. Instances may be shared by threads."""

    version = "hibari 0.2.1"

    def __init__(self, threads: int = 1, seed: int = 0) -> None:
        """`seed`: of the noise in s, f and breath, so that a line always sounds the
        same."""
        self.threads = threads
        self.seed = seed
        self._lock = threading.Lock()
        self._network: Any = None
        self._vocabulary: dict[str, int] = {}

    def available(self) -> str | None:
        return missing() or weights.lacking([(PACKAGE, MODEL)])

    def speak(self, text: str, *, spec: VoiceSpec) -> Speech:
        network = self._load()
        preset = preset_for(spec.voice)
        chunks = pronounce(text, british=blends.british(spec.voice))
        said = [self._say(network, chunk, preset, spec) for chunk in chunks]
        samples, phones, captions = timing.assemble(said, text, spec.speed)
        return Speech(
            samples=pcm.encode(samples),
            rate=timing.RATE,
            phones=phones,
            captions=captions,
            engine=self.version,
        )

    def _load(self) -> Any:
        with self._lock:
            if self._network is None:
                if reason := self.available():
                    raise EngineError(reason, permanent=True)
                model = weights.find(PACKAGE, MODEL, SHA256)
                self._network = session(model, threads=self.threads, output=DURATIONS)
                self._vocabulary = vocabulary()
        return self._network

    def _say(
        self, network: Any, chunk: Chunk, preset: Preset, spec: VoiceSpec
    ) -> timing.Utterance:
        known = [s for s in chunk.symbols if s.name in self._vocabulary]
        ids = [0, *(self._vocabulary[s.name] for s in known), 0]
        *spectra, units = network.run(
            None,
            {
                "ids": np.array([ids], np.int64),
                "speed": np.array([spec.speed], np.float32),
            },
        )
        bend = Preset(
            preset.f0 * 2.0 ** (spec.pitch / 12.0),
            preset.formants * 2.0 ** (spec.pitch / 48.0),
            preset.range,
            preset.tilt,
            preset.breath,
        )
        samples = self._sound([s[0] for s in spectra], bend)
        lasts = [float(u) * UNIT for u in units.ravel()]
        phones = timing.phones_of(known, lasts, len(samples) / timing.RATE)
        return timing.tidy(timing.Utterance(samples, phones, chunk.end))

    def _sound(self, spectra: list[NDArray[Any]], bend: Preset) -> NDArray[np.float32]:
        """The network's six outputs, bent, as samples.

        `spectra`: log harmonics, their phase, log noise, log rest, its phase, each
        (601, frames), and the pitch in Hz (frames,), 0 where unvoiced.
        """
        from hibari import dsp  # noqa: PLC0415  only a speaker needs it

        harmonics, angle, noise, rest, phase, f0 = spectra
        if bend.formants != 1.0:
            at = np.clip(np.arange(BINS) / bend.formants, 0, BINS - 1)
            low = at.astype(int)
            high = np.minimum(low + 1, BINS - 1)
            part = (at - low)[:, None].astype(np.float32)
            harmonics, noise, rest, angle = (
                (s[low] * (1 - part) + s[high] * part).astype(np.float32)
                for s in (harmonics, noise, rest, angle)
            )
            phase = phase[np.round(at).astype(int)]
        slope = (bend.tilt * np.arange(BINS) / (BINS - 1))[:, None].astype(np.float32)
        pitch = f0.copy()
        voiced = f0 > 40
        if voiced.any():
            middle = np.exp(np.log(f0[voiced]).mean())
            pitch[voiced] = middle * bend.f0 * (f0[voiced] / middle) ** bend.range
        # Fewer harmonics fit below 12 kHz at a higher pitch: keep the loudness.
        louder = np.float32(0.5 * np.log(bend.f0))
        samples: NDArray[np.float32] = dsp.synth(
            harmonics + slope + louder,
            angle,
            noise + slope + np.float32(bend.breath),
            rest + slope,
            phase,
            pitch,
            np.random.default_rng(self.seed),
        )
        return samples


def vocabulary() -> dict[str, int]:
    """Symbol to id, as Kokoro and hibari share them."""
    sha = "70abefbe8a1c8865e43e0a43bbdc25b91a33e4aa053479d443ccf23e20a59e5d"
    content = weights.find(PACKAGE, "hibari/assets/vocab.json", sha)
    table: dict[str, int] = json.loads(content)
    return table
