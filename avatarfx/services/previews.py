"""Quick previews for the pages: a voice, or a performance for the live stage."""

from __future__ import annotations

import io
import wave
from importlib import import_module
from typing import TYPE_CHECKING, Any

from django.conf import settings

from avatarfx import beds
from moderation.screening.judge import ScreeningUnavailableError, screen_text
from moderation.screening.refusals import message_of
from socialapp import acting
from socialapp.acting import script as scripts
from socialapp.engines.errors import EngineError
from socialapp.engines.handler import directors, voices
from socialapp.engines.protocols import VoiceSpec
from socialapp.lib import blobs

if TYPE_CHECKING:
    from socialapp.characters.models import Character
    from socialapp.engines.protocols import Speech, Voice
    from socialapp.performance import Performance

PREVIEW_CHARACTERS = 160
QUICKEST = "hibari"
"""Speaks in a fiftieth of the time of the voices that clips have."""


def preview_voice(*, text: str, spec: VoiceSpec) -> tuple[Speech, str]:
    """A sentence in a voice, and the alias of the engine that spoke. ScriptError for the
    text, EngineError without a voice."""
    done = _perform(text, spec, motion="subtle")
    return done.speech, done.engine


def preview_performance(
    *,
    text: str,
    character: Character | None = None,
    spec: VoiceSpec | None = None,
    quick: bool = False,
    bed: str = "",
) -> tuple[Performance, bytes]:
    """What the live stage plays, and its sound as WAV. Errors as for `preview_voice`.

    `bed`: name of the music under it; one that is not built in is not heard.

    `quick`: the face matters more than the voice, so the fastest voice speaks.
    """
    said = spec or (character.voice_spec if character else VoiceSpec())
    motion = character.motion if character else "subtle"
    done = _perform(text, said, motion=motion, quick=quick)
    data = wav(done.speech)
    if bed not in beds.names():
        return done.performance, data
    # By name: it loads FFmpeg, which pages do without until somebody wants music.
    music: Any = import_module("avatarfx.bed")
    read: Any = import_module("avatarfx.sound").read
    return music.laid(done.performance, bed, sounds=[read(data)]), data


def wav(speech: Speech) -> bytes:
    """A WAV file of it."""
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(speech.rate)
        out.writeframes(speech.samples)
    return file.getvalue()


def _perform(
    text: str, spec: VoiceSpec, *, motion: str, quick: bool = False
) -> acting.Performed:
    scripts.check(text, max_characters=PREVIEW_CHARACTERS)
    _check_words(text)
    ladder = speakers()
    if quick:
        ladder.sort(key=lambda speaker: speaker[0] != QUICKEST)
    if not ladder:
        raise EngineError("No voice can speak on this copy just now.")
    return acting.perform(
        text,
        seat="a",
        spec=spec,
        speakers=ladder,
        director=directors["default"],
        seed=0,
        motion=motion,
        shape="1:1",
        background="",
        put_sound=lambda data: blobs.ref_of(data, "wav"),
    )


def _check_words(text: str) -> None:
    """What may not be published is not voiced either."""
    try:
        verdict = screen_text(text, surface="script", log=False)
    except ScreeningUnavailableError as error:
        raise EngineError(error.message) from error
    if verdict.stops:
        raise scripts.ScriptError(message_of(verdict, text))


def speakers() -> list[tuple[str, Voice]]:
    """The ladder of clips without its silent end: a silent preview says nothing."""
    return [
        (name, voices[name])
        for name in settings.VOICE_LADDER
        if name in settings.ENGINES["voice"] and name != "silent"
    ]
