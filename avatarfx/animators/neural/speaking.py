"""Whose mouth follows a voice, and when: only those who speak are redrawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from avatarfx.animators.neural import whisper
from avatarfx.animators.neural.faces import FaceShape
from avatarfx.animators.neural.lower import Square, square_of
from socialapp.engines.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from avatarfx.animators.neural.base import Clip, Crop
    from avatarfx.animators.neural.whisper import Floats, Listener
    from socialapp.performance import Part

PAUSE = 1.0
"""Seconds: a shorter silence belongs to what is said, and the mouth stays the model's."""

MARGIN = 0.2
"""Seconds by which a turn begins before its first viseme and goes on after its last."""

FADE = 0.12
"""Of the margin, in which one mouth becomes the other: three frames at 25 fps."""

UNHEARD = (
    "Nobody is heard in this clip, and this animator moves a mouth by what it hears."
)


@dataclass(frozen=True, slots=True)
class Turn:
    at: float
    until: float

    def share(self, t: float) -> float:
        """How much of the model's mouth is seen at `t`, 0 to 1."""
        return max(0.0, min(1.0, (t - self.at) / FADE, (self.until - t) / FADE))


@dataclass(frozen=True, slots=True)
class Speaker:
    """One seat that is heard."""

    turns: tuple[Turn, ...]
    heard: Floats
    """See `whisper.Listener.hear`."""

    square: Square
    """What of the face the model sees."""

    def share(self, t: float) -> float:
        return max((turn.share(t) for turn in self.turns), default=0.0)


@dataclass(frozen=True, slots=True)
class Voices:
    """Everybody who is heard in a clip, by seat."""

    speakers: dict[str, Speaker]
    fps: int

    def share(self, crop: Crop) -> float:
        """How much of this face is the model's, 0 to 1."""
        speaker = self.speakers.get(crop.seat)
        return speaker.share(crop.at) if speaker else 0.0

    def windows(self, crops: Sequence[Crop], *, held: bool = False) -> list[Floats]:
        """What is heard with each of these faces: (vectors x layers, width)."""
        return [
            whisper.cut(
                self.speakers[crop.seat].heard, [crop.number], fps=self.fps, held=held
            )[0]
            for crop in crops
        ]


def turns(part: Part) -> tuple[Turn, ...]:
    """When this part speaks, from its visemes; without any, all the time."""
    said = [(v.at, v.until) for v in part.visemes if v.name != "sil"]
    if not said:
        return (Turn(float("-inf"), float("inf")),)
    joined: list[list[float]] = []
    for at, until in sorted(said):
        if joined and at - joined[-1][1] < PAUSE:
            joined[-1][1] = max(joined[-1][1], until)
        else:
            joined.append([at, until])
    return tuple(Turn(at - MARGIN, until + MARGIN) for at, until in joined)


def voices(listener: Listener, clip: Clip) -> Voices:
    """Listen to everybody in the clip once. EngineError when nobody is heard."""
    staging = clip.staging
    speakers = {
        part.seat: Speaker(
            turns(part),
            listener.hear(whisper.at_16k(sound)),
            square_of(FaceShape(staging.actors[part.seat])),
        )
        for part in staging.performance.parts
        if (sound := staging.sounds.get(part.seat)) is not None and any(sound.samples)
    }
    if not speakers:
        raise EngineError(UNHEARD, permanent=True)
    return Voices(speakers, clip.fps)
