"""Daily tickets: one for each clip, held while it is made, then spent or returned.

A ticket bears the key of what it pays for and exists once, so nothing is charged twice
and each call may be repeated without harm.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from socialapp.accounts.models import Ticket, User

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Left:
    left: int
    of: int
    resets_at: datetime
    """The user's next midnight."""

    @property
    def words(self) -> str:
        """For example ``3 of 5 clips left today. Resets at 00:00 your time.``"""
        return f"{self.left} of {self.of} clips left today. Resets at 00:00 your time."


class NoTicketsError(Exception):
    """The day's tickets are used up; the message is fit for the user."""

    def __init__(self, *, of: int, resets_at: datetime) -> None:
        self.of = of
        self.resets_at = resets_at
        self.message = (
            "No tickets left today."
            f" The next {_count(of)} at 00:00 your time. You can still write."
        )
        super().__init__(self.message)


def left(user: User, *, clock: Callable[[], datetime] = timezone.now) -> Left:
    """What remains of the user's day, by the calendar of their time zone."""
    start, end = _day(user, clock())
    used = (
        Ticket.objects.filter(user=user, created__gte=start, created__lt=end)
        .exclude(state=Ticket.State.RETURNED)
        .count()
    )
    of = settings.CLIPS_PER_DAY
    return Left(left=max(0, of - used), of=of, resets_at=end)


@transaction.atomic
def hold(
    *,
    user: User,
    key: str,
    exempt: bool = False,
    clock: Callable[[], datetime] = timezone.now,
) -> None:
    """Set one of today's tickets aside for `key`; NoTicketsError when none is left.

    Holding for a key twice takes one ticket. `exempt` takes none: the house's own
    clips. The user's row is locked meanwhile (on SQLite the whole database is, since
    its transactions begin as writers), so parallel requests count one after the other.
    """
    if exempt:
        return
    locked = User.objects.select_for_update().get(pk=user.pk)
    ticket = Ticket.objects.filter(key=key).first()
    if ticket is not None and ticket.state != Ticket.State.RETURNED:
        return
    today = left(locked, clock=clock)
    if not today.left:
        raise NoTicketsError(of=today.of, resets_at=today.resets_at)
    Ticket.objects.update_or_create(
        key=key,
        defaults={"user": locked, "state": Ticket.State.HELD, "created": clock()},
    )


def known(key: str) -> bool:
    """False: whatever bears this key never cost a ticket."""
    return Ticket.objects.filter(key=key).exists()


def spend(key: str) -> bool:
    """True when a held ticket was spent; False: there is none, or it is settled."""
    return _settle(key, Ticket.State.SPENT)


def give_back(key: str) -> bool:
    """True when a held ticket was returned; False: there is none, or it is settled."""
    return _settle(key, Ticket.State.RETURNED)


def _settle(key: str, to: Ticket.State) -> bool:
    held = Ticket.objects.filter(key=key, state=Ticket.State.HELD)
    return bool(held.update(state=to))


def _day(user: User, now: datetime) -> tuple[datetime, datetime]:
    """Beginning and end, in UTC, of the user's calendar day that holds `now`."""
    try:
        zone = ZoneInfo(user.time_zone)
    except (KeyError, ValueError, OSError):  # a name that this machine does not know
        zone = ZoneInfo("UTC")
    today = now.astimezone(zone).date()
    start = datetime.combine(today, time(), tzinfo=zone)
    end = datetime.combine(today + timedelta(days=1), time(), tzinfo=zone)
    return start.astimezone(UTC), end.astimezone(UTC)


def _count(of: int) -> str:
    words = {1: "one arrives", 2: "two arrive", 3: "three arrive", 5: "five arrive"}
    return words.get(of, f"{of} arrive")
