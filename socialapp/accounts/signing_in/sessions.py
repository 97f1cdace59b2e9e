"""Where a person is signed in, as they see it, and how one of these places is closed.

`django.contrib.sessions` keeps the sessions; `allauth.usersessions` has a row for each
with what tells them apart. A session that is ended is gone with its next request, and its
open sockets are closed at once (``socialapp.accounts.signing_in.session_sockets``).
"""

from __future__ import annotations

import hashlib
import ipaddress
import logging
import re
from functools import partial
from typing import TYPE_CHECKING

from allauth.usersessions.models import UserSession
from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from socialapp.accounts.requests import address_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.http import HttpRequest

    from socialapp.accounts.models import User

log = logging.getLogger(__name__)

SEEN_SECONDS = 300
"""A session's "last seen" is as exact as this: not one write a request."""

UNKNOWN = "0.0.0.0"  # noqa: S104  no address that anybody listens on
"""In place of an address that the server did not tell."""

AGENT_CHARACTERS = 200
"""Of a browser's own name, which can be as long as it likes."""

_BROWSERS = (
    ("Firefox", r"Firefox/|FxiOS/"),
    ("Edge", r"Edg(e|A|iOS)?/"),
    ("Opera", r"OPR/"),
    ("Chrome", r"Chrome/|CriOS/"),
    ("Safari", r"Safari/"),
)
_SYSTEMS = (
    ("Android", r"Android"),
    ("iPhone", r"iPhone"),
    ("iPad", r"iPad"),
    ("Windows", r"Windows"),
    ("Mac", r"Macintosh"),
    ("Linux", r"Linux"),
)


def coarse(address: str) -> str:
    """The network of an address, which says where from and not who: the first three
    bytes of IPv4, the first 48 bits of IPv6. `UNKNOWN` for what is no address."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return UNKNOWN
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped:
        parsed = parsed.ipv4_mapped
    bits = 24 if parsed.version == 4 else 48
    network = ipaddress.ip_network(f"{parsed}/{bits}", strict=False)
    return str(network.network_address)


def device(agent: str) -> str:
    """``Chrome on Android``, of a User-Agent."""

    def first(names: tuple[tuple[str, str], ...]) -> str | None:
        return next((name for name, shape in names if re.search(shape, agent)), None)

    return f"{first(_BROWSERS) or 'A browser'} on {first(_SYSTEMS) or 'a device'}"


def place(address: str) -> str:
    """A coarse address in words for its owner: ``203.0.113.…``."""
    if address == UNKNOWN:
        return "unknown address"
    if ":" in address:
        return address.removesuffix(":") + "…"
    return address.rpartition(".")[0] + ".…"


def note(request: HttpRequest, user: User) -> None:
    """Remember that this session was seen just now, and from where."""
    key = request.session.session_key
    if not key or not cache.add(f"seen:{group_of(key)}", True, SEEN_SECONDS):
        return
    seen = {
        "user": user,
        "ip": coarse(address_of(request)),
        "user_agent": request.META.get("HTTP_USER_AGENT", "")[:AGENT_CHARACTERS],
        "last_seen_at": timezone.now(),
    }
    if not UserSession.objects.filter(session_key=key).update(**seen):
        UserSession.objects.get_or_create(session_key=key, defaults=seen)


def sessions_of(user: User) -> list[UserSession]:
    """Those that are still good, the one last seen first."""
    good: list[UserSession] = UserSession.objects.purge_and_list(user)
    return sorted(good, key=lambda session: session.last_seen_at, reverse=True)


def end(sessions: Iterable[UserSession]) -> int:
    """Sign these out and close their sockets. How many it were."""
    ended = list(sessions)
    for session in ended:
        session.end()
        hang_up(session.session_key)
    return len(ended)


def end_all(user: User, *, but: str | None = None) -> int:
    """Sign a person out everywhere, except for the session with the key `but`."""
    return end(UserSession.objects.filter(user=user).exclude(session_key=but or ""))


def group_of(session_key: str) -> str:
    """The channel group of a session's open sockets. The key itself is a secret."""
    return f"session.{hashlib.sha256(session_key.encode()).hexdigest()[:32]}"


def hang_up(session_key: str) -> None:
    """Close a session's sockets when the running transaction commits."""
    told = partial(_hang_up, group_of(session_key))
    transaction.on_commit(told, robust=True)


def _hang_up(group: str) -> None:
    layer = get_channel_layer()
    if layer is None:
        return
    try:
        async_to_sync(layer.group_send)(group, {"type": "session.ended"})
    except Exception as error:
        # Redis is away: the sockets with it, and the session is over in any case.
        log.warning("Sockets of an ended session were not closed: %s", error)
