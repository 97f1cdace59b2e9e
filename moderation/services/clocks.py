"""Legal clocks that run out: whoever may decide is told in time, once and once more."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from moderation import log, roles
from moderation.models import Case, LogEntry
from moderation.services.reports import case_subject
from socialapp.accounts.models import User
from socialapp.lib import mail

if TYPE_CHECKING:
    import datetime as dt

    from django.db.models import QuerySet

SOON = timedelta(hours=12)
"""Before the end of a clock: a working day's warning, wherever one lives."""


def watch(*, now: dt.datetime | None = None, lost: str = "") -> dict[str, int]:  # noqa: ARG001
    """Mail all who may decide about cases whose clock ends within `SOON`, and again
    when one is over. `lost` is what every reconciler is given."""
    moment = now or timezone.now()
    warned = 0
    for case in Case.objects.open().filter(due__lte=moment + SOON):
        late = case.due is not None and case.due <= moment
        warned += _warn(case, "case.overdue" if late else "case.due-soon", late=late)
    return {"warned": warned}


@transaction.atomic
def _warn(case: Case, action: str, *, late: bool) -> bool:
    """False: it was said already; the log remembers."""
    # Two rounds at once take turns at the case.
    Case.objects.select_for_update().get(pk=case.pk)
    said = LogEntry.objects.filter(action=action, subject=case_subject(case))
    if said.filter(at__gte=case.opened).exists():
        return False
    log.record(None, action, case_subject(case), {"case": case.key})
    for address in _deciders().values_list("email", flat=True):
        mail.send(to=address, template="clock", case=case, late=late)
    return True


def _deciders() -> QuerySet[User]:
    name = roles.WORK.partition(".")[2]
    may = Q(groups__permissions__codename=name) | Q(user_permissions__codename=name)
    people = User.objects.filter(may | Q(is_superuser=True), is_active=True)
    return people.exclude(email="").distinct()
