"""What a worker does with a clip: claim, render, commit."""

from __future__ import annotations

import errno
import logging
import shutil
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from avatarfx import memory, pipeline
from avatarfx.budgets import Clock
from avatarfx.errors import DiskFullError, HeldError
from avatarfx.models import Clip, Render
from avatarfx.progressive import state
from avatarfx.receipts import ReceiptError
from avatarfx.services import (
    abreast,
    claimed,
    ingredients,
    judging,
    leases,
    losses,
    receipts,
    workers,
)
from avatarfx.services.live import Showing, settle
from avatarfx.services.minder import Minder, StoppedError
from avatarfx.services.planning import planned
from moderation.pictures import frames as screening
from socialapp.engines import devices
from socialapp.engines.errors import EngineError
from socialapp.engines.handler import (
    animators,
    directors,
    needs_resident,
    riggers,
    voices,
)
from socialapp.engines.protocols import VoiceSpec
from socialapp.jobs import horse
from socialapp.lib.blobs import StorageError
from socialapp.provenance.credentials.reading import library as signing_library
from socialapp.provenance.services import measure_mark, record_fingerprint

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from socialapp.performance import Performance

log = logging.getLogger(__name__)

UNBELIEVED = "What the worker said of its work cannot be true, so it was not taken."

WARM_UP = ("af_heart", "bf_emma")
"""An American and a British voice; other engines take any id for one of theirs."""


def render_clip(clip_id: int | None = None) -> None:
    """Render the clip that has waited longest, which need not be `clip_id`: a wake-up
    says that there is work, and the line in the database says what comes first.

    Never raises for what goes wrong with a clip: its row says it.
    """
    if not render_next():
        log.info("Woken for clip %s, but nothing waits", clip_id)


def render_next() -> int:
    """Claim what this process may take at once, and make it with the engines that it has
    in memory, one after the other or some at the same time; how many attempts it ended.

    What goes wrong with one leaves the others alone.
    """
    if not workers.takes_more():
        return 0
    can = workers.abilities()
    # A horse is ended with all that it holds, so it holds one.
    most = can.batch if horse.resident() else 1
    mine = leases.claim_batch(worker=horse.name(), can=can, most=most)
    jobs = min(can.at_once, len(mine)) if horse.resident() else 1
    with claimed.Batch(mine) as batch:
        ended = abreast.make(batch, partial(_attempt, jobs=jobs), jobs=jobs)
    if devices.lost():
        _start_anew(devices.lost())
    return ended


def _start_anew(reason: str) -> None:
    """A device that is lost comes back in a new process only. What was begun is ended by
    a lower rung, the rest of the batch is in line again, and a supervisor starts this
    worker anew; where nobody would, it goes on without the device."""
    if horse.resident():
        log.error("This worker ends and is to be started anew: %s", reason)
        horse.end()


def _attempt(clip: Clip, *, jobs: int = 1) -> None:
    """One attempt at a claimed clip, from its lease to its end. `jobs`: how many share
    this process, and so its time."""
    lease = leases.Lease(clip.pk, clip.fence)
    trace = pipeline.Trace(
        clip.attempts, partial(losses.note_trace, lease), abreast.others
    )
    clock = Clock(settings.STAGE_BUDGETS, shared_by=jobs)
    most_mb = settings.RENDER_MEMORY_MB
    if horse.disposable() and not horse.resident():
        memory.limit_growth(most_mb)
    minder = Minder(lease, clip.owner_id, clock=clock, trace=trace, most_mb=most_mb)
    try:
        with minder:
            rendered = _render(clip, lease, trace, minder, clock)
        # Asked again: making it took a while.
        ingredients.require_consent(clip)
        receipt = receipts.write(clip, lease, rendered, trace.entries)
        commit(clip, lease, rendered, trace, receipt)
    except StoppedError:
        log.info("Clip %s is not ours any more", clip.key)
    except HeldError as error:
        leases.hold(lease, str(error), trace=trace.entries)
    except EngineError as error:
        log.warning("Clip %s: %s", clip.key, error)
        leases.fail(lease, str(error), permanent=error.permanent, trace=trace.entries)
    except StorageError as error:
        log.warning("Clip %s: %s", clip.key, error)
        leases.fail(lease, str(error), permanent=False, trace=trace.entries)
    except DiskFullError:
        _fail_for_room(lease, trace)
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            _fail_for_room(lease, trace)
        else:
            _fail_for_unknown(clip, lease, trace)
    except Exception:
        _fail_for_unknown(clip, lease, trace)
    finally:
        shutil.rmtree(leases.scratch_of(lease), ignore_errors=True)
        settle(state.attempt_of(clip))


def engines() -> pipeline.Engines:
    """Those of the settings, each ladder in its order, that this process may use."""
    return pipeline.Engines(
        voices=tuple(
            (name, voices[name]) for name in _usable("voice", settings.VOICE_LADDER)
        ),
        director=directors["default"],
        animators=tuple(
            (name, animators[name])
            for name in _usable("animator", settings.ANIMATOR_LADDER)
        ),
        encoder=settings.ENCODER,
        finder=getattr(riggers["default"], "finder", lambda: None),
        limits=settings.QUALITY_LIMITS,
    )


def _usable(kind: str, ladder: Sequence[str]) -> list[str]:
    """Where jobs are forked, an engine that must stay in one process is not even
    built: what it would wake, such as a GPU, does not survive a fork."""
    found = [name for name in ladder if name in settings.ENGINES[kind]]
    if not horse.forks():
        return found
    return [name for name in found if not needs_resident(kind, name)]


def preload() -> None:
    """Load what each render needs, once, in the process that is about to fork.

    The voice says a word in both kinds of English, so that its network and its lexicons
    are in memory; it must not own threads (onnxruntime: one thread a session), since
    those do not survive a fork.
    """
    for path in pipeline.STAGES.values():
        import_string(path)
    with suppress(EngineError):  # whoever signs says it
        signing_library()
    found = engines()
    for name, voice in found.voices:
        try:
            if voice.available() is None:
                for speaker in WARM_UP:
                    voice.speak("Ready.", spec=VoiceSpec(speaker))
                break
        except EngineError as error:
            log.warning("The voice %s does not start: %s", name, error)
    for _, animator in found.animators:
        animator.available()


def _render(
    clip: Clip,
    lease: leases.Lease,
    trace: pipeline.Trace,
    minder: Minder,
    clock: Clock,
) -> pipeline.Rendered:
    minder.progress("voice", 1)
    scratch = leases.scratch_of(lease)
    scratch.mkdir(parents=True, exist_ok=True)
    losses.note_kills(lease)

    def keep(performance: Performance) -> None:
        leases.keep_performance(lease, performance.to_json())

    with (
        screening.Memory() as looked,
        Showing(
            state.attempt_of(clip),
            owner_id=clip.owner_id,
            screen=partial(judging.screen, clip, memory=looked, whole=False),
            encode=import_string("avatarfx.encode.jpeg"),
            prepare=looked.prepare,
        ) as live,
    ):
        rendered = pipeline.render(
            clip.as_recipe(),
            actors=ingredients.actors_of(clip),
            background=ingredients.backdrop_of(clip),
            performance=clip.as_performance(),
            original=clip.original.as_performance() if clip.original else None,
            recording=ingredients.recording_of(clip),
            engines=planned(clip, engines(), trace),
            scratch=scratch,
            trace=trace,
            progress=minder.progress,
            papers=ingredients.papers_of(clip),
            keep=keep,
            hang=ingredients.background_of,
            names=ingredients.names_in(clip),
            screen=partial(judging.screen, clip, memory=looked),
            clock=clock,
            spoiled=losses.spoiled(clip),
            live=live,
        )
    return _compared(rendered)


def film_again(clip: Clip, scratch: Path) -> pipeline.Rendered:
    """A ready clip once more, from its stored performance, outside of the line."""
    rendered = pipeline.render(
        clip.as_recipe(),
        actors=ingredients.actors_of(clip),
        background=ingredients.backdrop_of(clip),
        performance=clip.as_performance(),
        engines=engines(),
        scratch=scratch,
        trace=pipeline.Trace(),
        progress=lambda *_: None,
        papers=ingredients.papers_of(clip),
        hang=ingredients.background_of,
        names=ingredients.names_in(clip),
        screen=partial(judging.screen, clip),
    )
    return _compared(rendered)


def _compared(rendered: pipeline.Rendered) -> pipeline.Rendered:
    screened = judging.compared(rendered.screened, rendered.prints)
    return replace(rendered, screened=screened)


def result_of(rendered: pipeline.Rendered) -> dict[str, object]:
    """The columns of a clip that a film fills."""
    return {
        "rung": rendered.rung,
        "rung_reason": rendered.rung_reason[:300],
        "voice_engine": rendered.voice_engine[:60],
        "seconds": rendered.seconds,
        "width": rendered.width,
        "height": rendered.height,
        "video": rendered.video,
        "poster": rendered.poster,
        "captions": rendered.captions,
        # Of the film before, if there was one.
        "audio": "",
        "captioned": "",
        "captioned_asked": None,
        "captioned_error": "",
        "size": rendered.size,
    }


def register(clip: Clip, rendered: pipeline.Rendered) -> None:
    """What the film looks like, and how its number was hidden in it."""
    # A take keeps its own until it is shown.
    record_fingerprint(subject=f"clip:{clip.key}", prints=rendered.prints)
    if rendered.hidden is not None:
        measure_mark(
            payload=rendered.hidden.payload,
            strength=rendered.hidden.strength,
            psnr=rendered.hidden.psnr,
            made_by={"rung": rendered.rung, "voice": rendered.voice_engine},
        )


def commit(
    clip: Clip,
    lease: leases.Lease,
    rendered: pipeline.Rendered,
    trace: pipeline.Trace,
    receipt: Mapping[str, Any],
) -> bool:
    """Put the result in place, with its receipt; False when nothing came of it.

    A receipt that cannot be true is a failed attempt, with the reason in its trace; a
    result that comes too late changes nothing.
    """
    try:
        receipts.check(clip, lease, rendered, receipt)
    except ReceiptError as refusal:
        log.error("The receipt of %s is refused: %s", lease, refusal)
        trace.add("receipt", note=str(refusal))
        leases.fail(lease, UNBELIEVED, permanent=False, trace=trace.entries)
        return False
    with transaction.atomic():
        kept = leases.finish(
            lease,
            result=result_of(rendered),
            trace=trace.entries,
            screened=rendered.screened,
        )
        if kept:
            register(clip, rendered)
            Render.objects.filter(clip=clip, fence=lease.fence).update(
                receipt=dict(receipt)
            )
        else:
            log.info("The result of %s came too late and was fenced off", lease)
    return kept


def _fail_for_room(lease: leases.Lease, trace: pipeline.Trace) -> None:
    log.error("The disk is full: %s failed", lease)
    leases.fail(lease, "The disk is full.", permanent=True, trace=trace.entries)


def _fail_for_unknown(clip: Clip, lease: leases.Lease, trace: pipeline.Trace) -> None:
    log.exception("Clip %s broke", clip.key)
    leases.fail(
        lease,
        "Something broke while this clip was made; whoever runs this copy finds"
        " the details in the log.",
        permanent=False,
        trace=trace.entries,
    )
