"""Small engines for tests: instant, and broken on demand."""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from socialapp.engines.errors import EngineError
from socialapp.engines.protocols import Aligned, Frame, Speech
from socialapp.performance import Caption, Part, Phone, Viseme

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from socialapp.engines.protocols import Beat, Staging, VoiceSpec
    from socialapp.performance import Rig

RATE = 8000


@dataclass
class ToneVoice:
    """Hums a fifth of a second for each word; `error` is raised instead when set."""

    error: Exception | None = None
    missing: str | None = None
    silent: bool = False
    spoken: list[str] = field(default_factory=list)

    def available(self) -> str | None:
        return self.missing

    def speak(self, text: str, *, spec: VoiceSpec) -> Speech:  # noqa: ARG002
        if self.error is not None:
            raise self.error
        self.spoken.append(text)
        words = text.split()
        count = round(RATE * (0.2 * len(words) + 0.2))
        level = 0 if self.silent else 6000
        samples = [
            round(level * math.sin(2 * math.pi * 220 * n / RATE)) for n in range(count)
        ]
        return Speech(
            samples=struct.pack(f"<{count}h", *samples),
            rate=RATE,
            captions=tuple(
                Caption(0.1 + 0.2 * i, 0.3 + 0.2 * i, word)
                for i, word in enumerate(words)
            ),
            engine="tone 1",
        )


class PlainDirector:
    def direct(
        self,
        beats: Sequence[Beat],  # noqa: ARG002
        speech: Speech,
        *,
        seat: str,
        seed: int,  # noqa: ARG002
        motion: str = "subtle",  # noqa: ARG002
    ) -> Part:
        return Part(
            seat,
            visemes=(Viseme(0.1, max(0.2, speech.seconds - 0.1), "aa"),),
            captions=speech.captions,
        )

    def listen(
        self,
        seconds: float,  # noqa: ARG002
        *,
        seat: str,
        seed: int,  # noqa: ARG002
        motion: str = "subtle",  # noqa: ARG002
    ) -> Part:
        return Part(seat)


@dataclass
class GreyAnimator:
    """Frames of one changing grey; `at_frame` is called with each frame's number."""

    rung: str = "full"
    missing: str | None = None
    unsuited: str | None = None
    at_frame: Callable[[int], None] = lambda _: None
    frozen: bool = False
    level: int = 60
    asked: int = 0

    def available(self) -> str | None:
        return self.missing

    def suits(self, rig: Rig) -> str | None:  # noqa: ARG002
        return self.unsuited

    def animate(
        self, staging: Staging, *, fps: int, width: int, height: int
    ) -> Iterator[Frame]:
        return self._from(0, staging, fps=fps, width=width, height=height)

    def _from(
        self, first: int, staging: Staging, *, fps: int, width: int, height: int
    ) -> Iterator[Frame]:
        self.asked += 1
        count = max(1, math.ceil(staging.performance.seconds * fps))
        for number in range(first, count):
            self.at_frame(number)
            grey = self.level if self.frozen else self.level + number % 40
            yield Frame(bytes([grey]) * (width * height * 3), width, height)


@dataclass
class OnwardAnimator(GreyAnimator):
    """The same, and it can begin anywhere and rehearse."""

    goes_back: int = 0
    drawn: list[int] = field(default_factory=list)
    """The number of every frame, as they came."""

    rehearsed: list[int] = field(default_factory=list)
    """How many frames each rehearsal had."""

    def animate(
        self, staging: Staging, *, fps: int, width: int, height: int
    ) -> Iterator[Frame]:
        return self.animate_from(0, staging, fps=fps, width=width, height=height)

    def animate_from(
        self, first: int, staging: Staging, *, fps: int, width: int, height: int
    ) -> Iterator[Frame]:
        frames = self._from(first, staging, fps=fps, width=width, height=height)
        for number, frame in enumerate(frames, start=first):
            self.drawn.append(number)
            yield frame

    def rehearse(
        self, staging: Staging, *, fps: int, width: int, height: int
    ) -> list[Frame]:
        frames = list(
            GreyAnimator().animate(staging, fps=fps, width=width, height=height)
        )
        self.rehearsed.append(len(frames))
        return frames


def breaks_at(number: int, error: Exception | None = None) -> Callable[[int], None]:
    """An `at_frame` that raises when it comes to frame `number`."""

    def check(now: int) -> None:
        if now == number:
            raise error or EngineError("The warp tore.")

    return check


@dataclass
class EvenAligner:
    """Finds the words of any text evenly spread over any sound, but for `lost` ones."""

    lost: tuple[int, ...] = ()
    unclear: tuple[int, ...] = ()
    missing: str | None = None
    pace: int = 2
    """Phones of a word."""

    def available(self) -> str | None:
        return self.missing

    def align(self, samples: bytes, rate: int, text: str) -> Aligned:
        words = text.split()
        each = len(samples) / 2 / rate / len(words)
        fits = tuple(
            0.0 if i in self.lost else 0.1 if i in self.unclear else 0.9
            for i in range(len(words))
        )
        if self.lost:
            return Aligned((), (), fits, "even 1")
        step = each / self.pace
        return Aligned(
            tuple(
                Phone(step * n, step * (n + 1), "ə", n // self.pace)
                for n in range(self.pace * len(words))
            ),
            tuple(Caption(each * i, each * (i + 1), w) for i, w in enumerate(words)),
            fits,
            "even 1",
        )
