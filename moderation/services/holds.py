"""Taking things off the stage, with all that was made of them, and putting them back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from moderation import subjects
from moderation.models import Hold
from socialapp.lib import withheld

if TYPE_CHECKING:
    from moderation.subjects import Subject

HIDDEN = Hold.Level.HIDDEN
REMOVED = Hold.Level.REMOVED


@transaction.atomic
def withhold(
    *, kind: str, thing: Any, level: str, cause: str, content: bool = False
) -> int:
    """Withhold a thing and its descendants; how many things that were.

    `cause` names who asked, so that `release` undoes this and nothing else. `content`:
    what its files show is forbidden, so nobody else who has them shows them either.
    """
    family = subjects.family(kind, thing)
    for subject, one in family:
        Hold.objects.update_or_create(
            kind=subject.kind,
            subject_key=subject.key(one),
            cause=cause,
            defaults={"level": level, "content": content},
        )
        _apply(subject, one)
    return len(family)


@transaction.atomic
def release(*, cause: str) -> int:
    """Lift every hold of this cause; things that nobody else holds are back."""
    holds = list(Hold.objects.filter(cause=cause))
    Hold.objects.filter(cause=cause).delete()
    for hold in holds:
        thing = subjects.find(hold.kind, hold.subject_key)
        if thing is not None:
            _apply(subjects.get(hold.kind), thing)
    return len(holds)


def _apply(subject: Subject, thing: Any) -> None:
    """Bring the thing and its files to the strongest of its holds."""
    key = subject.key(thing)
    holds = Hold.objects.filter(kind=subject.kind, subject_key=key)
    levels = set(holds.values_list("level", flat=True))
    files = f"{subject.kind}:{key}"
    if not levels:
        subject.restore(thing)
        withheld.release(cause=files)
        return
    removed = REMOVED in levels
    (subject.remove if removed else subject.hide)(thing)
    author = subject.author(thing)
    withheld.withhold(
        subject.media(thing),
        cause=files,
        owner=author.pk if author else None,
        removed=removed,
        content=holds.filter(content=True).exists(),
    )
