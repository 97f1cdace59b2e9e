"""From a recipe to a finished film: the stages, and what goes from one to the next.

No rows and no requests in here. The stages are named by dotted path because they load
codecs and engines that a web process never needs.
"""

from __future__ import annotations

import contextlib
import logging
import math
import threading
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol

from django.utils.module_loading import import_string

from avatarfx import memory
from avatarfx.budgets import Clock
from avatarfx.fallbacks import CheckError, Ladder
from avatarfx.minding import minded
from socialapp.acting.script import estimate_seconds
from socialapp.engines.errors import boundary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from avatarfx.progressive.pace import Spoken
    from avatarfx.quality.measured import Measured
    from avatarfx.quality.met import Met
    from avatarfx.recipe import Recipe
    from avatarfx.tracks import Track
    from socialapp.acting.reading import Reading
    from socialapp.engines.protocols import Actor, Animator, Director, Speech, Voice
    from socialapp.performance import Performance
    from socialapp.provenance.credentials import Identity, Parent
    from socialapp.provenance.fingerprints import Prints
    from socialapp.provenance.keys import Key
    from socialapp.provenance.watermark.chosen import Chosen

    Progress = Callable[[str, float, str], None]
    """Stage, percent of the whole, detail. It raises when the work must stop."""

    Screen = Callable[[Sequence[bytes]], "Screened"]
    """Says of encoded frames whether they may be shown."""

    Hang = Callable[[str, int, int], bytes]
    """The encoded picture of a background, by its name, for a frame of this size."""

log = logging.getLogger(__name__)

FPS = 25

SIZES = {"1:1": (512, 512), "9:16": (512, 912), "16:9": (912, 512)}
"""Pixels by shape: multiples of 16, the size of an H.264 macroblock."""

STAGES = {
    "voice": "avatarfx.stages.voice.speak",
    "movement": "avatarfx.stages.movement.film",
    "check": "avatarfx.stages.check.check",
    "sign": "avatarfx.stages.sign.sign",
    "finish": "avatarfx.stages.finish.store",
}

SPANS = {
    "voice": (1, 20),
    "movement": (20, 92),
    "check": (92, 94),
    "sign": (94, 97),
    "finish": (97, 99),
}
"""Where each stage lies on the way from 0 to 100 percent."""


@dataclass(frozen=True, slots=True)
class Engines:
    """Who does the work: the ladders in the order in which they are tried."""

    voices: tuple[tuple[str, Voice], ...]
    director: Director
    animators: tuple[tuple[str, Animator], ...]
    encoder: Mapping[str, Any] = field(default_factory=dict)
    """Arguments of ``avatarfx.encode.Options``."""

    finder: Callable[[], Any] = lambda: None
    """Loads what finds faces again in frames, see ``avatarfx.quality.watch``; None:
    there is none here."""

    limits: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    """See ``settings.QUALITY_LIMITS``; empty: films are not measured."""


@dataclass(frozen=True, slots=True)
class Papers:
    """What the finished files are to say of themselves, and who signs that."""

    identity: Identity | None = None
    """None: this copy was told to render without signing."""

    title: str = ""
    payload: bytes = b""
    """Of the watermark in the frames, 6 bytes; empty: there is none."""

    key: Key | None = None
    """That it is hidden with."""

    parent: Parent | None = None
    """The clip that this one remixes."""


class Trace:
    """What happened in one attempt: an entry a stage, JSON values only.

    An entry with ``open`` is not over; in the record of an attempt that is, it names
    what took its process down.
    """

    def __init__(
        self,
        attempt: int = 0,
        begun: Callable[[list[dict[str, Any]]], object] = lambda _: None,
        others: Callable[[], int] = lambda: 0,
    ) -> None:
        """`begun` gets all entries when a stage or an engine in it begins. `others`: how
        many clips this process makes at the same time."""
        self.entries: list[dict[str, Any]] = []
        self._attempt = attempt
        self._begun = begun
        self._others = others
        self._began = time.perf_counter()
        self._thread = threading.get_ident()

    def add(self, name: str, **said: Any) -> dict[str, Any]:
        """An entry of what was timed by others."""
        entry: dict[str, Any] = {
            "name": name,
            "engine": "",
            "rung": "",
            "seconds": 0.0,
            "note": "",
            "at": round(time.perf_counter() - self._began, 3),
            "attempt": self._attempt,
        }
        self.entries.append(entry | said)
        return self.entries[-1]

    def name_engine(self, entry: dict[str, Any], engine: str, rung: str = "") -> None:
        """`engine` is at it now: on record before it can take the process down."""
        entry["engine"] = engine
        if rung:
            entry["rung"] = rung
        # Whoever listens writes it down, and other threads have no connection for that.
        if threading.get_ident() == self._thread:
            self._begun(self.entries)

    @contextlib.contextmanager
    def stage(
        self, name: str, *, engine: str = "", rung: str = ""
    ) -> Iterator[dict[str, Any]]:
        """Times a stage; ``engine`` and ``note`` may be set on the entry.

        Processor time and memory are the process's: of the time each clip that is made
        at once is given its share, of the memory the peak is that of all.
        """
        entry = self.add(name, open=True)
        self.name_engine(entry, engine, rung)
        beside = self._others()
        if not beside:
            memory.forget_peak()
        began, cpu = time.perf_counter(), time.process_time()
        try:
            yield entry
        except Exception as error:
            entry["note"] = entry["note"] or str(error)
            raise
        finally:
            entry["seconds"] = round(time.perf_counter() - began, 3)
            # About: who came and went in between is not known.
            sharing = 1 + (beside + self._others()) / 2
            entry["cpu_seconds"] = round((time.process_time() - cpu) / sharing, 3)
            if sharing > 1:
                entry["beside"] = max(beside, self._others())
            entry["peak_mb"] = memory.peak_mb()
            del entry["open"]


@dataclass(frozen=True, slots=True)
class Hidden:
    """A number in frames, and how strongly it was hidden there."""

    payload: int
    strength: float
    """Root mean square of the pattern, in levels of 255."""

    psnr: float
    """dB between the frames with and without it."""


@dataclass(frozen=True, slots=True)
class Film:
    """What the movement stage saw while it filmed; the check stage judges it."""

    path: Path
    frames: int
    expected: int
    black: int
    """Frames darker than a lit stage ever is."""

    frozen: int
    """Frames equal to the one before."""

    poster: bytes
    """An encoded WebP of a telling frame."""

    stills: Mapping[int, NDArray[np.uint8]] = field(default_factory=dict)
    """By frame number, as they went to the encoder, (height, width, 3) RGB: the first,
    the middle of each second, the last."""

    hidden: Hidden | None = None
    """None: the papers named no number to hide."""

    track: Track | None = None
    """What is heard in it."""

    measured: Measured | None = None
    """What whoever watched the drawing saw; None: nobody did."""

    kept: Mapping[int, NDArray[np.int16]] = field(default_factory=dict)
    """Of the frames at which the encoder starts anew, see `Watch.kept`."""


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What a film needs and what does not depend on the words: found beforehand."""

    animator: str
    """The alias of who drew it."""

    chosen: Chosen | None = None
    """How strong the mark must be; None: there is none."""

    met: Met | None = None
    """Who is on stage, at rest; None: nobody looked."""


@dataclass(frozen=True, slots=True)
class Screened:
    """What was said of a film's frames."""

    held: str = ""
    """Why nobody may see it yet, in words for its owner; empty: it may be seen."""

    refused: bool = False
    """It will not be kept at all."""

    unchecked: bool = False
    """Nobody could look; it is looked at again later."""


class Live(Protocol):
    """Takes a film while it is made; whatever it does never stops the film."""

    def begin(self, spoken: Spoken) -> None:
        """A film begins; what was of another one goes no further."""
        ...

    def known(self, spoken: Spoken) -> None:
        """More of it is spoken."""
        ...

    def words(self, captions: str) -> None:
        """WebVTT of what is spoken so far."""
        ...

    def drawn(self, number: int) -> None:
        """So many frames are drawn."""
        ...

    def still(self, number: int, pixels: NDArray[np.uint8]) -> None:
        """A frame that is to be screened, before the segment that it is in."""
        ...

    def segment(self, init: bytes, data: bytes) -> None:
        """The next second of the film, from the encoder's thread."""
        ...


@dataclass(frozen=True, slots=True)
class Work:
    """Goes from stage to stage; each returns a new one with its own part filled in."""

    recipe: Recipe
    actors: Mapping[str, Actor]
    background: bytes
    engines: Engines
    scratch: Path
    trace: Trace
    progress: Progress
    keep: Callable[[Performance], None]
    width: int
    height: int
    hang: Hang = lambda *_: b""
    names: Mapping[str, str] = field(default_factory=dict)
    """By seat, for captions of those who talk with each other."""

    screen: Screen | None = None
    live: Live | None = None
    screened: Screened = field(default_factory=Screened)
    performance: Performance | None = None
    reading: Reading | None = None
    """While there is no performance: what is filmed as far as it is spoken."""

    rehearsed: Rehearsed | None = None
    """What was made ready while nobody had spoken yet."""

    original: Performance | None = None
    """Of the clip that this one is made of."""

    recording: Speech | None = None
    """What its owner spoke themselves; None: a voice speaks."""

    voice_engine: str = ""
    voice_reason: str = ""
    ladder: Ladder | None = None
    film: Film | None = None
    papers: Papers = field(default_factory=Papers)
    prints: Prints | None = None
    rendered: Rendered | None = None
    clock: Clock = field(default_factory=Clock)
    spoiled: Mapping[str, str] = field(default_factory=dict)
    """Engines that took an earlier attempt down with them, and how."""

    def tell(self, stage: str, share: float, detail: str = "") -> None:
        """`share` of the stage is done, 0 to 1. OutOfTime when it took too long."""
        low, high = SPANS[stage]
        self.progress(stage, low + (high - low) * share, detail)
        self.clock.check()

    @staticmethod
    def frames_of(performance: Performance) -> int:
        return max(1, math.ceil(performance.seconds * FPS))

    @property
    def about_seconds(self) -> float:
        """How long the clip is, or about will be."""
        if self.performance is not None:
            return self.performance.seconds
        if self.recording is not None:
            return self.recording.seconds
        speed = self.recipe.cast[0].voice.speed if self.recipe.cast else 1.0
        before = self.original.seconds if self.original else 0.0
        return before + estimate_seconds(self.recipe.script, speed)


@dataclass(frozen=True, slots=True)
class Rendered:
    """A finished clip: refs of its files, and what is said about it."""

    video: str
    poster: str
    captions: str
    size: int
    """Bytes of the video."""

    seconds: float
    width: int
    height: int
    rung: str
    rung_reason: str
    voice_engine: str
    prints: Prints
    """What it looks and sounds like, for copies of it."""

    hidden: Hidden | None = None
    screened: Screened = field(default_factory=Screened)


def render(
    recipe: Recipe,
    *,
    actors: Mapping[str, Actor],
    background: bytes,
    engines: Engines,
    scratch: Path,
    trace: Trace,
    progress: Progress,
    papers: Papers,
    performance: Performance | None = None,
    original: Performance | None = None,
    recording: Speech | None = None,
    keep: Callable[[Performance], None] = lambda _: None,
    hang: Hang = lambda *_: b"",
    names: Mapping[str, str] | None = None,
    screen: Screen | None = None,
    clock: Clock | None = None,
    spoiled: Mapping[str, str] | None = None,
    live: Live | None = None,
) -> Rendered:
    """Make the film in the folder `scratch` and store what is finished.

    `actors` by seat. `performance`: what was said by an earlier attempt or is given
    with the recipe; else a voice speaks and `keep` is called with the result at once.
    `original`: what happens in the clip that this one remixes. `recording`: what a
    person spoke, in place of a voice. `hang` finds the pictures
    behind the panels of a split frame; `names` by seat are for the captions.
    `papers`: what is signed into the files, and by whom. `screen` looks at a frame a
    second. `live` takes the film while it is made. `clock` stops what takes too long;
    `spoiled` names engines that took an earlier attempt down, and how: they are passed
    over while there is another. HeldError when it refuses the frames, EngineError when
    no rung of a ladder holds; what `progress` raises passes through.
    """
    width, height = SIZES[recipe.shape]
    work = Work(
        recipe=recipe,
        actors=actors,
        background=background,
        engines=engines,
        scratch=scratch,
        trace=trace,
        progress=progress,
        keep=keep,
        hang=hang,
        names=names or {},
        width=width,
        height=height,
        screen=screen,
        live=live,
        performance=performance,
        original=original,
        recording=recording,
        papers=papers,
        clock=clock or Clock(),
        spoiled=spoiled or {},
    )
    work = _speak(work)
    while True:
        work = _run("movement", work)
        try:
            work = _run("check", work)
            break
        except CheckError as error:
            if work.ladder is None:
                raise
            log.warning("The film failed its check: %s", error)
            work.ladder.drop(str(error), instead=error.instead)
    # It is screened on the way; whatever touches it later takes its record away.
    work = _run("sign", work)
    work = _run("finish", work)
    if work.rendered is None:
        raise RuntimeError("The last stage left no result")
    return work.rendered


def _speak(work: Work) -> Work:
    """The voice stage, its voices under the clock and on record."""

    def begun(name: str) -> None:
        work.trace.name_engine(work.trace.entries[-1], name)

    engines = minded(
        work.engines,
        clock=work.clock,
        seconds=work.about_seconds,
        begun=begun,
        spoiled=work.spoiled,
    )
    return replace(_run("voice", replace(work, engines=engines)), engines=work.engines)


def _run(stage: str, work: Work) -> Work:
    work.clock.start(stage, work.about_seconds)
    work.tell(stage, 0)
    with boundary():
        done: Work = import_string(STAGES[stage])(work)
    return done
