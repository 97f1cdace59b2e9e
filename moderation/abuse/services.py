"""Whether a text may go out now: how often, how alike, from how new an account."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import math
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from moderation.abuse import links
from moderation.models import Utterance
from moderation.screening.normalise import normalise
from socialapp.accounts.models import User
from socialapp.lib.api.throttles import network_of, parse_rate

if TYPE_CHECKING:
    from django.db.models import QuerySet

DAY = timedelta(days=1)
SHORTEST = 12
"""Letters and digits; “Thank you” may be said as often as one likes."""


class AbuseError(Exception):
    """A refusal; `message` is for the person, `wait` is in how many seconds it ends."""

    def __init__(self, message: str, *, rule: str, wait: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.rule = rule
        self.wait = wait


@transaction.atomic
def allow(
    *,
    person: User,
    text: str,
    surface: str,
    place: str = "",
    address: str = "",
    slow: int = 0,
    private: bool = False,
) -> None:
    """Note that `text` goes out now. AbuseError when it may not.

    `address`: of the visitor, kept only as a keyed hash of their network. `slow`:
    seconds that a person waits between two texts at `place`. `private`: nobody else
    reads it, so its rate alone is counted and nothing of its words is kept. Staff are
    not counted.
    """
    if person.is_staff:
        return
    # Texts of one person go one by one: what is counted below does not change meanwhile.
    User.objects.select_for_update().get(pk=person.pk)
    now = timezone.now()
    network = _network(address)
    found = links.find("" if private else text)
    fingerprint = "" if private else fingerprint_of(text)
    _check_links(person, found, now)
    _check_slow(person, place, slow, now)
    _check_rates(person, surface, network, now)
    _check_repeats(person, fingerprint, now)
    Utterance.objects.create(
        person=person,
        surface=surface,
        place=place,
        address=network,
        fingerprint=fingerprint,
        links=len(found.hosts),
        created=now,
    )


def forget_old(*, now: dt.datetime | None = None) -> int:
    """Delete what is no longer needed for noticing; how many rows."""
    before = (now or timezone.now()) - timedelta(days=settings.ABUSE["KEPT_DAYS"])
    gone, _ = Utterance.objects.filter(created__lt=before).delete()
    return gone


def reconcile(*, lost: str = "") -> dict[str, int]:  # noqa: ARG001
    """What ``manage.py reconcile`` calls."""
    return {"utterances": forget_old()}


def fingerprint_of(text: str) -> str:
    """The same for texts that differ in marks, case, spaces, look-alikes and runs."""
    letters = "".join(c for c in normalise(text).text.lower() if c.isalnum())
    if len(letters) < SHORTEST:
        return ""
    return hashlib.sha256(letters.encode()).hexdigest()[:32]


def is_new(person: User, now: dt.datetime | None = None) -> bool:
    age = (now or timezone.now()) - person.date_joined
    return age < timedelta(days=settings.ABUSE["NEW_DAYS"])


def _network(address: str) -> str:
    if not address:
        return ""
    digest = hmac.new(
        settings.SECRET_KEY.encode(), network_of(address).encode(), hashlib.sha256
    )
    return digest.hexdigest()[:32]


def _check_links(person: User, found: links.Links, now: dt.datetime) -> None:
    if found.lies:
        raise AbuseError(
            f"The link “{found.lies[:60]}” does not lead where it says (rule 6.1,"
            " no spam). Write the plain address. Nothing was spent.",
            rule="6.1",
        )
    most: int = settings.ABUSE["LINKS"]["new" if is_new(person, now) else "most"]
    if len(found.hosts) <= most:
        return
    if most == 0:
        days = settings.ABUSE["NEW_DAYS"]
        raise AbuseError(
            f"Links can be posted {days} days after joining (rule 6.1, no spam). Take the"
            " link out, or wait. Nothing was spent.",
            rule="6.1",
        )
    raise AbuseError(
        f"This has {len(found.hosts)} links, and {most} may stand in one text (rule"
        " 6.1, no spam). Take some out. Nothing was spent.",
        rule="6.1",
    )


def _check_slow(person: User, place: str, slow: int, now: dt.datetime) -> None:
    if not (slow and place):
        return
    last = _lately(now, timedelta(seconds=slow)).filter(person=person, place=place)
    if newest := last.order_by("-created").first():
        wait = math.ceil(slow - (now - newest.created).total_seconds())
        raise AbuseError(
            f"Slow mode is on here: one text in {slow} seconds. Yours can go in {wait}.",
            rule="6.1",
            wait=wait,
        )


def _check_rates(person: User, surface: str, network: str, now: dt.datetime) -> None:
    rates: dict[str, str] = settings.ABUSE["RATES"].get(
        surface, settings.ABUSE["RATES"]["*"]
    )
    scopes: list[tuple[str, QuerySet[Utterance]]] = [
        ("person", Utterance.objects.filter(person=person))
    ]
    if is_new(person, now):
        scopes.append(("new", Utterance.objects.filter(person=person)))
    if network:
        scopes.append(("address", Utterance.objects.filter(address=network)))
    for name, rows in scopes:
        amount, seconds = parse_rate(rates[name])
        since = now - timedelta(seconds=seconds)
        times = list(
            rows.filter(surface=surface, created__gte=since)
            .order_by("-created")
            .values_list("created", flat=True)[:amount]
        )
        if len(times) >= amount:
            wait = max(1, math.ceil((times[-1] - since).total_seconds()))
            raise AbuseError(
                f"That was {amount} in {_span(seconds)}, which is the most"
                f"{' for a new account' if name == 'new' else ''} (rule 6.1, no spam)."
                f" The next can go in {_span(wait)}. Nothing was spent.",
                rule="6.1",
                wait=wait,
            )


def _check_repeats(person: User, fingerprint: str, now: dt.datetime) -> None:
    if not fingerprint:
        return
    same = _lately(now, DAY).filter(fingerprint=fingerprint)
    limits: dict[str, int] = settings.ABUSE["REPEATS"]
    mine = same.filter(person=person).count()
    if mine >= limits["person"] or same.count() >= limits["everyone"]:
        who = f"You posted this {mine} times" if mine else "Many people posted this"
        raise AbuseError(
            f"{who} today (rule 6.1, no spam). Say it in another way, or wait until"
            " tomorrow. Nothing was spent.",
            rule="6.1",
            wait=int(DAY.total_seconds()),
        )


def _lately(now: dt.datetime, span: timedelta) -> QuerySet[Utterance]:
    return Utterance.objects.filter(created__gt=now - span)


def _span(seconds: int) -> str:
    """``90 seconds``, ``10 minutes``, ``3 hours``."""
    for unit, size in (("hour", 3600), ("minute", 60)):
        if seconds >= 2 * size or seconds == size:
            amount = math.ceil(seconds / size)
            return f"{amount} {unit}{'s' if amount > 1 else ''}"
    return f"{seconds} seconds"
