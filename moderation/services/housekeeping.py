"""The daily round: claims, questions, contacts, counts and files whose time is over.

Words of cases go in ``retention``.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from moderation import log
from moderation.models import Appeal, Case, Exposure, Hold, Report, Statement
from moderation.services import erasing, retention
from moderation.services.claims import release_expired
from socialapp.lib import blobs, withheld
from socialapp.lib.models import Withheld

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

CONTACTS = timedelta(days=90)
"""Names and addresses of people without an account, after the decision."""

EXPOSURE = timedelta(days=90)
"""Counts of what moderators saw."""


def keep_house(*, now: dt.datetime | None = None) -> dict[str, int]:
    """Run every job once; how much each did. The log says so, if anything was done."""
    moment = now or timezone.now()
    done = {name: job(moment) for name, job in JOBS.items()}
    if any(done.values()):
        log.record(None, "retention.run", "house", dict(done))
    return done


def _claims(now: dt.datetime) -> int:
    return release_expired(now=now)


@transaction.atomic
def _questions(now: dt.datetime) -> int:
    """Appeals whose question was not answered in time go to the moderator as they are."""
    late = Appeal.objects.filter(state=Appeal.State.ASKED, answer_by__lte=now)
    return late.update(state=Appeal.State.OPEN, answer_by=None)


@transaction.atomic
def _contacts(now: dt.datetime) -> int:
    old = Report.objects.filter(
        case__state__in=[Case.State.DECIDED, Case.State.CLOSED],
        case__state_changed__lte=now - CONTACTS,
    )
    return old.exclude(contact={}).update(contact={}, source="")


def _words(now: dt.datetime) -> int:
    """Round after round, until nothing is left to empty."""
    emptied = 0
    while found := retention.sweep(now=now):
        emptied += found
    return emptied


@transaction.atomic
def _exposure(now: dt.datetime) -> int:
    gone, _ = Exposure.objects.filter(day__lt=(now - EXPOSURE).date()).delete()
    return gone


@transaction.atomic
def _files(now: dt.datetime) -> int:
    """Delete the files of what was removed, once no appeal can bring it back.

    Their names stay withheld: the same bytes do not come in again.
    """
    deleted = 0
    settled = {
        f"{hold.kind}:{hold.subject_key}"
        for hold in Hold.objects.filter(level=Hold.Level.REMOVED)
        if _settled(hold, now)
    }
    for name in Withheld.objects.values_list("name", flat=True).distinct():
        causes = list(Withheld.objects.filter(name=name))
        over = not withheld.shown_elsewhere(name, causes) and all(
            one.removed and one.cause in settled for one in causes
        )
        if over and blobs.is_stored(name):
            blobs.remove_named(name)
            deleted += 1
    return deleted


def _settled(hold: Hold, now: dt.datetime) -> bool:
    kind, _, key = hold.cause.partition(":")
    if kind != "decision":
        return False
    statement = Statement.objects.filter(decision__key=key).first()
    if statement is None or statement.open_at(now):
        return False
    return not Appeal.objects.filter(
        statement=statement, state__in=Appeal.UNDECIDED
    ).exists()


JOBS: dict[str, Callable[[dt.datetime], int]] = {
    "claims ended": _claims,
    "questions ended": _questions,
    "contacts erased": _contacts,
    "cases emptied": _words,
    "texts erased": lambda now: erasing.erase_texts(now=now),
    "authors erased": lambda now: erasing.erase_authors(now=now),
    "counts erased": _exposure,
    "files deleted": _files,
}
