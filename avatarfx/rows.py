"""How far a batch is, and what became of each row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Count, Q

from avatarfx.batches import writing
from avatarfx.models import Batch, BatchRow, Clip
from socialapp.accounts import quotas
from socialapp.lib import blobs, withheld

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from socialapp.accounts.models import User

Status = BatchRow.State


@dataclass(frozen=True, slots=True)
class Tally:
    """Of the rows of a batch."""

    total: int
    bad: int
    waiting: int
    open: int
    ready: int
    lost: int
    """Failed, refused or stopped: what may be asked for again."""

    held: int
    """Made, and a person looks at them first."""

    @property
    def percent(self) -> int:
        wanted = self.total - self.bad
        return 100 * (self.ready + self.lost + self.held) // wanted if wanted else 0


def counts_of(batch: Batch) -> Tally:
    state = Clip.State
    asked = Q(state=Status.ASKED)
    found = batch.rows.aggregate(
        total=Count("pk"),
        bad=Count("pk", filter=Q(state=Status.BAD)),
        waiting=Count("pk", filter=Q(state=Status.WAITING)),
        open=Count(
            "pk", filter=asked & Q(clip__state__in=[state.QUEUED, state.RENDERING])
        ),
        ready=Count("pk", filter=asked & Q(clip__state=state.READY)),
        held=Count("pk", filter=asked & Q(clip__state=state.BLOCKED)),
        lost=Count(
            "pk",
            filter=Q(state__in=[Status.REFUSED, Status.CANCELLED])
            | asked & Q(clip__isnull=True)
            | asked & Q(clip__state__in=[state.FAILED, state.CANCELLED]),
        ),
    )
    return Tally(**found)


def cost_of(good: int, user: User) -> str:
    """What it takes, in words, before it is started."""
    left = quotas.left(user)
    clips = (
        "One clip, one ticket." if good == 1 else f"{good:,} clips, {good:,} tickets."
    )
    if good <= left.left:
        return f"{clips} You have {left.left} of {left.of} left today."
    days = 1 + -(-(good - left.left) // max(1, settings.CLIPS_PER_DAY))
    return (
        f"{clips} You have {left.left} of {left.of} left today, so it goes on by itself"
        f" for {days:,} days. Whoever runs this copy can give you more a day."
    )


def table_of(batch: Batch, *, site: str) -> Iterator[bytes]:
    """A CSV: what was sent, and what became of it; `site` comes before each link."""
    head = [*batch.columns, "row", "state", "page", "film", "why"]
    rows = batch.rows.select_related("clip").order_by("number")
    return writing.as_csv(
        head,
        (
            [
                *(str(row.values.get(name, "")) for name in batch.columns),
                str(row.number),
                said_of(row),
                site + row.clip.get_absolute_url() if row.clip else "",
                _film(site, row),
                why_of(row),
            ]
            for row in rows.iterator(500)
        ),
    )


def films_of(batch: Batch) -> Iterator[bytes]:
    """A zip of what is ready, named by row and by the first thing that its text says."""
    rows = batch.rows.select_related("clip").filter(clip__state=Clip.State.READY)
    return writing.as_zip(
        (
            writing.file_name(row.number, _first(batch, row), "mp4"),
            _reader(row),
        )
        for row in rows.order_by("number").iterator(500)
        if _shown(row)
    )


def said_of(row: BatchRow) -> str:
    """Its state, in words."""
    if row.clip is not None and row.state == Status.ASKED:
        return str(Clip.State(row.clip.state).label)
    return str(Status(row.state).label)


def why_of(row: BatchRow) -> str:
    if row.clip is not None and row.clip.error:
        return row.clip.error
    return f"{row.column}: {row.reason}" if row.column else row.reason


def _shown(row: BatchRow) -> bool:
    clip = row.clip
    return (
        clip is not None
        and clip.state == Clip.State.READY
        and clip.removed is None
        and not clip.withheld
        and bool(clip.video)
    )


def _reader(row: BatchRow) -> Callable[[], bytes | None]:
    ref = row.clip.video if row.clip else ""

    def read() -> bytes | None:
        try:
            if withheld.is_removed(blobs.name_of(ref)):
                return None
            return blobs.get(ref)
        except FileNotFoundError:
            return None

    return read


def _first(batch: Batch, row: BatchRow) -> str:
    name = batch.columns[0] if batch.columns else ""
    return str(row.values.get(name, ""))


def _film(site: str, row: BatchRow) -> str:
    """Where it is; empty while there is none to be shown."""
    if row.clip is None or not _shown(row):
        return ""
    return site + blobs.url(row.clip.video)
