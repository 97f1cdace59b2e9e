"""Tickets: how a program without a browser's session opens one socket."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models.functions import Now

from streams.errors import TicketError
from streams.models import Stream, StreamTicket

if TYPE_CHECKING:
    from socialapp.accounts.models import User

LIVES = timedelta(seconds=30)
"""Long enough to open a socket, too short to be passed on."""


def issue_ticket(*, stream: Stream, person: User) -> str:
    """A ticket that opens one socket of this stream, within LIVES."""
    ticket = secrets.token_urlsafe(24)
    StreamTicket.objects.create(
        stream=stream, person=person, digest=_digest(ticket), expires=Now() + LIVES
    )
    return ticket


def redeem_ticket(*, stream: Stream, ticket: str) -> User:
    """Whose it is; it is used up by this. TicketError when it opens nothing."""
    # One statement: of two sockets that come at once with one ticket, one gets in.
    mine = StreamTicket.objects.filter(
        digest=_digest(ticket), stream=stream, used__isnull=True, expires__gt=Now()
    )
    if not mine.update(used=Now()):
        raise TicketError(
            "This ticket is unknown, was used, or is older than"
            f" {LIVES.seconds} seconds. Ask for a new one."
        )
    redeemed = StreamTicket.objects.select_related("person")
    person = redeemed.get(digest=_digest(ticket)).person
    if not person.is_active:
        raise TicketError("This account is closed.")
    return person


def _digest(ticket: str) -> str:
    return hashlib.sha256(ticket.encode("utf-8", "replace")).hexdigest()
