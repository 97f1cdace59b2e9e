"""A weekly mail to the guardian of somebody under 18: counts, and nothing of what."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.module_loading import import_string

from socialapp.accounts.models import Guardian
from socialapp.accounts.services import AccountError
from socialapp.lib import mail

if TYPE_CHECKING:
    from socialapp.accounts.models import User

WEEK = dt.timedelta(days=7)


@transaction.atomic
def ask(*, user: User, email: str) -> Guardian:
    """Ask somebody whether they want the summary. AccountError when it cannot be."""
    email = email.strip().lower()
    if not user.is_minor:
        raise AccountError({"email": ["You are 18: nobody is told what you do here."]})
    try:
        validate_email(email)
    except ValidationError:
        raise AccountError(
            {"email": ["This is no e-mail address. Check it and try again."]}
        ) from None
    if email == user.email:
        raise AccountError({"email": ["This is your own address. Name a grown-up's."]})
    Guardian.objects.filter(user=user).delete()
    guardian = Guardian.objects.create(user=user, email=email)
    mail.send(to=email, template="guardian-ask", user=user, guardian=guardian)
    return guardian


def agree(*, guardian: Guardian) -> Guardian:
    """The guardian wants it; the first mail comes a week from now."""
    now = timezone.now()
    Guardian.objects.filter(pk=guardian.pk, confirmed__isnull=True).update(
        confirmed=now, sent=now
    )
    guardian.refresh_from_db()
    return guardian


def stop(*, user: User) -> None:
    """Either side may, at any time."""
    Guardian.objects.filter(user=user).delete()


def send_due(*, now: dt.datetime | None = None, lost: str = "") -> dict[str, int]:  # noqa: ARG001
    """Send what is a week old, once; who turned 18 is nobody's business any more."""
    moment = now or timezone.now()
    due = Guardian.objects.filter(
        Q(sent__lte=moment - WEEK), confirmed__isnull=False
    ).select_related("user")
    sent = 0
    for guardian in due:
        if not guardian.user.is_minor or not guardian.user.is_active:
            guardian.delete()
            continue
        sent += _send(guardian, moment)
    return {"guardians": sent}


@transaction.atomic
def _send(guardian: Guardian, now: dt.datetime) -> bool:
    mine = Guardian.objects.filter(pk=guardian.pk, sent=guardian.sent)
    if not mine.update(sent=now):
        return False
    since = guardian.sent or now - WEEK
    facts = [
        fact
        for path in settings.GUARDIAN_FACTS
        for fact in import_string(path)(guardian.user, since)
    ]
    mail.send(
        to=guardian.email,
        template="guardian-week",
        guardian=guardian,
        user=guardian.user,
        facts=facts,
        since=since,
        until=now,
    )
    return True
