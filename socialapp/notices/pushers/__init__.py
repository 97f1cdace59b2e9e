"""What carries news to a browser that is not open: a Protocol, and the web's own way."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Protocol, cast

from django.conf import settings
from django.utils.module_loading import import_string

if TYPE_CHECKING:
    from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Target:
    """A browser's subscription. Keys are base64url, as the browser gives them."""

    endpoint: str
    p256dh: str
    auth: str


@dataclass(frozen=True, slots=True)
class Parcel:
    payload: bytes
    """At most 3,993 bytes: what fits one record of 4,096 (RFC 8291, section 4)."""

    seconds: int
    """How long the push service tries to deliver it."""

    topic: str
    """At most 32 characters of base64url: a newer parcel takes an undelivered one's
    place."""


class Arrival(StrEnum):
    DELIVERED = "delivered"
    GONE = "gone"
    """There is no such subscription any more."""

    LATER = "later"
    """The service is busy, broken or out of reach."""

    REFUSED = "refused"
    """It will never take this one."""


@dataclass(frozen=True, slots=True)
class Outcome:
    arrival: Arrival
    note: str = ""
    wait: timedelta | None = None
    """How long the service asks us to wait."""


class Pusher(Protocol):
    public_key: str
    """What browsers subscribe with: a point on P-256, uncompressed, base64url."""

    def complaint(self, target: Target) -> str:
        """Why nothing can be sent there; empty when it looks right."""
        ...

    def push(self, target: Target, parcel: Parcel) -> Outcome: ...


@cache
def _made(path: str, options: tuple[tuple[str, object], ...]) -> Pusher:
    return cast("Pusher", import_string(path)(**dict(options)))


def pusher() -> Pusher:
    """As ``settings.PUSHER`` says, made once."""
    chosen = settings.PUSHER
    options = tuple(sorted(chosen.get("OPTIONS", {}).items()))
    return _made(chosen["BACKEND"], options)
