"""PocketSphinx: a small acoustic model of read English, aligned with a known text.

It knows 39 phones from real people, so it hears any voice, and it finds a phone to the
hundredth of a second. What it is asked is where the words are, never what they are.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from importlib.metadata import distribution
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from avatarfx.voices import pcm, timing
from avatarfx.voices.forced.arpabet import Reading, readings
from avatarfx.voices.pronounce import missing, words_of
from socialapp.engines import weights
from socialapp.engines.errors import EngineError
from socialapp.engines.protocols import Aligned
from socialapp.performance import Phone

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PACKAGE = "pocketsphinx"
FOLDER = "pocketsphinx/model/en-us/en-us"
FILES = {
    "feat.params": "c982c5f75e2a30c34d2c9ef1f6b129a5a00e67e3e927565076b58664cc2404c9",
    "mdef": "2360f9a86889c1cfee8bd618a0269387911e5fb2920a594f506b18b8c79683b0",
    "means": "832019e32cac12eb318964f96f469034acb12d0348eeddc3831831a100cb4dd4",
    "noisedict": "7295b07df2c204c4f87c6782b6be1a3859d7006d4e3864181c955d6dab105a33",
    "sendump": "8c9564c0d5bef69ca9d9bf1014abe162f071644cf02cf1fa8a483c3dc165a7a8",
    "transition_matrices": (
        "c1f7f28ea43177be734be1f88bd7f1b9a853d0e660f8599c67c6eaeca8bb539a"
    ),
    "variances": "b00d696f85e96834fc10f8e5f06428d8c4db6bffdbe5845b6f69bf6efbc48fa5",
}
"""Of the acoustic model, with their sha256."""

RATE = 16_000
"""Hertz that the model was trained at."""

PAD = 0.25
"""Seconds of silence that are put around the sound: without any, the last phone is
missed when it fades into noise, and with it the whole."""

HISS = 5e-4
"""Root mean square, -66 dB, of noise that is added: the hiss of a quiet microphone."""

BEST, LEAST = -10.0, -50.0
"""Mean log likelihood of a frame, in the decoder's unit: of a clear voice, and what no
reading of another text reached (docs/recordings.md has the measurements)."""

SHORTEST_PHONE = 0.045
"""Seconds: the model's states make one last 0.03 at least; said, it lasts 0.08."""

SURE = -40.0
"""The same, of the words that were heard where others are missing."""

BARELY = 0.01
"""Fit of a word that is badly said but there: without it, less of the sound is heard."""

TIMEOUT_SECONDS = 60.0
"""A minute of speech takes three; on a machine ten times slower it still fits."""

_CHILD = Path(__file__).with_name("sphinx_child.py")


class SphinxAligner:
    """May be shared by threads: each recording has a process of its own."""

    version = "pocketsphinx 5.1.1 en-us"

    def available(self) -> str | None:
        return missing() or weights.lacking(
            [(PACKAGE, f"{FOLDER}/{name}") for name in FILES]
        )

    def align(self, samples: bytes, rate: int, text: str) -> Aligned:
        if reason := self.available():
            raise EngineError(reason, permanent=True)
        words = readings(text)
        if not words:
            raise EngineError("There is nothing to say in this text.", permanent=True)
        sound = pcm.decode(samples)
        at_rate = pcm.resample(sound, round(len(sound) * RATE / rate))
        at_rate = np.pad(at_rate, round(PAD * RATE))
        # A phone that turns the microphone off in pauses leaves zeros, whose logarithm
        # the model has never seen.
        hiss = np.random.default_rng(0).standard_normal(len(at_rate)) * HISS
        answer = self._ask(words, pcm.encode(at_rate + hiss.astype(np.float32)))
        seconds = len(sound) / rate
        written = words_of(text)
        there = {_word_of(name)[0] for name in answer["heard"]}
        lost = set(words) - there
        if answer["words"]:
            found = _found(answer["words"], words, written, seconds, self.version)
            # One that is said badly takes its time; one that is not said has none left.
            lost = in_a_row(lost) | lost & squeezed(answer["words"])
            fits = tuple(
                fit if fit > 0.0 or i in lost else BARELY
                for i, fit in enumerate(found.fits)
            )
            return replace(found, fits=fits)
        fits = tuple(float(i not in lost) for i in range(len(written)))
        return Aligned((), (), fits, self.version)

    def _ask(self, words: Mapping[int, Sequence[Reading]], sound: bytes) -> Any:
        for name, sha256 in FILES.items():
            model = weights.locate(PACKAGE, f"{FOLDER}/{name}", sha256)
        order = {
            "site": str(distribution(PACKAGE).locate_file("")),
            "model": str(model.parent),
            "dictionary": dictionary(words),
            "words": [f"w{i}" for i in words],
            "least": LEAST,
            "sure": SURE,
        }
        try:
            done = subprocess.run(  # noqa: S603  our own file, no arguments
                [sys.executable, "-I", str(_CHILD)],
                input=json.dumps(order).encode() + b"\n" + sound,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={},
                cwd="/",
                timeout=TIMEOUT_SECONDS,
                check=False,
            )
            return json.loads(done.stdout)
        except subprocess.TimeoutExpired:
            raise EngineError("Finding the words took too long.") from None
        except ValueError:
            # The decoder ended its process, which it does on some sounds.
            return {"words": [], "heard": []}


def dictionary(words: Mapping[int, Sequence[Reading]]) -> str:
    """As the decoder reads it: ``w3`` and, said another way, ``w3(2)``."""
    return "".join(
        f"w{i}{f'({n})' if n > 1 else ''} {' '.join(reading.phones)}\n"
        for i, ways in words.items()
        for n, reading in enumerate(ways, start=1)
    )


def squeezed(found: Sequence[Any]) -> set[int]:
    """Words whose phones last hardly longer than the shortest that the model knows."""
    return {
        _word_of(name)[0]
        for name, at, until, _, said in found
        if until - at < SHORTEST_PHONE * len(said)
    }


def in_a_row(lost: set[int]) -> set[int]:
    """Those that have neighbours on either side, or two on one: a passage is missing."""
    runs = [{i, i + 1, i + 2} for i in lost]
    return {i for run in runs if run <= lost for i in run}


def fit_of(score: float) -> float:
    """The decoder's mean score of a frame as 0 to 1."""
    return round(float(np.clip((score - LEAST) / (BEST - LEAST), 0.0, 1.0)), 3)


def _word_of(name: str) -> tuple[int, int]:
    """Index of the word, and which of its readings."""
    word, _, way = name.removeprefix("w").partition("(")
    return int(word), int(way.rstrip(")") or 1) - 1


def _found(
    found: Sequence[Any],
    words: Mapping[int, Sequence[Reading]],
    written: Sequence[str],
    seconds: float,
    version: str,
) -> Aligned:
    phones: list[Phone] = []
    fits = [1.0] * len(written)
    for name, at, until, score, said in found:
        word, way = _word_of(name)
        fits[word] = fit_of(score / max(1.0, (until - at) * 100))
        for (_, begins, ends, _), symbols in zip(
            said, words[word][way].symbols, strict=False
        ):
            start = min(seconds, max(0.0, begins - PAD))
            end = min(seconds, max(0.0, ends - PAD))
            each = (end - start) / len(symbols)
            phones += [
                Phone(
                    round(start + k * each, 4),
                    round(start + (k + 1) * each, 4),
                    symbol,
                    word,
                )
                for k, symbol in enumerate(symbols)
            ]
    kept = tuple(phone for phone in phones if phone.until > phone.at)
    captions = timing.captions_of(kept, written, seconds)
    return Aligned(kept, captions, tuple(fits), version)
