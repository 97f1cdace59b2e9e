"""Going, in two steps: hidden at once, erased after two weeks, undone by signing in."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from socialapp.accounts.models import User
from socialapp.accounts.services import close_account
from socialapp.accounts.signing_in import sessions
from socialapp.lib import mail

if TYPE_CHECKING:
    import datetime as dt

log = logging.getLogger(__name__)

GRACE = timedelta(days=14)
"""Between asking to leave and being erased."""


@transaction.atomic
def ask_to_leave(*, user: User) -> User:
    """Hide the person and what is theirs; `purge_due` erases it after `GRACE`.

    Programs lose their tokens and browsers their sessions. A second call changes
    nothing.
    """
    fresh = User.objects.select_for_update().get(pk=user.pk)
    if fresh.leaves is None:
        fresh.leaves = timezone.now() + GRACE
        fresh.save(update_fields=["leaves"])
        fresh.tokens.all().delete()
        sessions.end_all(fresh)
        fresh.device_grants.all().delete()
        mail.send(to=fresh.email, template="leaving", leaves=fresh.leaves)
    user.leaves = fresh.leaves
    return user


def stay(*, user: User) -> bool:
    """Undo `ask_to_leave`: everything is where it was. False: they were not leaving."""
    stayed = User.objects.filter(pk=user.pk, leaves__isnull=False, is_active=True)
    user.leaves = None
    return bool(stayed.update(leaves=None))


def holds(user: User) -> list[str]:
    """Why this person cannot be erased yet, as ``settings.LEAVING_HOLDS`` say."""
    found = [import_string(path)(user) for path in settings.LEAVING_HOLDS]
    return [reason for reason in found if reason]


def purge_due(*, now: dt.datetime | None = None, lost: str = "") -> dict[str, int]:  # noqa: ARG001
    """Erase everybody whose time is over; who is held is asked again next time.

    `lost` is what every reconciler is given; nothing here hangs on a worker.
    """
    due = User.objects.filter(leaves__lte=now or timezone.now(), is_active=True)
    erased = 0
    for user in due:
        if reasons := holds(user):
            log.info("User %s stays for now: %s", user.pk, "; ".join(reasons))
            continue
        close_account(user=user)
        erased += 1
    return {"erased": erased}
