from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from socialapp.engines.errors import EngineError
from socialapp.engines.protocols import Beat, Speech, VoiceSpec
from socialapp.performance import Caption, Part, Phone, Pose


@dataclass
class ToneVoice:
    """A tenth of a second of square wave a letter; records what it was asked."""

    asked: list[tuple[str, VoiceSpec]] = field(default_factory=list)
    rate: int = 8000

    def available(self) -> str | None:
        return None

    def speak(self, text: str, *, spec: VoiceSpec) -> Speech:
        self.asked.append((text, spec))
        words, phones, captions, now = text.split(), [], [], 0.1
        for i, word in enumerate(words):
            until = now + 0.1 * len(word)
            phones.append(Phone(now, until, "ˈɑ", i))
            captions.append(Caption(now, until, word))
            now = until + 0.05
        count = int((now + 0.1) * self.rate)
        samples = (b"\x00\x10\x00\xf0" * count)[: 2 * count]
        return Speech(samples, self.rate, tuple(phones), tuple(captions), "tone 1")


class BrokenVoice:
    """Fails in the way it is told to."""

    def __init__(
        self, error: Exception | None = None, reason: str | None = None
    ) -> None:
        self.error = error
        self.reason = reason

    def available(self) -> str | None:
        return self.reason

    def speak(self, text: str, *, spec: VoiceSpec) -> Speech:
        raise self.error or EngineError(f"cannot say {text!r} as {spec.voice}")


class PlainDirector:
    """Captions and phones, a pose, and nothing else; records the beats."""

    def __init__(self) -> None:
        self.beats: list[Beat] = []

    def direct(
        self,
        beats: object,
        speech: Speech,
        *,
        seat: str,
        seed: int,
        motion: str = "subtle",
    ) -> Part:
        self.beats = list(beats)  # type: ignore[call-overload]
        return Part(
            seat,
            phones=speech.phones,
            captions=speech.captions,
            poses=(Pose(0.0, yaw=float(seed % 7) + len(motion)),),
        )

    def listen(
        self, seconds: float, *, seat: str, seed: int, motion: str = "subtle"
    ) -> Part:
        return Part(seat, poses=(Pose(0.0, yaw=seconds + seed + len(motion)),))


@pytest.fixture
def tone() -> ToneVoice:
    return ToneVoice()


@pytest.fixture
def director() -> PlainDirector:
    return PlainDirector()
