"""Requests to addresses that people give us: to public machines alone, to the one that
was looked at, without following anybody anywhere, and not for longer than we said."""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import socket
import ssl
from dataclasses import dataclass
from threading import Timer
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping
    from urllib.parse import SplitResult

STEP_SECONDS = 10.0
"""For each step of the conversation."""

LONGEST_SECONDS = 20.0
"""For all of it: somebody may answer a byte at a time."""


class AddressError(ValueError):
    """The message says why nothing is sent to an address."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes
    """Its first bytes, as many as were asked for."""


def check(url: str, *, private: bool = False) -> SplitResult:
    """AddressError when it is no address, or plainly one inside a network. `private`:
    machines of this network are good, without TLS too."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise AddressError("This is no address.") from None
    if not url.isascii() or any(one <= " " for one in url):
        raise AddressError("This has characters that no address has.")
    if parts.username is not None or parts.password is not None:
        raise AddressError("Leave the name and password out of the address.")
    if private and parts.scheme in {"http", "https"} and parts.hostname:
        return parts
    if parts.scheme != "https" or not parts.hostname:
        raise AddressError("The address must begin with https://.")
    if port not in {None, 443}:
        raise AddressError("The address must be on port 443.")
    host = parts.hostname
    inside = not is_public(host) if is_number(host) else "." not in host.strip(".")
    if inside:
        raise AddressError("The address is inside a private network.")
    return parts


def post(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    private: bool = False,
    most: int = 1000,
) -> Answer:
    """What the machine there answered, redirects included: they are not followed.
    AddressError: it is not ours to reach; OSError: it did not answer in time."""
    parts = check(url, private=private)
    secure = parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    addresses = [str(one[4][0]) for one in found]
    if not private and not all(map(is_public, addresses)):
        raise AddressError("The address leads into a private network.")
    connection = Pinned(
        parts.hostname or "",
        port,
        # What was looked at is what is used, however the name answers a moment later.
        address=addresses[0],
        context=ssl.create_default_context() if secure else None,
    )
    deadline = Timer(LONGEST_SECONDS, connection.cut)
    deadline.daemon = True
    deadline.start()
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", path, body, dict(headers))
        answer = connection.getresponse()
        answered = Answer(answer.status, answer.read(most))
    except http.client.HTTPException as error:
        raise OSError(f"{type(error).__name__}: {error}") from None
    finally:
        deadline.cancel()
        connection.close()
    # To the reader a connection that is cut looks like an answer that is over.
    if connection.was_cut:
        raise TimeoutError(f"It took longer than {LONGEST_SECONDS:g} seconds.")
    return answered


class Pinned(http.client.HTTPConnection):
    """Connects to one address, and checks the certificate against the name."""

    def __init__(
        self, host: str, port: int, *, address: str, context: ssl.SSLContext | None
    ) -> None:
        super().__init__(host, port, timeout=STEP_SECONDS)
        # The Host header leaves out the port that goes without saying.
        self.default_port = 443 if context else 80
        self._address = address
        self._tls = context
        self.was_cut = False

    def connect(self) -> None:
        plain = socket.create_connection((self._address, self.port), STEP_SECONDS)
        self.sock = plain
        if self._tls is None:
            return
        try:
            self.sock = self._tls.wrap_socket(plain, server_hostname=self.host)
        except BaseException:
            plain.close()
            raise

    def cut(self) -> None:
        """From another thread: whoever waits on it waits no more."""
        self.was_cut = True
        with contextlib.suppress(OSError, AttributeError):
            self.sock.shutdown(socket.SHUT_RDWR)


def is_number(host: str) -> bool:
    """An address, not a name."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def is_public(address: str) -> bool:
    one = ipaddress.ip_address(address.partition("%")[0])
    mapped = getattr(one, "ipv4_mapped", None)
    return (mapped or one).is_global and not one.is_multicast
