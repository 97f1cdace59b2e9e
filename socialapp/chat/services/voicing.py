"""A reply spoken aloud: a performance for the live stage, made when it is asked for.

Nothing is stored: what is said in private gets no file that an address could open.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from socialapp import acting
from socialapp.acting import sound
from socialapp.chat.dialogues.sentences import split
from socialapp.chat.errors import ChatError
from socialapp.engines.handler import directors
from socialapp.engines.ladders import live_voices
from socialapp.engines.protocols import VoiceSpec
from socialapp.lib import blobs

if TYPE_CHECKING:
    from socialapp.characters.models import Character
    from socialapp.chat.models import Message
    from socialapp.performance import Performance


def perform_message(*, message: Message, number: int = 0) -> tuple[Performance, bytes]:
    """One sentence of what a character said, counted from 0, and its sound as WAV.

    No sound when only the silent voice is there. ChatError for what is not said aloud,
    ScriptError for what nobody can say, EngineError without a voice.
    """
    character = message.author.character
    if message.author.is_person or message.withheld or not message.text:
        raise ChatError("Only what characters said is spoken.")
    sentences = split(message.text)
    if not 0 <= number < len(sentences):
        raise ChatError(f"This reply has {len(sentences)} sentences.")
    return perform_words(
        sentences[number],
        character=character,
        mood=message.expression,
        seed=message.pk + number,
    )


def perform_words(
    text: str, *, character: Character | None, mood: str, seed: int
) -> tuple[Performance, bytes]:
    """What somebody says in passing, and its sound as WAV; nothing is stored.

    No sound when only the silent voice is there. ScriptError for what nobody can say,
    EngineError without a voice.
    """
    done = acting.perform(
        # Brackets would be read as directions.
        text.translate(str.maketrans("[]", "()")),
        seat="a",
        spec=character.voice_spec if character else VoiceSpec(),
        speakers=live_voices(),
        director=directors["default"],
        seed=seed,
        motion=character.motion if character else "subtle",
        shape="1:1",
        background="",
        put_sound=lambda data: blobs.ref_of(data, "wav"),
    )
    speech = done.speech
    heard = sound.wav(speech.samples, speech.rate) if any(speech.samples) else b""
    part = acting.in_mood(done.performance.parts[0], mood)
    return replace(done.performance, parts=(part,)), heard
