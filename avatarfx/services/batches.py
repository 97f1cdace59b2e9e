"""Writes to batches: read a table, check each row, then ask for clips little by little.

Nothing is asked for before every row was looked at. Clips are asked for a few at a time
behind everybody's own, and each costs one of the day's tickets: with none left the batch
waits for the next day. A row and its clip are written together, so a job that is sent
twice makes nothing twice.
"""

from __future__ import annotations

import hashlib
import json
import logging
from datetime import timedelta
from itertools import islice
from typing import IO, TYPE_CHECKING, Any, TypeVar

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from avatarfx.batches import tables, template
from avatarfx.batches.tables import MOST_BYTES, Table, TableError
from avatarfx.errors import DiskFullError, IdempotencyConflictError, NotNowError
from avatarfx.models import Batch, BatchRow, Clip
from avatarfx.services.requests import cancel_clip, check_script, request_clip
from avatarfx.standing import require_background
from moderation.screening.judge import ScreeningUnavailableError, screen_text
from moderation.screening.refusals import TextRefusedError, age_of, message_of
from socialapp.accounts.models import User
from socialapp.accounts.quotas import NoTicketsError
from socialapp.acting.script import ScriptError
from socialapp.characters.services import CharacterError, require_words
from socialapp.jobs.queue import enqueue

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from socialapp.characters.models import Character

log = logging.getLogger(__name__)

CHECK, FEED = "avatarfx.jobs.check_batch", "avatarfx.jobs.feed_batch"

AT_ONCE = 500
"""Rows that are in memory together."""

TOGETHER = 20
"""Scripts that are screened in one go; of a group that is stopped, each by itself."""

MOST_OPEN = 10
"""Clips of one batch that wait or are made at a time."""

PAUSE = timedelta(seconds=45)
"""After which a batch that nobody looks after is looked after again."""

Status = BatchRow.State
Item = TypeVar("Item")


class BatchError(Exception):
    """The batch is not taken, or cannot go on; the message is for its owner."""


def create_batch(
    *,
    owner: User,
    character: Character,
    text: str,
    table: Table,
    look: Mapping[str, Any] | None = None,
    title: str = "",
    idempotency_key: str = "",
) -> Batch:
    """Read a table and keep its rows, filled in; a job then looks at each of them.

    `look`: arguments of ``request_clip`` for all rows. The same `idempotency_key`
    returns the same batch. BatchError for what makes every row impossible;
    IdempotencyConflictError.
    """
    look, text = dict(look or {}), text.strip()
    _check_all(owner, character, look)
    try:
        template.check(text, table.columns)
    except template.TemplateError as error:
        raise BatchError(str(error)) from None
    digest = hashlib.sha256(
        json.dumps([character.key, text, title, look], sort_keys=True).encode()
    )
    pace = character.voice_spec.speed
    with transaction.atomic():
        # Requests of one person go one by one: the keys below are compared.
        User.objects.select_for_update().get(pk=owner.pk)
        earlier = Batch.objects.filter(
            owner=owner, idempotency_key=idempotency_key
        ).exclude(idempotency_key="")
        found = earlier.first()
        batch = Batch(
            owner=owner,
            character=character,
            title=title.strip()[:80],
            template=text,
            look=look,
            columns=list(table.columns),
            idempotency_key="" if found else idempotency_key,
        )
        if found is None:
            batch.save(force_insert=True)
        for part in _parts(_read(table), AT_ONCE):
            for row in part:
                digest.update(json.dumps([row.number, row.values]).encode())
            if found is None:
                made = [_row_of(batch, row, pace) for row in part]
                BatchRow.objects.bulk_create(made)
        if found is not None:
            if found.request_hash != digest.hexdigest():
                raise IdempotencyConflictError
            return found
        batch.request_hash = digest.hexdigest()
        batch.save(update_fields=["request_hash"])
        enqueue(CHECK, batch.pk)
    return batch


def table_from(file: IO[bytes], *, size: int) -> Table:
    """A CSV file that was sent. BatchError."""
    if size > MOST_BYTES:
        raise BatchError(
            f"This table is too large; we take up to {MOST_BYTES // 1024**2} MB. Send it"
            " in several parts."
        )
    try:
        return tables.from_csv(file)
    except TableError as error:
        raise BatchError(str(error)) from None


def table_of(rows: Sequence[Mapping[str, Any]]) -> Table:
    """Rows that came as JSON. BatchError."""
    try:
        return tables.from_json(rows)
    except TableError as error:
        raise BatchError(str(error)) from None


def check_batch(*, batch_id: int) -> None:
    """Let the rules look at what each row says; then it may start."""
    batch = Batch.objects.select_related("owner").filter(pk=batch_id).first()
    if batch is None or batch.state != Batch.State.CHECKING:
        return
    rows = batch.rows.filter(state=Status.WAITING).order_by("number")
    try:
        for part in _parts(rows.iterator(AT_ONCE), TOGETHER):
            _screen(batch, part)
    except ScreeningUnavailableError as error:
        # `feed_batches` sends the job again.
        Batch.objects.filter(pk=batch.pk).update(note=error.message[:300])
        return
    Batch.objects.filter(pk=batch.pk, state=Batch.State.CHECKING).update(
        state=Batch.State.CHECKED, note=""
    )


@transaction.atomic
def start_batch(*, batch: Batch, without_bad: bool = False) -> Batch:
    """Begin to ask for clips. BatchError names the first bad row unless `without_bad`
    leaves them out; nothing was asked for then."""
    fresh = Batch.objects.select_for_update().get(pk=batch.pk)
    if fresh.state == Batch.State.RUNNING:
        return fresh
    if fresh.state == Batch.State.CHECKING:
        raise BatchError("Its rows are still being read. Start it in a moment.")
    if fresh.state != Batch.State.CHECKED:
        raise BatchError("This batch was started before.")
    bad = fresh.rows.filter(state=Status.BAD)
    good = fresh.rows.filter(state=Status.WAITING).count()
    if not good:
        raise BatchError(
            "No row of this table can be made. Change it and send it again."
        )
    if not without_bad and (first := bad.order_by("number").first()):
        more = bad.count() - 1
        where = f", column “{first.column}”" if first.column else ""
        others = f" {more} more cannot be made." if more else ""
        raise BatchError(
            f"Row {first.number}{where}: {first.reason}{others} Start it with all but"
            f" the bad ones ({good}), or change the table."
        )
    fresh.state, fresh.started = Batch.State.RUNNING, timezone.now()
    fresh.fed = fresh.started
    fresh.save(update_fields=["state", "started", "fed"])
    enqueue(FEED, fresh.pk)
    return fresh


def feed_batch(*, batch_id: int) -> None:
    """Ask for as many clips as there is room for; note why it does not go on."""
    Batch.objects.filter(pk=batch_id).update(fed=timezone.now())
    note = ""
    while True:
        try:
            if not _ask_for_next(batch_id):
                break
        except (NoTicketsError, DiskFullError, ScreeningUnavailableError) as error:
            note = error.message
            break
    _settle(batch_id, note)


@transaction.atomic
def cancel_batch(*, batch: Batch) -> Batch:
    """Stop what waits and what is being made; what is ready stays."""
    fresh = Batch.objects.select_for_update().get(pk=batch.pk)
    if fresh.state in {Batch.State.DONE, Batch.State.CANCELLED}:
        return fresh
    fresh.state, fresh.note = Batch.State.CANCELLED, ""
    fresh.save(update_fields=["state", "note"])
    fresh.rows.filter(state=Status.WAITING).update(state=Status.CANCELLED)
    for clip in Clip.objects.open().filter(batch_rows__batch=fresh):
        try:
            cancel_clip(clip=clip)
        except NotNowError:
            log.info("Clip %s was ready before it could be stopped", clip.key)
    return fresh


@transaction.atomic
def retry_batch(*, batch: Batch) -> Batch:
    """Ask again for what was refused, failed or stopped; rows that were bad stay so."""
    fresh = Batch.objects.select_for_update().get(pk=batch.pk)
    if fresh.state in {Batch.State.CHECKING, Batch.State.CHECKED}:
        raise BatchError("This batch was not started yet.")
    lost = fresh.rows.filter(
        Q(state__in=[Status.REFUSED, Status.CANCELLED])
        | Q(state=Status.ASKED, clip__isnull=True)
        | Q(clip__state__in=[Clip.State.FAILED, Clip.State.CANCELLED])
    )
    keys = list(lost.values_list("pk", flat=True))
    if not keys:
        raise BatchError("Nothing of this batch failed.")
    for part in _parts(keys, AT_ONCE):
        BatchRow.objects.filter(pk__in=part).update(
            state=Status.WAITING, clip=None, reason="", column=""
        )
    fresh.state, fresh.fed = Batch.State.RUNNING, timezone.now()
    fresh.save(update_fields=["state", "fed"])
    enqueue(FEED, fresh.pk)
    return fresh


def remove_batch(*, batch: Batch) -> None:
    """The table and what it says of each row. Clips that were made stay."""
    with transaction.atomic():
        cancel_batch(batch=batch)
        Batch.objects.filter(pk=batch.pk).delete()


def forget_batches(*, owner: User) -> None:
    for batch in Batch.objects.filter(owner=owner):
        remove_batch(batch=batch)


def feed_batches(*, lost: str = "") -> dict[str, int]:  # noqa: ARG001  not ours
    """Look after batches that nobody looked after for a while."""
    now = timezone.now()
    asked = 0
    due = (Batch.State.CHECKING, Batch.State.RUNNING)
    for batch in Batch.objects.filter(state__in=due, fed__lt=now - PAUSE)[:AT_ONCE]:
        # Whoever moves the time asks: two reconcilers do not ask twice.
        if not Batch.objects.filter(pk=batch.pk, fed=batch.fed).update(fed=now):
            continue
        asked += 1
        if batch.state == Batch.State.CHECKING:
            enqueue(CHECK, batch.pk)
        else:
            enqueue(FEED, batch.pk)
    return {"batches": asked}


def go_on_after(*, clip: Clip) -> None:
    """A clip ended, so there is room for another one of its batch."""
    for batch_id in BatchRow.objects.filter(clip=clip).values_list("batch", flat=True):
        enqueue(FEED, batch_id)


def _check_all(owner: User, character: Character, look: Mapping[str, Any]) -> None:
    """What would be refused for every row is refused once."""
    try:
        require_words(character)
        if look.get("background"):
            require_background(name=look["background"], owner=owner)
    except CharacterError as error:
        raise BatchError(f"{character.name} cannot speak yet. {error}") from None
    except NotNowError as error:
        raise BatchError(error.message) from None
    if character.portrait is None:
        raise BatchError(f"{character.name} has no portrait yet. Give them one first.")


def _parts(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    coming = iter(items)
    while part := list(islice(coming, size)):
        yield part


def _read(table: Table) -> Iterator[tables.Row]:
    try:
        yield from table.rows
    except TableError as error:
        raise BatchError(str(error)) from None


def _row_of(batch: Batch, row: tables.Row, pace: float) -> BatchRow:
    made = BatchRow(batch=batch, number=row.number, values=row.values)
    try:
        if row.problem:
            raise ScriptError(row.problem)
        made.script = template.fill(batch.template, row.values)
        check_script(made.script, speed=pace)
    except template.RowError as error:
        made.state, made.column, made.reason = Status.BAD, error.column, error.reason
    except ScriptError as error:
        made.state, made.reason = Status.BAD, str(error)[:300]
        made.column = _longest(batch.template, row.values)
    return made


def _longest(text: str, values: Mapping[str, str]) -> str:
    """Of the columns that the text asks for, the one that says most: what to shorten."""
    used = {name.casefold() for name in template.places(text)}
    said = {k: len(v) for k, v in values.items() if k.casefold() in used}
    return max(said, key=lambda name: said[name]) if said else ""


def _screen(batch: Batch, rows: Sequence[BatchRow]) -> None:
    together = "\n\n".join(row.script for row in rows)
    if not _stopped(batch, together):
        return
    for row in rows:
        if why := _stopped(batch, row.script):
            row.state, row.reason = Status.BAD, why[:300]
            row.column = _to_blame(batch, row)
            row.save(update_fields=["state", "reason", "column"])


def _to_blame(batch: Batch, row: BatchRow) -> str:
    """The column whose cell is stopped by itself; empty: it takes the whole text."""
    used = {name.casefold() for name in template.places(batch.template)}
    for name, value in row.values.items():
        if name.casefold() in used and value and _stopped(batch, value):
            return str(name)
    return ""


def _stopped(batch: Batch, text: str) -> str:
    """Why the rules refuse it; empty when they do not. Keeps nothing."""
    owner = batch.owner
    verdict = screen_text(
        text, surface="script", age=age_of(owner), person=owner, log=False
    )
    return message_of(verdict, text) if verdict.stops else ""


def _ask_for_next(batch_id: int) -> bool:
    """Whether one row was settled; False: there is no room, or no row."""
    with transaction.atomic():
        batch = (
            Batch.objects.select_for_update(of=("self",))
            .select_related("owner", "character__portrait")
            .get(pk=batch_id)
        )
        if batch.state != Batch.State.RUNNING:
            return False
        if Clip.objects.open().filter(batch_rows__batch=batch).count() >= MOST_OPEN:
            return False
        row = batch.rows.filter(state=Status.WAITING).order_by("number").first()
        if row is None:
            return False
        row.attempt += 1
        try:
            with transaction.atomic():
                row.clip = request_clip(
                    owner=batch.owner,
                    character=batch.character,
                    script=row.script,
                    title=_title_of(batch, row),
                    lane=Clip.Lane.LATER,
                    idempotency_key=f"batch:{batch.key}:{row.number}:{row.attempt}",
                    **batch.look,
                )
            row.state = Status.ASKED
        except (ScriptError, TextRefusedError, NotNowError) as error:
            row.state = Status.REFUSED
            row.reason = str(getattr(error, "message", error))[:300]
        row.save(update_fields=["attempt", "clip", "state", "reason"])
    return True


def _title_of(batch: Batch, row: BatchRow) -> str:
    first = next(
        (value for name in template.places(batch.template)
         for key, value in row.values.items() if key.casefold() == name.casefold()),
        "",
    )  # fmt: skip
    return f"{batch.name}: {first}"[:80]


def _settle(batch_id: int, note: str) -> None:
    """Done when nothing waits and nothing is being made."""
    with transaction.atomic():
        batch = Batch.objects.select_for_update().filter(pk=batch_id).first()
        if batch is None or batch.state != Batch.State.RUNNING:
            return
        batch.note = note[:300]
        waiting = batch.rows.filter(state=Status.WAITING).exists()
        if not waiting and not Clip.objects.open().filter(batch_rows__batch=batch):
            batch.state = Batch.State.DONE
        batch.save(update_fields=["note", "state"])
