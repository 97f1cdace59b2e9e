"""What an engine must be able to do. Plain Python: no Django, no numpy, no torch."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence

    from socialapp.engines import talk
    from socialapp.performance import Caption, Part, Performance, Phone, Rig
    from socialapp.performance.rig import Anchors


@dataclass(frozen=True, slots=True)
class VoiceSpec:
    """How a character sounds."""

    voice: str = "af_heart"
    """A voice id, or a blend ``id*weight+id*weight`` whose weights sum to 1."""

    speed: float = 1.0
    """0.5 to 2."""

    pitch: float = 0.0
    """Semitones, -6 to 6."""


@dataclass(frozen=True, slots=True)
class Speech:
    """Mono sound, and what is said in it."""

    samples: bytes
    """Signed 16-bit little-endian."""

    rate: int
    """Hertz."""

    phones: tuple[Phone, ...] = ()
    captions: tuple[Caption, ...] = ()
    """One a word, as written; phones point at them."""

    engine: str = ""
    """Which engine spoke, for the record: ``kokoro int8 1``."""

    @property
    def seconds(self) -> float:
        return len(self.samples) / 2 / self.rate


@dataclass(frozen=True, slots=True)
class Aligned:
    """Where the words of a text are in somebody's recording of it."""

    phones: tuple[Phone, ...]
    """Empty: the sound cannot be this text as a whole; `fits` says what is missing."""

    captions: tuple[Caption, ...]
    """One a word, as written; phones point at them."""

    fits: tuple[float, ...]
    """For each word how well it sounds like it, 0 to 1; 0: it was not heard."""

    engine: str
    """Which engine listened, for the record."""


@dataclass(frozen=True, slots=True)
class Beat:
    """A stretch of a script with one delivery, and when it is heard."""

    text: str
    at: float
    until: float
    mood: str = "calm"
    weight: float = 0.0
    """How strong the mood is, 0 to 1."""

    delivery: str = ""
    """The tag it came from, without brackets: whispers, shouts, nervous; or empty."""


@dataclass(frozen=True, slots=True)
class Actor:
    """A rig with the files it names."""

    rig: Rig
    portrait: bytes
    """The encoded picture."""

    blobs: Mapping[str, bytes] = field(default_factory=dict)
    """Every other blob the rig names, by ref."""


@dataclass(frozen=True, slots=True)
class Staging:
    """All an animator needs for one clip."""

    performance: Performance
    actors: Mapping[str, Actor]
    """By seat."""

    background: bytes = b""
    """An encoded picture; empty: the portrait's own, else plain."""

    backdrops: Mapping[str, bytes] = field(default_factory=dict)
    """Of a split frame, by the name that its panels have for them."""

    sounds: Mapping[str, Speech] = field(default_factory=dict)
    """What is heard of each seat, from the start of the performance. Empty: nobody is,
    or whoever staged this did not say; only animators that listen need it."""


@dataclass(frozen=True, slots=True)
class Frame:
    pixels: bytes | memoryview
    """Rows of RGB, 8 bits each, top first, without padding."""

    width: int
    height: int
    under: bytes | memoryview = b""
    """The same frame before a model refined it, as the quality gate compares them; empty: nothing did."""


@runtime_checkable
class Voice(Protocol):
    def available(self) -> str | None:
        """None, or the reason why this engine cannot run here."""
        ...

    def speak(self, text: str, *, spec: VoiceSpec) -> Speech:
        """Say plain text (markup and tags already gone). EngineError if it cannot."""
        ...


@runtime_checkable
class Aligner(Protocol):
    def available(self) -> str | None:
        """None, or the reason why this engine cannot run here."""
        ...

    def align(self, samples: bytes, rate: int, text: str) -> Aligned:
        """Find every word of plain text in a recording (signed 16-bit little-endian,
        mono, `rate` hertz). Never raises for what is in the sound; EngineError when it
        cannot listen."""
        ...


@runtime_checkable
class Director(Protocol):
    def direct(
        self,
        beats: Sequence[Beat],
        speech: Speech,
        *,
        seat: str,
        seed: int,
        motion: str = "subtle",
    ) -> Part:
        """The speaker's part: visemes, expression, gaze, blinks, pose, captions."""
        ...

    def listen(
        self, seconds: float, *, seat: str, seed: int, motion: str = "subtle"
    ) -> Part:
        """The part of one who is on stage and silent."""
        ...


@runtime_checkable
class Animator(Protocol):
    rung: str
    """``full``, ``simple`` or ``still``: what a user is told."""

    def available(self) -> str | None:
        """None, or the reason why this engine cannot run here."""
        ...

    def suits(self, rig: Rig) -> str | None:
        """None, or the reason, in words for a user, why it cannot draw this rig."""
        ...

    def animate(
        self, staging: Staging, *, fps: int, width: int, height: int
    ) -> Iterator[Frame]:
        """Every frame of the performance in order. EngineError if it cannot."""
        ...


@runtime_checkable
class Batched(Protocol):
    """What an animator is too that draws several frames at once."""

    def smaller(self) -> Animator | None:
        """One like this that draws half as many at once; None: this draws one."""
        ...


@runtime_checkable
class Rehearsing(Protocol):
    """What an animator is too that draws faster what it has drawn before."""

    def rehearse(
        self, staging: Staging, *, fps: int, width: int, height: int
    ) -> list[Frame]:
        """Every frame of a short performance; what was built for it is kept for a film
        of the same actors, by identity, on the same stage. EngineError if it cannot."""
        ...


@runtime_checkable
class Onward(Protocol):
    """What an animator is too that need not draw a film from its beginning."""

    @property
    def goes_back(self) -> int:
        """About how many frames it draws once more to go on."""
        ...

    def animate_from(
        self, first: int, staging: Staging, *, fps: int, width: int, height: int
    ) -> Iterator[Frame]:
        """What `animate` draws, from the frame with this number on."""
        ...


@runtime_checkable
class Comparable(Protocol):
    """What an animator is too that shares its ways of drawing with others."""

    def draws_like(self, other: Animator, rigs: Iterable[Rig]) -> bool:
        """Would both draw every one of `rigs` in the same way?"""
        ...


@runtime_checkable
class Rigger(Protocol):
    def available(self) -> str | None: ...

    def rig(
        self,
        portrait: bytes,
        *,
        ref: str,
        style: str = "",
        anchors: Anchors | None = None,
    ) -> tuple[Rig, dict[str, bytes]]:
        """The rig of an encoded picture and the blobs that it names.

        `style` empty: judge it. `anchors`: where a person put the handles; they win
        over whatever the finder sees. Never raises for what is in the picture: a rig
        without anchors and with a reason says that no face was found.
        """
        ...


@dataclass(frozen=True, slots=True)
class SeenFace:
    """A face in a picture, as a detector describes it."""

    box: tuple[int, int, int, int]
    """Left, top, right, bottom in pixels of the picture; may stick out of it."""

    score: float
    """How sure the finder is; its own scale, 0 the least that is reported."""

    yaw: float
    """Base of the nose off the middle of the eyes, in eye distances: positive when the
    nose points to the right edge of the picture."""

    photo: float
    """How much its surface is that of a photograph, 0 to 1."""

    descriptor: bytes
    """128 little-endian float32; the Euclidean distance of two tells likeness."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """What a detector saw in one picture."""

    scores: Mapping[str, float] = field(default_factory=dict)
    """By name, 0 to 1."""

    faces: tuple[SeenFace, ...] = ()
    hashes: tuple[str, ...] = ()
    """Perceptual hashes, hex."""


@runtime_checkable
class Detector(Protocol):
    version: str
    """Weights and rules in one word, for the record: ``opennsfw 1``."""

    def available(self) -> str | None:
        """None, or the reason why this engine cannot run here."""
        ...

    def look(self, pictures: Sequence[bytes]) -> tuple[Sighting, ...]:
        """One sighting for each encoded picture, in order.

        EngineError when it cannot look: whoever asked must then let the picture wait.
        Permanent only when a picture cannot be read, which another look will not help.
        """
        ...


class Sitting(Protocol):
    """Looks at pictures as they come, until it is closed."""

    def look(self, pictures: Sequence[bytes]) -> tuple[Sighting, ...]:
        """As `Detector.look`; without pictures it only makes itself ready."""
        ...

    def close(self) -> None: ...


@runtime_checkable
class Sits(Protocol):
    """What a detector is too whose start costs more than a look."""

    def sitting(self) -> Sitting:
        """For pictures of one person: their film. Threads may share it. EngineError when
        it cannot look."""
        ...


@runtime_checkable
class Embedder(Protocol):
    version: str
    """Weights and preparation in one word, for the record: ``minilm int8 1``."""

    dimensions: int

    def available(self) -> str | None:
        """None, or the reason why this engine cannot run here."""
        ...

    def embed(self, texts: Sequence[str]) -> bytes:
        """One unit vector for each text, in order: rows of `dimensions` little-endian
        float32. What lies beyond the model's window is not seen. EngineError if it
        cannot."""
        ...


@runtime_checkable
class Dialogue(Protocol):
    @property
    def name(self) -> str:
        """Who spoke, as events tell it: ``authored``, ``endpoint llama-3.1-8b``."""
        ...

    def available(self) -> str | None:
        """None, or the reason why this engine cannot run here."""
        ...

    def reply(
        self, context: talk.Context, beat: talk.Beat
    ) -> AsyncIterator[talk.TurnEvent]:
        """One line: ``start``, ``token`` as they come, ``end``; nothing else.

        What it says is unscreened and at most ``talk.MAX_LINE`` characters. EngineError
        at any moment when it cannot go on; what was said until then stands. Closing the
        iterator early stops the work.
        """
        ...
