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

from avatarfx import consent, memory, pipeline, remixes
from avatarfx.budgets import Clock
from avatarfx.errors import DiskFullError, HeldError
from avatarfx.models import (
    Clip,
    ClipActor,
    Render,
)
from avatarfx.progressive import (
    state,
)
from avatarfx.receipts import (
    ReceiptError,
)
from avatarfx.services import (
    claimed,
    leases,
    losses,
    receipts,
    workers,
)
from avatarfx.services.live import (
    Showing,
    settle,
)
from avatarfx.services.minder import (
    Minder,
    StoppedError,
)
from moderation.pictures import frames as screening
from socialapp.characters.models import Portrait
from socialapp.characters.services import PictureError, require_approved
from socialapp.content import backgrounds
from socialapp.engines.errors import EngineError
from socialapp.engines.handler import (
    animators,
    directors,
    needs_resident,
    riggers,
    voices,
)
from socialapp.engines.protocols import Actor, VoiceSpec
from socialapp.jobs import horse
from socialapp.lib import (
    blobs,
    withheld,
)
from socialapp.lib.blobs import (
    StorageError,
)
from socialapp.provenance.credentials import Parent
from socialapp.provenance.selectors import watermark_keys
from socialapp.provenance.services import (
    issue_mark,
    measure_mark,
    record_fingerprint,
    signing_identity,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from socialapp.performance import Performance, Rig
    from socialapp.provenance.fingerprints import Prints

log = logging.getLogger(__name__)

WHY_NOT = "avatarfx.services.approving.why_not_made"
"""By name: approvals hold and release clips, which looks at frames as this does."""

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
    """Claim what this process may take at once, and make one after the other with the
    engines that it has in memory; how many attempts it ended.

    What goes wrong with one leaves the others alone.
    """
    if not workers.takes_more():
        return 0
    can = workers.abilities()
    # A horse is ended with all that it holds, so it holds one.
    most = can.batch if horse.resident() else 1
    mine = leases.claim_batch(worker=horse.name(), can=can, most=most)
    ended = 0
    with claimed.Batch(mine) as batch:
        for clip in batch:
            _attempt(clip)
            ended += 1
    return ended


def _attempt(clip: Clip) -> None:
    """One attempt at a claimed clip, from its lease to its end."""
    lease = leases.Lease(clip.pk, clip.fence)
    trace = pipeline.Trace(clip.attempts, partial(losses.note_trace, lease))
    clock = Clock(settings.STAGE_BUDGETS)
    most_mb = settings.RENDER_MEMORY_MB
    if horse.disposable() and not horse.resident():
        memory.limit_growth(most_mb)
    minder = Minder(lease, clip.owner_id, clock=clock, trace=trace, most_mb=most_mb)
    try:
        with minder:
            rendered = _render(clip, lease, trace, minder, clock)
        # Asked again: making it took a while.
        _require_consent(clip)
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


def actor_of(rig: Rig, portrait_ref: str) -> Actor:
    """A rig with its files; EngineError when one is gone."""
    named = {rig.grids, rig.matte, *(layer.ref for layer in rig.layers)} - {""}
    try:
        return Actor(
            rig=rig,
            portrait=blobs.get(portrait_ref),
            blobs={ref: blobs.get(ref) for ref in named},
        )
    except FileNotFoundError:
        raise EngineError(
            "A picture of this character is missing from the storage.", permanent=True
        ) from None


def subject_of(clip: Clip) -> str:
    """What provenance calls this clip; a take bears the mark of its clip."""
    return f"clip:{clip.stands_for}"


def papers_of(clip: Clip) -> pipeline.Papers:
    """Who signs this clip, and its mark. EngineError when nobody can sign: then it is
    not made at all."""
    key = watermark_keys()[0]
    mark = issue_mark(
        subject=subject_of(clip),
        key_id=key.id,
        owner=clip.owner,
        details={"seed": clip.as_recipe().seed, "attempt": clip.fence},
    )
    return pipeline.Papers(
        identity=signing_identity(),
        # The key, not the title: a person's words do not travel inside the file.
        title=f"{clip.stands_for}.mp4",
        payload=mark.payload.to_bytes(6, "big"),
        key=key,
        parent=_parent_of(clip),
    )


def _parent_of(clip: Clip) -> Parent | None:
    """The film that this one remixes, with its record; of one that is gone, its name."""
    key = remixes.origin_of(clip.recipe)
    if not key:
        return None
    film = b""
    if clip.original is not None and clip.original.video:
        with suppress(FileNotFoundError):
            film = blobs.get(clip.original.video)
    relation = remixes.RELATIONS[remixes.RemixKind(clip.recipe["remix"])]
    return Parent(film, "video/mp4", f"{key}.mp4", relation)


def _approved_actor(portrait: Portrait) -> Actor:
    """What was approved is what is drawn: asked again, for it may have been taken back
    while the clip was in line, and the bytes must still be those of their name."""
    try:
        require_approved(portrait)
    except PictureError as refusal:
        raise EngineError(str(refusal), permanent=True) from None
    actor = actor_of(portrait.as_rig(), portrait.ref)
    extension = portrait.ref.rpartition(".")[2]
    if blobs.ref_of(actor.portrait, extension) != portrait.ref:
        log.error("The stored picture of portrait %s was changed", portrait.key)
        raise EngineError(
            "The picture of this character is not the one that was approved.",
            permanent=True,
        )
    return actor


def screen(
    clip: Clip,
    frames: Sequence[bytes],
    *,
    memory: screening.Memory | None = None,
    whole: bool = True,
) -> pipeline.Screened:
    """What the rules say to the frames of a clip, or to those of a part of it."""
    verdict = screening.screen_frames(
        frames,
        person=clip.owner,
        subject=f"clip:{clip.key}",
        portraits=_uploads_in(clip),
        memory=memory,
        whole=whole,
    )
    return pipeline.Screened(
        held=screening.words_for(verdict),
        refused=verdict.state == "refused",
        unchecked=bool(verdict.unchecked),
    )


def compared(screened: pipeline.Screened, prints: Prints) -> pipeline.Screened:
    """The same, and held if it looks or sounds like what was taken down."""
    if screened.held:
        return screened
    return pipeline.Screened(held=screening.words_for_prints(prints))


def background_of(name: str, width: int, height: int) -> bytes:
    """The encoded picture; empty when the portrait brings its own."""
    if not name:
        return b""
    try:
        if name.startswith("sha256:"):
            return _brought(name)
        return backgrounds.picture(name, width, height)
    except (KeyError, ValueError, FileNotFoundError):
        log.warning("The background %r is gone: the default stands in", name)
        return b""


def _brought(ref: str) -> bytes:
    """A picture that somebody stands before; KeyError for one that was taken down or is
    not what was approved under this name."""
    data = blobs.get(ref)
    if withheld.is_removed(blobs.name_of(ref)):
        raise KeyError(ref)
    if blobs.ref_of(data, ref.rpartition(".")[2]) != ref:
        log.error("The stored background %s was changed", ref)
        raise KeyError(ref)
    return data


def _uploads_in(clip: Clip) -> list[bytes]:
    """Pictures that came from people; drawings of our own show nobody."""
    uploads = Portrait.objects.filter(
        roles__clip=clip, source=Portrait.Source.UPLOAD
    ).distinct()
    found = []
    for portrait in uploads:
        # Of a clip that is looked at again, the portrait may be gone by now.
        with suppress(FileNotFoundError):
            found.append(blobs.get(portrait.ref))
    return found


def _actors_of(clip: Clip) -> dict[str, Actor]:
    """Whom the clip is made with, once it is sure that its words, its voices and its
    faces are the approved ones."""
    if refusal := import_string(WHY_NOT)(clip):
        log.error("Clip %s is not as it was approved: %s", clip.key, refusal)
        raise EngineError(refusal, permanent=True)
    _require_consent(clip)
    roles = ClipActor.objects.filter(clip=clip).select_related("portrait__owner")
    return {role.seat: _approved_actor(role.portrait) for role in roles}


def _require_consent(clip: Clip) -> None:
    """EngineError when its original may not be remixed any more."""
    if refusal := consent.why_not(clip):
        raise EngineError(refusal, permanent=True)


def _background_of(clip: Clip) -> bytes:
    recipe = clip.as_recipe()
    return background_of(recipe.background, *pipeline.SIZES[recipe.shape])


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

    looked = screening.Memory()
    with Showing(
        state.attempt_of(clip),
        owner_id=clip.owner_id,
        screen=partial(screen, clip, memory=looked, whole=False),
        encode=import_string("avatarfx.encode.jpeg"),
    ) as live:
        rendered = pipeline.render(
            clip.as_recipe(),
            actors=_actors_of(clip),
            background=_background_of(clip),
            performance=clip.as_performance(),
            original=clip.original.as_performance() if clip.original else None,
            engines=engines(),
            scratch=scratch,
            trace=trace,
            progress=minder.progress,
            papers=papers_of(clip),
            keep=keep,
            hang=background_of,
            names=_names_in(clip),
            screen=partial(screen, clip, memory=looked),
            clock=clock,
            spoiled=losses.spoiled(clip),
            live=live,
        )
    return _compared(rendered)


def film_again(clip: Clip, scratch: Path) -> pipeline.Rendered:
    """A ready clip once more, from its stored performance, outside of the line."""
    rendered = pipeline.render(
        clip.as_recipe(),
        actors=_actors_of(clip),
        background=_background_of(clip),
        performance=clip.as_performance(),
        engines=engines(),
        scratch=scratch,
        trace=pipeline.Trace(),
        progress=lambda *_: None,
        papers=papers_of(clip),
        hang=background_of,
        names=_names_in(clip),
        screen=partial(screen, clip),
    )
    return _compared(rendered)


def _names_in(clip: Clip) -> dict[str, str]:
    return dict(clip.actors.values_list("seat", "character__name"))


def _compared(rendered: pipeline.Rendered) -> pipeline.Rendered:
    screened = compared(rendered.screened, rendered.prints)
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
