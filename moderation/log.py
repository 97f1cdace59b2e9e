"""The audit log: what was done, by whom, to what; append-only and hash-chained.

Each row is sealed with SHA-256 over the digest of the row before it and its own
canonical JSON. The newest digest is written outside the database as well
(``moderation.anchors``), so that cutting off the end is noticed too.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.utils import timezone

from moderation import anchors, sealing
from moderation.models import LogEntry, LogHead

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping

    from socialapp.accounts.models import User

ZERO = "0" * 64
"""What the first row points back to."""

SYSTEM = "system"
ANONYMOUS = "anonymous"


@dataclass(frozen=True, slots=True)
class Flaw:
    """The first place where the log is not what it was."""

    number: int
    """Of the row; 0: it is not about one row."""

    problem: str

    def __str__(self) -> str:
        return f"Row {self.number}: {self.problem}" if self.number else self.problem


def record(
    actor: User | str | None,
    action: str,
    subject: str,
    data: Mapping[str, Any] | None = None,
) -> LogEntry:
    """Append one row, in the transaction of the caller.

    `actor` None means the system itself. `data` holds strings, whole numbers, booleans,
    None, lists and dicts: all that reads back from JSON as it was written. TypeError
    for anything else. No names and no texts of people go in here: rows are for ever.
    """
    kept = dict(data or {})
    _check(kept, action)
    with transaction.atomic():
        # Whoever appends holds this row until their transaction ends: one chain.
        LogHead.objects.get_or_create(pk=1)
        head = LogHead.objects.select_for_update().get(pk=1)
        entry = LogEntry(
            number=head.number + 1,
            at=timezone.now(),
            actor=name_of(actor),
            action=action,
            subject=subject,
            data=kept,
            previous=head.digest,
        )
        entry.digest = seal(entry)
        entry.save(force_insert=True)
        LogHead.objects.filter(pk=1).update(
            number=entry.number, digest=entry.digest, changed=entry.at
        )
        transaction.on_commit(
            partial(anchors.drop, entry.number, entry.digest), robust=True
        )
    return entry


def name_of(actor: User | str | None) -> str:
    if actor is None:
        return SYSTEM
    return actor if isinstance(actor, str) else f"user:{actor.pk}"


def seal(entry: LogEntry) -> str:
    """The digest that a row must have, in hex."""
    fields = {
        "number": entry.number,
        "at": _moment(entry.at),
        "actor": entry.actor,
        "action": entry.action,
        "subject": entry.subject,
        "data": entry.data,
    }
    body = json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(f"{entry.previous}{body}".encode()).hexdigest()


def verify() -> Flaw | None:
    """The first flaw, or None: every row is what it was, and none is missing."""
    number, digest = 0, ZERO
    outside = anchors.kept()
    for entry in LogEntry.objects.order_by("number", "pk").iterator():
        number += 1
        if flaw := _flaw_of(entry, number, digest):
            return flaw
        digest = entry.digest
        if outside.get(number, digest) != digest:
            return Flaw(number, "it is not the row that was anchored outside.")
    return _flaw_of_end(number, digest, outside)


def _flaw_of(entry: LogEntry, number: int, previous: str) -> Flaw | None:
    if entry.number > number:
        return Flaw(number, "it is missing.")
    if entry.number < number:
        return Flaw(entry.number, "there is a row of this number too many.")
    if entry.previous != previous:
        return Flaw(number, "it does not follow the row before it.")
    if entry.digest != seal(entry):
        return Flaw(number, "its content is not what was sealed.")
    return None


def _flaw_of_end(number: int, digest: str, outside: Mapping[int, str]) -> Flaw | None:
    head = LogHead.objects.filter(pk=1).first()
    reached = max([*outside, head.number if head else 0], default=0)
    if reached > number:
        return Flaw(number + 1, f"it is missing; the log once reached {reached}.")
    if head is None:
        return Flaw(0, "The head of the chain is missing.") if number else None
    if (head.number, head.digest) != (number, digest):
        return Flaw(head.number, "the head of the chain names another row.")
    if missing := sealing.missing_triggers(connection):
        return Flaw(0, f"The database no longer refuses changes: {', '.join(missing)}.")
    return None


def _moment(at: dt.datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S.%f}Z"


def _check(value: Any, action: str) -> None:
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        inside: Iterable[Any] = value.values()
    elif isinstance(value, list):
        inside = value
    elif value is None or isinstance(value, (str, bool, int)):
        inside = ()
    else:
        raise TypeError(
            f"{action}: {value!r} cannot be logged. Use text, whole numbers, booleans,"
            " lists and dicts of them."
        )
    for one in inside:
        _check(one, action)
