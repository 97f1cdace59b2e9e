"""Clips that are ready without having been filmed: what happens in them is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from avatarfx import services
from avatarfx.tests.engines import RATE, PlainDirector, ToneVoice
from socialapp import acting
from socialapp.acting import sound
from socialapp.lib import blobs
from socialapp.performance import (
    Caption,
    Expression,
    Part,
    Performance,
    Sound,
    Stage,
    Viseme,
)

if TYPE_CHECKING:
    from avatarfx.models import Clip
    from socialapp.accounts.models import User
    from socialapp.characters.models import Character

LINES = {
    "a": ((0.2, "Who"), (0.4, "goes"), (0.6, "there?")),
    "b": ((1.2, "Only"), (1.4, "me.")),
}

SECONDS = 2.0


def a_talk(owner: User, cast: dict[str, Character], *, shape: str = "9:16") -> Clip:
    """Two speak, cut out of a show; the first gets angry at "there?"."""
    parts = tuple(_part(seat) for seat in cast)
    lines = [
        f"{one.name}: {' '.join(word for _, word in LINES[seat])}"
        for seat, one in cast.items()
    ]
    clip = services.request_clip(
        owner=owner,
        character=next(iter(cast.values())),
        script="\n".join(lines),
        shape=shape,
        performance=Performance(SECONDS, parts, Stage(shape=shape)),
        cast=cast,
        source="stream:show",
    )
    return _ready(clip)


def a_line(
    owner: User,
    character: Character,
    script: str,
    *,
    shape: str = "9:16",
    background: str = "",
) -> Clip:
    """One character says a script."""
    clip = services.request_clip(
        owner=owner,
        character=character,
        script=script,
        shape=shape,
        background=background,
    )
    done = acting.perform(
        script,
        spec=character.voice_spec,
        speakers=[("tone", ToneVoice())],
        director=PlainDirector(),
        shape=clip.shape,
        put_sound=lambda data: blobs.put(data, "wav"),
    )
    clip.performance = done.performance.to_json()
    return _ready(clip)


def _ready(clip: Clip) -> Clip:
    clip.state = "ready"
    clip.seconds = clip.performance["seconds"] if clip.performance else None
    clip.save()
    return clip


def _part(seat: str) -> Part:
    silence = sound.silence(SECONDS, RATE) + 0.1
    return Part(
        seat,
        sound=Sound(blobs.put(sound.wav(sound.encode(silence), RATE), "wav"), RATE),
        visemes=tuple(Viseme(at, at + 0.2, "aa") for at, _ in LINES[seat]),
        expressions=(
            Expression(0.0, "calm", 0.0),
            *((Expression(0.5, "angry", 0.8),) if seat == "a" else ()),
        ),
        captions=tuple(Caption(at, at + 0.2, word) for at, word in LINES[seat]),
    )
