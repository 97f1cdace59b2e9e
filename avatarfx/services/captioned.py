"""A film with its captions in the picture: made once, when somebody first asks."""

from __future__ import annotations

import logging
import tempfile
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from avatarfx.errors import DiskFullError, NotNowError
from avatarfx.models import Clip
from socialapp.engines.errors import EngineError
from socialapp.jobs.queue import enqueue
from socialapp.lib import blobs
from socialapp.provenance.credentials import Manifest, Parent, SourceType, sign
from socialapp.provenance.services import signing_identity

if TYPE_CHECKING:
    from typing import Any

log = logging.getLogger(__name__)

JOB = "avatarfx.jobs.burn_captions"

PATIENCE = timedelta(minutes=3)
"""A job that was lost is sent again after this; a film of a minute takes a tenth."""

MOST_AT_ONCE = 10

_BROKE = "This could not be made. Ask again; the film and its captions are safe."


def ask_for_captioned(*, clip: Clip) -> Clip:
    """Have it made, unless it is there or on its way. Costs no ticket.

    NotNowError when nothing is to be had of this clip, or nobody speaks in it.
    """
    with transaction.atomic():
        fresh = Clip.objects.select_for_update().get(pk=clip.pk)
        _check(fresh)
        if not fresh.captioned and not is_on_its_way(fresh):
            fresh.captioned_asked, fresh.captioned_error = timezone.now(), ""
            fresh.save(update_fields=["captioned_asked", "captioned_error"])
            enqueue(JOB, fresh.pk)
    return fresh


def is_on_its_way(clip: Clip) -> bool:
    return (
        bool(clip.captioned_asked) and not clip.captioned and not clip.captioned_error
    )


def burn_captions(*, clip_id: int) -> None:
    """Make it. What goes wrong is on the row, for whoever asked."""
    clip = Clip.objects.filter(pk=clip_id).first()
    if clip is None or not is_on_its_way(clip):
        return
    try:
        _check(clip)
        ref = blobs.put(_made(clip), "mp4")
    except NotNowError as error:
        _fail(clip, error.message)
    except DiskFullError:
        _fail(clip, "The disk of this copy is full. Nothing was spent.")
    except FileNotFoundError:
        _fail(clip, "The film of this clip is gone.")
    except EngineError as error:
        log.warning("Captions of clip %s: %s", clip.key, error)
        _fail(clip, str(error))
    except Exception:
        log.exception("Captions of clip %s broke", clip.key)
        _fail(clip, _BROKE)
    else:
        _keep(clip, ref)


def recheck_captioned(*, lost: str = "") -> dict[str, int]:  # noqa: ARG001  not ours
    """Ask again for films whose job was lost."""
    now = timezone.now()
    asked = 0
    for clip in Clip.objects.filter(
        captioned="", captioned_error="", captioned_asked__lt=now - PATIENCE
    )[:MOST_AT_ONCE]:
        # Whoever moves the time asks: two reconcilers do not ask twice.
        asked += Clip.objects.filter(
            pk=clip.pk, captioned_asked=clip.captioned_asked
        ).update(captioned_asked=now)
        enqueue(JOB, clip.pk)
    return {"captioned": asked}


def _check(clip: Clip) -> None:
    if clip.state != Clip.State.READY or clip.removed is not None or clip.withheld:
        raise NotNowError("There is no film of a clip that is not on show.")
    performance = clip.as_performance()
    if performance is None or not any(part.captions for part in performance.parts):
        raise NotNowError("Nobody says a word in this clip, so there is no caption.")


def _made(clip: Clip) -> bytes:
    """Marked as the film is, whose frames it has, and signed with that as its parent."""
    performance = clip.as_performance()
    if performance is None:
        raise NotNowError("Nobody says a word in this clip, so there is no caption.")
    film = blobs.get(clip.video)
    # By name: they load FFmpeg, which web processes do without.
    burning: Any = import_module("avatarfx.burning")
    encode: Any = import_module("avatarfx.encode")
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "clip.mp4", Path(folder) / "captioned.mp4"
        source.write_bytes(film)
        burning.burn(
            source,
            target,
            performance=performance,
            names=dict(clip.actors.values_list("seat", "character__name")),
            options=encode.Options(**settings.ENCODER),
        )
        data = target.read_bytes()
    identity = signing_identity()
    if identity is None:
        return data
    manifest = Manifest(
        title=f"{clip.key}-captioned.mp4",
        source=SourceType.AI,
        parent=Parent(film, "video/mp4", f"{clip.key}.mp4"),
    )
    return sign(data, "video/mp4", manifest, identity)


def _keep(clip: Clip, ref: str) -> None:
    with transaction.atomic():
        fresh = Clip.objects.select_for_update().get(pk=clip.pk)
        try:
            # Whoever withholds a clip lists its files: none may come after that.
            _check(fresh)
        except NotNowError as error:
            _fail(clip, error.message)
        else:
            if fresh.video == clip.video and not fresh.captioned:
                fresh.captioned = ref
                fresh.save(update_fields=["captioned"])
                return
    if not Clip.objects.with_file(ref).exists():
        blobs.remove(ref)


def _fail(clip: Clip, words: str) -> None:
    Clip.objects.filter(pk=clip.pk, captioned="").update(captioned_error=words[:200])
