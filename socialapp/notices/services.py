"""The only writers of notices."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from socialapp.notices.models import Notice

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from socialapp.accounts.models import User

KEPT = timedelta(days=90)
"""How long news is kept, read or not."""

BATCH = 500


def notify(
    *,
    people: Iterable[User],
    kind: str,
    about: str,
    lead: str,
    words: str = "",
    url: str = "",
    action: str = "",
) -> int:
    """Tell each of them once, however often this is called with the same `kind` and
    `about`. Who left or is leaving hears nothing. How many were addressed."""
    told = [
        Notice(
            person=person,
            kind=kind,
            about=about,
            lead=lead[:160],
            words=words[:400],
            url=url,
            action=action,
        )
        for person in people
        if person.is_active and person.leaves is None
    ]
    Notice.objects.bulk_create(told, ignore_conflicts=True, batch_size=BATCH)
    return len(told)


def mark_seen(*, person: User, keys: Collection[str] | None = None) -> int:
    """These, or all of them; how many were new. Other people's are left alone."""
    unseen = Notice.objects.filter(person=person, seen__isnull=True)
    if keys is not None:
        unseen = unseen.filter(key__in=keys)
    return unseen.update(seen=timezone.now())


def forget(*, about: str, kinds: Collection[str] | None = None) -> int:
    """Nobody is told of this any more: it is gone, or there is newer news of it."""
    gone = Notice.objects.filter(about=about)
    if kinds is not None:
        gone = gone.filter(kind__in=kinds)
    return gone.delete()[0]


def sweep(*, lost: str = "") -> dict[str, int]:  # noqa: ARG001
    """Delete old news; `manage.py reconcile` calls this."""
    old = Notice.objects.filter(created__lt=timezone.now() - KEPT)
    return {"notices": old.delete()[0]}
