"""Makes takes: screens the words beside who says them, then speaks and acts them.

Nothing is voiced that no use of it may say. The work of one take is about 60 ms of CPU
a line of 3.5 s: screening 7, voice and acting 35, encoding 15.
"""

from __future__ import annotations

import logging
import time
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, Any

from django.conf import settings

from moderation.screening import screen_text
from moderation.screening.judge import ScreeningUnavailableError
from scenes.models import LineTake, TakeUse
from scenes.recipes import TakeRecipe, seed_of
from scenes.services import take_leases as leases
from scenes.services.take_leases import JOB
from socialapp import acting
from socialapp.characters import wording
from socialapp.engines.errors import EngineError
from socialapp.engines.handler import directors
from socialapp.engines.ladders import live_voices
from socialapp.jobs import horse
from socialapp.jobs.queue import enqueue
from socialapp.lib import blobs
from socialapp.performance import Sound

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from scenes.models import TakeUseQuerySet
    from scenes.services.take_leases import TakeLease
    from socialapp.acting import Performed

log = logging.getLogger(__name__)

SURFACE = "scene"

JOB_SECONDS = 10.0
"""Of one wake-up; then another is sent, so that a clip in line gets its turn."""

MOST_USES = 50
"""Screened in one go when their takes are made already."""


def make_takes() -> int:
    """What a worker does with a wake-up: all that waits, as far as the time goes."""
    begun = time.monotonic()
    try:
        done = make_some(seconds=JOB_SECONDS)
        done += _screen_open()
    finally:
        if horse.disposable():
            horse.rest()
    if time.monotonic() - begun >= JOB_SECONDS:
        enqueue(JOB)
    return done


def make_some(*, seconds: float, among: Collection[str] | None = None) -> int:
    """Make takes until none waits or the time is over; how many were begun. Never
    raises for what goes wrong with one: its row says it."""
    until, done = time.monotonic() + seconds, 0
    while time.monotonic() < until:
        batch = leases.claim(worker=horse.name(), among=among)
        if not batch:
            return done
        try:
            done += _make_batch(batch, until)
        except ScreeningUnavailableError as error:
            log.warning("No line is voiced: %s", error)
            return done
    return done


def screen_made(*, scene_id: int, digests: Collection[str]) -> None:
    """Settle who may say what is made already, for whom somebody waits. What nobody can
    look at now stays open."""
    made = [LineTake.State.READY, LineTake.State.SILENT]
    _screen_all(
        TakeUse.objects.filter(
            scene=scene_id,
            take__digest__in=digests,
            take__state__in=made,
            verdict=TakeUse.Verdict.OPEN,
        )
    )


def _make_batch(batch: Sequence[LineTake], until: float) -> int:
    held = [leases.lease_of(take) for take in batch]
    for number, take in enumerate(batch):
        if number and time.monotonic() >= until:
            leases.give_back(held[number:])
            return number
        if horse.disposable():
            horse.beat()
        leases.renew(held[number:])
        try:
            _make(take, held[number])
        except ScreeningUnavailableError:
            # No fault of theirs: they wait until somebody can look.
            leases.give_back(held[number:])
            raise
    return len(batch)


def _make(take: LineTake, lease: TakeLease) -> None:
    uses = take.uses.select_related("character", "scene")
    for use in uses.filter(verdict=TakeUse.Verdict.OPEN):
        _screen(use)
    if not take.uses.filter(verdict=TakeUse.Verdict.PASSED).exists():
        leases.fail(lease, "Nobody who was cast may say this.", permanent=True)
        return
    try:
        _finish(take, lease)
    except acting.ScriptError as error:
        leases.finish(lease, silent=True, performance=None, error=str(error)[:300])
    except EngineError as error:
        leases.fail(lease, str(error), permanent=error.permanent)
    except Exception:
        log.exception("Take %s broke", take.digest)
        leases.fail(lease, "Something broke while this line was made.")


def _finish(take: LineTake, lease: TakeLease) -> None:
    recipe = TakeRecipe.from_json(take.recipe)
    done = _performed(recipe, take.digest)
    part = acting.in_mood(done.performance.parts[0], recipe.emotion)
    ref = ""
    if any(done.speech.samples):
        recording = _tools().encode(done.speech, settings.STREAM_CODEC)
        ref = blobs.put(recording.data, recording.codec)
        part = replace(part, sound=Sound(ref, done.speech.rate))
    performance = replace(done.performance, parts=(part,))
    leases.finish(
        lease,
        silent=not ref,
        performance=performance.to_json(),
        sound=ref,
        seconds=performance.seconds,
        voice=done.engine,
        error=done.fallback_reason[:300],
    )


def _performed(recipe: TakeRecipe, digest: str) -> Performed:
    return acting.perform(
        # Brackets would be read as directions.
        recipe.words.translate(str.maketrans("[]", "()")),
        seat="a",
        spec=recipe.voice,
        speakers=live_voices(),
        director=directors["default"],
        seed=seed_of(digest),
        motion=recipe.motion,
        # Not kept as WAV: it is encoded below.
        put_sound=lambda data: blobs.ref_of(data, "wav"),
    )


def _screen(use: TakeUse) -> None:
    words, beside = use.take.recipe["words"], wording.about(use.character)
    verdict = screen_text(words, surface=SURFACE, beside=beside, log=False)
    if verdict.action != "allow":
        # Only what somebody may have to look at is kept in the log.
        subject = f"scene:{use.scene.key}"
        verdict = screen_text(words, surface=SURFACE, beside=beside, subject=subject)
    state = TakeUse.Verdict.REFUSED if verdict.stops else TakeUse.Verdict.PASSED
    TakeUse.objects.filter(pk=use.pk).update(verdict=state)
    use.verdict = state


def _screen_open() -> int:
    made = [LineTake.State.READY, LineTake.State.SILENT]
    return _screen_all(
        TakeUse.objects.filter(verdict=TakeUse.Verdict.OPEN, take__state__in=made)
    )


def _screen_all(uses: TakeUseQuerySet) -> int:
    found = list(uses.select_related("take", "character", "scene")[:MOST_USES])
    try:
        for use in found:
            _screen(use)
    except ScreeningUnavailableError as error:
        log.warning("Nobody can look at lines: %s", error)
    return len(found)


def _tools() -> Any:
    # By name: it loads FFmpeg, which pages do without until a line is voiced.
    return import_module("avatarfx.recordings")
