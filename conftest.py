"""What every test starts from: three people, clean files, no way to the network."""

from __future__ import annotations

import datetime as dt
import ipaddress
import shutil
import socket
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest
from django.conf import settings
from django.test import Client

if TYPE_CHECKING:
    from socialapp.accounts.models import User

# A busy machine draws slowly, and says nothing about a strategy by that.
hypothesis.settings.register_profile(
    "house",
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("house")

PASSWORD = "correct horse battery"
"""Of every person below."""

ClientOf = Callable[["User"], Client]


class OutgoingNetworkError(RuntimeError):
    """A test tried to leave this machine."""


def _is_local(address: Any) -> bool:
    """Unix sockets are paths; of the rest, loopback addresses alone are local."""
    if not isinstance(address, tuple):
        return True
    host = address[0]
    if host in {"", "localhost"}:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@pytest.fixture(autouse=True, scope="session")
def no_network() -> Iterator[None]:
    patch = pytest.MonkeyPatch()

    def guarded(name: str) -> Callable[..., Any]:
        real = getattr(socket.socket, name)

        def connect(self: socket.socket, address: Any) -> Any:
            if self.family != socket.AF_UNIX and not _is_local(address):
                raise OutgoingNetworkError(f"A test connects to {address!r}")
            return real(self, address)

        return connect

    for name in ("connect", "connect_ex"):
        patch.setattr(socket.socket, name, guarded(name))
    yield
    patch.undo()


@pytest.fixture(autouse=True, scope="session")
def sealed_log() -> Iterator[None]:
    """Tests that commit empty every table after themselves; the audit log lets nobody
    empty it, so its seal is taken off for that moment alone."""
    from django.db import connection  # noqa: PLC0415  needs the settings

    from moderation import sealing  # noqa: PLC0415

    patch = pytest.MonkeyPatch()
    real = connection.ops.execute_sql_flush

    def flush(sql_list: Any) -> None:
        sealing.unseal(connection)
        try:
            real(sql_list)
        finally:
            sealing.seal(connection)

    patch.setattr(connection.ops, "execute_sql_flush", flush)
    yield
    patch.undo()


@pytest.fixture(autouse=True)
def clean_media() -> Iterator[None]:
    """Files of one test are not the next one's."""
    yield
    shutil.rmtree(settings.MEDIA_ROOT, ignore_errors=True)


def _person(handle: str, name: str) -> User:
    from django.contrib.auth import get_user_model  # noqa: PLC0415  needs the app registry

    return get_user_model().objects.create_user(
        username=handle,
        email=f"{handle}@example.com",
        password=PASSWORD,
        display_name=name,
        birth_date=dt.date(1990, 4, 1),
    )


@pytest.fixture
def alice(db: None) -> User:
    """A user like any other."""
    return _person("alice", "Alice")


@pytest.fixture
def bob(db: None) -> User:
    """A second one, with whom Alice shares nothing yet."""
    return _person("bob", "Bob")


@pytest.fixture
def mallory(db: None) -> User:
    """The one who tries what is not allowed."""
    return _person("mallory", "Mallory")


@pytest.fixture
def client_of() -> ClientOf:
    """A browser in which `user` is signed in."""

    def signed_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return signed_in
