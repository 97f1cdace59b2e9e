"""Hours of a person's own clock: when it is quiet, when a digest is due."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from socialapp.notices.models import NoticeSettings

if TYPE_CHECKING:
    from socialapp.accounts.models import User

NIGHT = (22, 7)
"""Nothing rings for anybody under 18 from the first hour to the second."""

SUNDAY = 6


def zone(person: User) -> dt.tzinfo:
    try:
        return ZoneInfo(person.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        return dt.UTC


def quiet_until(
    person: User, chosen: NoticeSettings | None, now: dt.datetime
) -> dt.datetime | None:
    """When it may ring again; None: it may ring now."""
    spans = [NIGHT] if person.is_minor else []
    if chosen is None:
        spans.append(NIGHT)
    elif chosen.quiet:
        spans.append((chosen.quiet_from, chosen.quiet_until))
    moment = now
    # The end of one span may lie in the other; two spans end after two steps.
    for _ in spans:
        for span in spans:
            moment = _end(span, moment.astimezone(zone(person)))
    return moment if moment > now else None


def _end(span: tuple[int, int], local: dt.datetime) -> dt.datetime:
    """The end of the span that holds this moment, or the moment itself."""
    start, end = span
    if start < end:
        inside = start <= local.hour < end
    else:
        inside = start != end and (local.hour >= start or local.hour < end)
    if not inside:
        return local
    day = local.date() + dt.timedelta(days=int(local.hour >= end))
    return dt.datetime.combine(day, dt.time(end), tzinfo=local.tzinfo)


def next_digest(
    person: User, chosen: NoticeSettings, now: dt.datetime
) -> dt.datetime | None:
    """The next such hour of the person's clock after `now`; None: never."""
    if chosen.digest == NoticeSettings.Every.NEVER:
        return None
    local = now.astimezone(zone(person))
    day = local.date()
    for _ in range(8):
        moment = dt.datetime.combine(
            day, dt.time(chosen.digest_hour), tzinfo=local.tzinfo
        )
        right = chosen.digest == NoticeSettings.Every.DAY or moment.weekday() == SUNDAY
        if right and moment > now:
            return moment
        day += dt.timedelta(days=1)
    raise AssertionError("a week has a Sunday")
