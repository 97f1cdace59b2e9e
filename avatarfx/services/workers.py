"""The registry of workers: who listens, what each can do, and who shall stop.

A worker joins, gives signs of life and leaves; what others wish of it, to drain, is a
flag in its row that it reads with each sign. Times are the database's.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from avatarfx.abilities import EVERYTHING, Abilities
from avatarfx.models import RenderWorker, WorkerKey
from avatarfx.receipts import ReceiptError, Signing
from socialapp.jobs import horse

if TYPE_CHECKING:
    from collections.abc import Iterable

log = logging.getLogger(__name__)

FORGOTTEN = timedelta(hours=1)
"""A worker that was silent for so long is not listed any more."""


@dataclass(slots=True)
class _Me:
    """What this process, and those it forks, say of themselves."""

    name: str = ""
    can: Abilities = EVERYTHING
    stopping: bool = False


_me = _Me()


def join(*, queue: str, resident: bool) -> None:
    """This process listens to `queue` from now on. ReceiptError: its receipts would
    count for nothing."""
    signing = key()
    if WorkerKey.objects.filter(
        public=signing.public, withdrawn__isnull=False
    ).exists():
        raise ReceiptError(
            "The key of this machine's workers was withdrawn. Move"
            " credentials/worker.key in DATA_DIR away, and a new one is made."
        )
    _me.name = horse.name()
    _me.can = Abilities.of_this_machine(settings)
    _me.stopping = False
    with transaction.atomic():
        # The number of a process comes again after a restart of the machine.
        RenderWorker.objects.filter(name=_me.name).delete()
        RenderWorker.objects.create(
            name=_me.name,
            host=horse.host(),
            queue=queue,
            resident=resident,
            abilities=_me.can.to_json(),
            key=signing.public,
            started=Now(),
            seen=Now(),
        )


def beat() -> bool:
    """A sign of life; False when it must take nothing new.

    A row that is gone, because somebody tidied up or the database is a new one, is
    written again by the next start; until then this worker works on unlisted.
    """
    mine = RenderWorker.objects.filter(name=_me.name)
    mine.update(seen=Now())
    return not _me.stopping and not mine.filter(draining=True).exists()


def stop() -> None:
    """It was asked to end: what it has not begun is left to others."""
    _me.stopping = True


def leave() -> None:
    """It listens no more."""
    RenderWorker.objects.filter(name=_me.name).delete()
    _me.name, _me.can = "", EVERYTHING


def abilities() -> Abilities:
    """Of this process; outside of workers there is no limit."""
    return _me.can


def takes_more() -> bool:
    """Whether this process may begin with a clip. Its flag is read at once, since the
    next sign of life may be seconds away."""
    if _me.stopping:
        return False
    return (
        not _me.name
        or not RenderWorker.objects.filter(name=_me.name, draining=True).exists()
    )


def hold(clips: Iterable[str]) -> None:
    """What it works on, by key: for those who look at the list."""
    if _me.name:
        RenderWorker.objects.filter(name=_me.name).update(jobs=list(clips), seen=Now())


def drop(*, rest: Iterable[str]) -> None:
    """An attempt is over; of its batch, `rest` is held still."""
    if _me.name:
        RenderWorker.objects.filter(name=_me.name).update(
            jobs=list(rest), done=F("done") + 1, seen=Now()
        )


def drain(*, workers: QuerySet[RenderWorker], draining: bool = True) -> int:
    """They end what they have begun and take nothing new; or take again. How many."""
    return workers.exclude(draining=draining).update(draining=draining)


@cache
def _signing(path: Path) -> Signing:
    return Signing.in_file(path)


def key() -> Signing:
    """With which this machine signs what its workers did; known to all from now on."""
    folder = Path(settings.DATA_DIR) / "credentials"
    signing = _signing(folder / "worker.key")
    WorkerKey.objects.get_or_create(
        public=signing.public, defaults={"host": horse.host()}
    )
    return signing


@transaction.atomic
def withdraw_key(*, key: WorkerKey) -> WorkerKey:
    """Its receipts count no more; its workers take nothing more."""
    row = WorkerKey.objects.select_for_update().get(pk=key.pk)
    if row.withdrawn is None:
        row.withdrawn = timezone.now()
        row.save(update_fields=["withdrawn"])
        drain(workers=RenderWorker.objects.filter(key=row.public))
    return row


def reconcile(*, lost: str = "") -> dict[str, int]:
    """Forget workers that are gone: known to be dead, or silent for an hour.

    `lost` is a worker, or a horse of this one, which holds nothing then.
    """
    if lost:
        hold(())
    gone = [
        pk
        for pk, name in RenderWorker.objects.values_list("pk", "name")
        if name == lost or horse.gone(name)
    ]
    old = RenderWorker.objects.filter(seen__lt=Now() - FORGOTTEN)
    count, _ = (RenderWorker.objects.filter(pk__in=gone) | old).delete()
    return {"workers_gone": count}


def work() -> int:
    """Render what waits, as far as this process can; how many clips it ended."""
    from avatarfx.services import rendering  # noqa: PLC0415  loads codecs

    return rendering.render_next()
