"""What the moderators' queue and its case page read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils import timezone

from moderation import lookalikes, subjects
from moderation.models import Appeal, Case, Exposure, LogEntry
from socialapp.lib import blobs
from socialapp.lib.media import content_type

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from moderation.models import CaseQuerySet
    from socialapp.accounts.models import User

RELATED = 12
HISTORY = 60


@dataclass(frozen=True, slots=True)
class Line:
    """One field of the thing, when the case was opened and now."""

    field: str
    then: str
    now: str

    @property
    def changed(self) -> bool:
        return self.then != self.now


@dataclass(frozen=True, slots=True)
class File:
    name: str
    url: str
    kind: str
    """``image``, ``video``, ``audio`` or another first half of a content type."""


@dataclass(frozen=True, slots=True)
class Kin:
    """Something that a finder holds for the same thing."""

    title: str
    why: str
    case: Case | None
    """The one that waits, if there is one."""

    mark: str
    """``kind:key``, by which it is chosen to be decided along."""

    kind: str
    """In words."""

    author: str
    exact: bool


@dataclass(frozen=True, slots=True)
class Desk:
    """A case page, ready to draw."""

    lines: list[Line]
    files: list[File]
    gone: bool
    url: str
    subject: str
    related: list[Case]
    kin: list[Kin]
    history: list[LogEntry]
    appeal: Appeal | None
    """The one that waits for an answer."""


def queue() -> CaseQuerySet:
    """What waits, in the order in which it should be done."""
    return Case.objects.open().in_order()


def free_for(moderator: User) -> CaseQuerySet:
    """What this moderator may decide next: not claimed by others, not their own, and
    no appeal against themselves."""
    now = timezone.now()
    theirs = Q(claimed_until__gt=now) & ~Q(claimed_by=moderator)
    own_appeals = Appeal.objects.filter(
        state__in=Appeal.UNDECIDED, first_moderator=moderator
    ).values("statement__decision__case")
    return (
        queue()
        .exclude(theirs & Q(claimed_by__isnull=False))
        .exclude(author=moderator)
        .exclude(state=Case.State.APPEALED, pk__in=own_appeals)
    )


def neighbours(case: Case, moderator: User) -> tuple[int | None, int | None]:
    """The case before and the case after this one in the queue, by id."""
    ids = list(free_for(moderator).values_list("pk", flat=True))
    if case.pk not in ids:
        return None, ids[0] if ids else None
    at = ids.index(case.pk)
    before = ids[at - 1] if at else None
    return before, ids[at + 1] if at + 1 < len(ids) else None


def desk_of(case: Case) -> Desk:
    subject = subjects.get(case.kind)
    thing = subject.find(case.subject_key)
    now: dict[str, str] = {}
    names = list(case.media)
    if thing is not None:
        now = dict(subject.snapshot(thing))
        names = list(dict.fromkeys([*names, *subject.media(thing)]))
    fields = dict.fromkeys([*case.snapshot, *now])
    waiting = Appeal.objects.filter(
        statement__decision__case=case, state__in=Appeal.UNDECIDED
    )
    return Desk(
        lines=[
            Line(field, str(case.snapshot.get(field, "")), str(now.get(field, "")))
            for field in fields
        ],
        files=[file_of(name) for name in names],
        gone=thing is None,
        url=subject.url(thing) if thing is not None else "",
        subject=subject.title,
        related=_related(case),
        kin=_kin(case),
        history=list(_history(case)),
        appeal=waiting.select_related("statement__decision")
        .prefetch_related("messages")
        .first(),
    )


def file_of(name: str) -> File:
    return File(name, blobs.url_named(name), content_type(name).partition("/")[0])


def poster_of(case: Case) -> File | None:
    """The picture that stands for the case in lists."""
    files = [file_of(name) for name in case.media]
    return next((file for file in files if file.kind == "image"), None)


def seen_today(moderator: User) -> Exposure | None:
    return Exposure.objects.filter(
        moderator=moderator, day=timezone.localdate()
    ).first()


def _related(case: Case) -> list[Case]:
    same = Q(kind=case.kind, subject_key=case.subject_key)
    if case.author_id:
        same |= Q(author=case.author_id)
    others = Case.objects.filter(same).exclude(pk=case.pk)
    return list(others.order_by("-opened")[:RELATED])


def _kin(case: Case) -> list[Kin]:
    """Copies and look-alikes that are still here."""
    found: list[Kin] = []
    for copy in lookalikes.copies_of(case.kind, case.subject_key):
        thing: Any = subjects.find(copy.kind, copy.key)
        if thing is not None:
            open_case = Case.objects.open().of_subject(copy.kind, copy.key).first()
            subject = subjects.get(copy.kind)
            found.append(
                Kin(
                    title=subject.describe(thing),
                    why=copy.how,
                    case=open_case,
                    mark=f"{copy.kind}:{copy.key}",
                    kind=subject.title.lower(),
                    author=str(subject.author(thing) or ""),
                    exact=copy.exact,
                )
            )
    return found


def _history(case: Case) -> QuerySet[LogEntry]:
    subject = f"{case.kind}:{case.subject_key}"
    return LogEntry.objects.filter(subject=subject).order_by("-number")[:HISTORY]
