"""The function that makes a performance of a script. Engines arrive as arguments."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from socialapp.acting import camera as cameras
from socialapp.acting import sound
from socialapp.acting.edit import edit
from socialapp.acting.script import ScriptError, parse
from socialapp.acting.takes import take
from socialapp.performance import MadeBy, Performance, Place, Sound, Stage

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from socialapp.engines.protocols import Director, Speech, Voice, VoiceSpec
    from socialapp.performance import Part


@dataclass(frozen=True, slots=True)
class Performed:
    performance: Performance
    speech: Speech
    """The whole sound; zero samples when the voice was silent."""

    engine: str
    """Alias of the speaker that spoke."""

    fallback_reason: str = ""
    """Why an earlier speaker did not, in words for the record; empty if none failed."""


def perform(
    script: str,
    *,
    seat: str = "a",
    spec: VoiceSpec,
    speakers: Sequence[tuple[str, Voice]],
    director: Director,
    seed: int = 0,
    motion: str = "subtle",
    shape: str = "9:16",
    background: str = "",
    camera: str = "still",
    put_sound: Callable[[bytes], str],
) -> Performed:
    """One character says `script`.

    `speakers` (alias, engine) are tried in order. `put_sound` stores a WAV file and
    returns its blob ref; it is not called for a silent performance. `camera` is one of
    `socialapp.acting.CAMERAS`. ScriptError when nothing can be said, EngineError when no speaker could speak.
    """
    segments = parse(script)
    if not segments:
        raise ScriptError("There is nothing to say in this script. Add a few words.")
    takes = take([(segment, spec) for segment in segments], speakers)
    speech, beats = edit(segments, takes.speeches, seed=seed)
    heard = any(speech.samples)
    part = director.direct(beats, speech, seat=seat, seed=seed, motion=motion)
    if heard:
        ref = put_sound(sound.wav(speech.samples, speech.rate))
        part = replace(part, sound=Sound(ref, speech.rate))
    performance = alone(
        part,
        speech,
        director,
        seed=seed,
        shape=shape,
        background=background,
        camera=camera,
    )
    return Performed(performance, speech, takes.engine, takes.fallback_reason)


def alone(
    part: Part,
    speech: Speech,
    director: Director,
    *,
    seed: int,
    shape: str,
    background: str,
    camera: str,
) -> Performance:
    """One character on stage, from the first sample of `speech` to the last."""
    seconds = round(speech.seconds, 4)
    return Performance(
        seconds=seconds,
        parts=(part,),
        stage=Stage(
            background=background,
            shape=shape,
            places={part.seat: Place()},
            camera=cameras.shots((part,), seconds, seed=seed, camera=camera),
        ),
        made_by=MadeBy(speech.engine, type(director).__name__, seed),
    )
