"""The mail of the day or the week, with what its reader has not seen yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.utils import timezone

from socialapp.accounts.models import User
from socialapp.notices import clocks
from socialapp.notices.models import Letter, NoticeSettings
from socialapp.notices.services import errands
from socialapp.notices.services.choosing import settings_for

if TYPE_CHECKING:
    import datetime as dt

AT_ONCE = 200
"""Planned in one round; the next one is two seconds away."""

_signer = Signer(salt="socialapp.notices.unsubscribe")


def plan_digests(
    *,
    now: dt.datetime | None = None,
    lost: str = "",  # noqa: ARG001
) -> dict[str, int]:
    """Write down whose digest is due, one for each person and day, however many ask at
    once; `manage.py reconcile` calls this."""
    moment = now or timezone.now()
    due = NoticeSettings.objects.filter(next_digest__lte=moment)
    found = list(due.select_related("person").order_by("next_digest")[:AT_ONCE])
    planned = sum(_plan(chosen, moment) for chosen in found)
    if planned:
        errands.wake(Letter)
    return {"digests": planned}


@transaction.atomic
def _plan(chosen: NoticeSettings, now: dt.datetime) -> int:
    person = chosen.person
    was = chosen.next_digest
    assert was is not None  # noqa: S101  narrows for mypy: the query asked for it
    mine = NoticeSettings.objects.filter(pk=chosen.pk, next_digest=was)
    if not mine.update(next_digest=clocks.next_digest(person, chosen, now)):
        return 0
    if not person.is_active or person.leaves is not None:
        return 0
    day = was.astimezone(clocks.zone(person)).date()
    letter = Letter(person=person, name=f"digest:{day}", due=now, woken=now)
    Letter.objects.bulk_create([letter], ignore_conflicts=True)
    return 1


def unsubscribe_token(person: User) -> str:
    """Good for one thing: it ends the mails of whoever got it."""
    return _signer.sign(str(person.pk))


def whose_token(token: str) -> User | None:
    try:
        pk = _signer.unsign(token)
    except BadSignature:
        return None
    return User.objects.filter(pk=pk, is_active=True).first()


@transaction.atomic
def unsubscribe(*, person: User) -> None:
    """No digests, and no mails of single news, until they ask for them again."""
    settings_for([person])
    chosen = NoticeSettings.objects.select_for_update().get(person=person)
    chosen.digest = NoticeSettings.Every.NEVER
    chosen.next_digest = None
    chosen.mails = False
    chosen.save(update_fields=["digest", "next_digest", "mails"])
