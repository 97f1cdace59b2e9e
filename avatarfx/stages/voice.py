"""Somebody speaks, the others listen: what happens, by the second."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from avatarfx import bed, talks
from avatarfx.remixes import RemixKind
from avatarfx.stages import remix
from avatarfx.stages.rehearsal import SECONDS, Rehearsal
from socialapp import acting
from socialapp.acting import reading
from socialapp.engines.errors import EngineError
from socialapp.lib import blobs

if TYPE_CHECKING:
    from avatarfx.pipeline import Work
    from socialapp.acting import Performed
    from socialapp.performance import Performance

GONE = (
    "The recording of this clip was erased, so it cannot be spoken. Record the script"
    " again, or choose a voice."
)


def speak(work: Work) -> Work:
    """Fill in the performance, unless an earlier attempt left one; of a film that is
    watched while it is made, perhaps only a reading that goes on meanwhile."""
    return _begun(work) or speak_at_once(work)


def _begun(work: Work) -> Work | None:
    """With the first sentence spoken, and the rest on its way; None: all at once."""
    recipe = work.recipe
    alone = len(recipe.cast) == 1 and not recipe.remix and not recipe.taken_over
    # Music is laid under the whole: how it ends depends on when that is.
    # And what a person recorded is there at once.
    alone = alone and not recipe.bed and work.recording is None
    if work.performance is not None or work.live is None or not alone:
        return None
    if not reading.worth(recipe.script):
        return None
    actor = _actor(work)
    ready = Rehearsal(work, actor.silent(SECONDS))
    with work.trace.stage("voice") as entry:
        begun = reading.begin(recipe.script, actor, meanwhile=ready.run)
        if begun is None:
            entry["note"] = "Nobody is heard."
            return None
        entry["engine"] = begun.engine
        entry["note"] = begun.fallback_reason
        entry["spoken_until"] = round(begun.until, 2)
        rehearsed = ready.found()
    return replace(
        work,
        reading=begun,
        rehearsed=rehearsed,
        voice_engine=begun.engine,
        voice_reason=begun.fallback_reason,
    )


def rehearsal_of(work: Work) -> Rehearsal:
    """What is made ready beside the voice, of one who speaks alone."""
    return Rehearsal(work, _actor(work).silent(SECONDS))


def _actor(work: Work) -> reading.Actor:
    recipe, lead = work.recipe, work.recipe.cast[0]
    return reading.Actor(
        lead.seat,
        lead.voice,
        work.engines.voices,
        work.engines.director,
        recipe.seed,
        lead.motion,
        recipe.shape,
        recipe.background,
        recipe.camera or acting.CAMERAS[0],
    )


def speak_at_once(work: Work) -> Work:
    """All of it is spoken before anything is filmed."""
    with work.trace.stage("voice") as entry:
        if work.performance is not None:
            entry["engine"] = work.performance.made_by.voice
            entry["note"] = "spoken before"
            return replace(work, voice_engine=work.performance.made_by.voice)
        done = _performed(work)
        performance = _with_listeners(work, done.performance)
        performance = bed.laid(performance, work.recipe.bed)
        work.keep(performance)
        entry["engine"] = done.engine
        entry["note"] = done.fallback_reason
        return replace(
            work,
            performance=performance,
            voice_engine=done.engine,
            voice_reason=done.fallback_reason,
        )


def _performed(work: Work) -> Performed:
    recipe = work.recipe
    if recipe.recording:
        return _recorded(work)
    if recipe.remix == RemixKind.DUET:
        return remix.duet(work, put_sound)
    if recipe.taken_over:
        return remix.talk(work, put_sound)
    camera = recipe.camera or acting.CAMERAS[0]
    if lines := talks.lines_of(recipe):
        return acting.perform_dialogue(
            lines,
            cast={role.seat: role.voice for role in recipe.cast},
            speakers=work.engines.voices,
            director=work.engines.director,
            seed=recipe.seed,
            motions={role.seat: role.motion for role in recipe.cast},
            shape=recipe.shape,
            background=recipe.background,
            camera=camera,
            put_sound=put_sound,
        )
    lead = recipe.cast[0]
    done = acting.perform(
        recipe.script,
        seat=lead.seat,
        spec=lead.voice,
        speakers=work.engines.voices,
        director=work.engines.director,
        seed=recipe.seed,
        motion=lead.motion,
        shape=recipe.shape,
        background=recipe.background,
        camera=camera,
        put_sound=put_sound,
    )
    if recipe.remix == RemixKind.REVOICE:
        return replace(done, performance=remix.felt(work, done.performance))
    return done


def _recorded(work: Work) -> Performed:
    """In the owner's own voice. No other steps in for it."""
    if work.recording is None:
        raise EngineError(GONE, permanent=True)
    recipe, lead = work.recipe, work.recipe.cast[0]
    return acting.perform_recording(
        recipe.script,
        work.recording,
        seat=lead.seat,
        director=work.engines.director,
        seed=recipe.seed,
        motion=lead.motion,
        shape=recipe.shape,
        background=recipe.background,
        camera=recipe.camera or acting.CAMERAS[0],
        put_sound=put_sound,
    )


def put_sound(data: bytes) -> str:
    """Store what was spoken; WAV, or FLAC by its first bytes."""
    return blobs.put(data, "flac" if data.startswith(b"fLaC") else "wav")


def _with_listeners(work: Work, performance: Performance) -> Performance:
    here = {part.seat for part in performance.parts}
    listeners = tuple(
        work.engines.director.listen(
            performance.seconds,
            seat=role.seat,
            seed=work.recipe.seed + number,
            motion=role.motion,
        )
        for number, role in enumerate(work.recipe.cast[1:], start=1)
        if role.seat not in here
    )
    if not listeners:
        return performance
    # Several share the stage: they stand on its own spots, and all are seen.
    stage = replace(performance.stage, places={}, camera=())
    return replace(performance, parts=(*performance.parts, *listeners), stage=stage)
