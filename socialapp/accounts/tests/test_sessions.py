"""Where a person is signed in: listed, signed out from afar, sockets included."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from allauth.usersessions.models import UserSession
from asgiref.sync import sync_to_async
from channels.auth import AuthMiddlewareStack
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings as django_settings
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from conftest import PASSWORD
from socialapp.accounts import leaving
from socialapp.accounts.models import User
from socialapp.accounts.signing_in import sessions
from socialapp.accounts.signing_in.session_sockets import EndsWithSession
from tests.sockets import Socket

if TYPE_CHECKING:
    from conftest import ClientOf

pytestmark = [pytest.mark.django_db, pytest.mark.database]

PHONE = (
    "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/140.0.0.0 Mobile Safari/537.36"
)
LAPTOP = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like"
    " Gecko) Version/18.0 Safari/605.1.15"
)


def signed_in(agent: str, address: str) -> Client:
    client = Client(HTTP_USER_AGENT=agent, REMOTE_ADDR=address)
    told = client.post("/accounts/login/", {"login": "alice", "password": PASSWORD})
    assert told["Location"] == "/"
    return client


@pytest.fixture
def both(alice: User) -> tuple[Client, Client]:
    """Alice's phone and her laptop."""
    return signed_in(PHONE, "203.0.113.7"), signed_in(LAPTOP, "2001:db8:1:2::3")


def test_i_see_where_i_am_signed_in(both: tuple[Client, Client]) -> None:
    page = both[0].get("/accounts/sessions/").content.decode()
    assert page.index("Chrome on Android") < page.index("Safari on Mac")
    assert page.count("This browser") == 1
    assert "203.0.113.…" in page
    assert "2001:db8:1:…" in page
    assert "203.0.113.7" not in page


def test_no_whole_address_is_kept(both: tuple[Client, Client]) -> None:
    both[0].get("/settings/")
    kept = set(UserSession.objects.values_list("ip", flat=True))
    assert kept == {"203.0.113.0", "2001:db8:1::"}


@pytest.mark.parametrize("button", ["end", "others"])
def test_the_other_one_is_signed_out_with_its_next_call(
    both: tuple[Client, Client], button: str
) -> None:
    phone, laptop = both
    other = UserSession.objects.get(session_key=laptop.session.session_key)
    assert laptop.get("/api/v1/me/").status_code == 200
    phone.post("/accounts/sessions/", {button: other.pk})
    assert laptop.get("/api/v1/me/").status_code == 401
    assert laptop.get("/settings/")["Location"].startswith("/accounts/login/")
    assert phone.get("/settings/").status_code == 200
    assert "Safari on Mac" not in phone.get("/accounts/sessions/").content.decode()


def test_nobody_signs_somebody_else_out(
    both: tuple[Client, Client], mallory: User, client_of: ClientOf
) -> None:
    for row in UserSession.objects.all():
        client_of(mallory).post("/accounts/sessions/", {"end": row.pk})
    client_of(mallory).post("/accounts/sessions/", {"others": "1"})
    assert [one.get("/settings/").status_code for one in both] == [200, 200]


@pytest.mark.parametrize("odd", ["", "x", "-1", "9" * 30, "1.5"])
def test_an_odd_number_ends_nothing(both: tuple[Client, Client], odd: str) -> None:
    told = both[0].post("/accounts/sessions/", {"end": odd}, follow=True)
    assert "signed out already" in told.content.decode()
    assert UserSession.objects.count() == 2


def test_a_new_password_signs_the_others_out(both: tuple[Client, Client]) -> None:
    phone, laptop = both
    told = phone.post(
        "/accounts/password/change/",
        {
            "oldpassword": PASSWORD,
            "password1": "another horse battery",
            "password2": "another horse battery",
        },
    )
    assert told.status_code == 302
    assert phone.get("/settings/").status_code == 200
    assert laptop.get("/settings/").status_code == 302
    rows = UserSession.objects.values_list("session_key", flat=True)
    assert list(rows) == [phone.session.session_key]


def test_signing_out_takes_it_from_the_list(both: tuple[Client, Client]) -> None:
    phone, laptop = both
    laptop.post("/accounts/logout/")
    assert "Safari on Mac" not in phone.get("/accounts/sessions/").content.decode()
    assert UserSession.objects.count() == 1


def test_who_leaves_is_signed_out_everywhere(
    alice: User, both: tuple[Client, Client]
) -> None:
    leaving.ask_to_leave(user=alice)
    assert [one.get("/settings/").status_code for one in both] == [302, 302]
    assert not UserSession.objects.exists()


def test_a_session_from_before_the_list_comes_into_it(
    alice: User, client_of: ClientOf
) -> None:
    client = client_of(alice)
    UserSession.objects.all().delete()
    cache.clear()
    assert "This browser" in client.get("/accounts/sessions/").content.decode()


def test_being_seen_is_not_a_write_for_every_request(
    alice: User, client_of: ClientOf
) -> None:
    client = client_of(alice)
    long_ago = timezone.now() - timezone.timedelta(hours=2)  # type: ignore[attr-defined]
    UserSession.objects.update(last_seen_at=long_ago)
    client.get("/settings/")
    assert UserSession.objects.get().last_seen_at == long_ago
    cache.clear()
    client.get("/settings/")
    assert UserSession.objects.get().last_seen_at > long_ago


def test_staff_see_and_end_sessions(
    both: tuple[Client, Client], client_of: ClientOf
) -> None:
    boss = User.objects.create_superuser(
        email="boss@example.com", username="boss", password=None
    )
    desk = client_of(boss)
    path = "/admin/usersessions/usersession/"
    assert "Safari on Mac" in desk.get(path).content.decode()
    row = UserSession.objects.get(session_key=both[1].session.session_key)
    assert desk.get(f"{path}{row.pk}/change/").status_code == 200
    desk.post(path, {"action": "end", "_selected_action": [row.pk]})
    assert [one.get("/settings/").status_code for one in both] == [200, 302]


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("198.51.100.23", "198.51.100.0"),
        ("::ffff:198.51.100.23", "198.51.100.0"),
        ("2001:db8:abcd:1234::1", "2001:db8:abcd::"),
        ("", "0.0.0.0"),  # noqa: S104
        ("unix:", "0.0.0.0"),  # noqa: S104
    ],
)
def test_an_address_is_kept_as_its_network(address: str, kept: str) -> None:
    assert sessions.coarse(address) == kept


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (PHONE, "Chrome on Android"),
        (LAPTOP, "Safari on Mac"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0", "Firefox on Linux"),
        (
            "Mozilla/5.0 (Windows NT 10.0) Chrome/140 Safari/537 Edg/140",
            "Edge on Windows",
        ),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18) CriOS/140 Safari", "Chrome on iPhone"),
        ("curl/8", "A browser on a device"),
        ("", "A browser on a device"),
    ],
)
def test_a_browser_is_named(agent: str, words: str) -> None:
    assert sessions.device(agent) == words


# Sockets ----------------------------------------------------------------------------


class Echo(AsyncWebsocketConsumer):
    left: list[int] = []

    async def receive(
        self,
        text_data: str | None = None,
        bytes_data: bytes | None = None,  # noqa: ARG002 - Channels' signature
        **_: Any,
    ) -> None:
        await self.send(text_data=text_data)

    async def disconnect(self, code: int) -> None:
        self.left.append(code)


async def socket_of(client: Client) -> Socket:
    app = AuthMiddlewareStack(EndsWithSession(Echo.as_asgi()))
    cookie = client.cookies[django_settings.SESSION_COOKIE_NAME].value
    headers = [(b"cookie", f"{django_settings.SESSION_COOKIE_NAME}={cookie}".encode())]
    socket = Socket(app, "/", headers=headers)
    assert (await socket.connect())[0]
    return socket


@pytest.mark.django_db(transaction=True)
async def test_its_sockets_are_closed_and_nobody_elses(
    alice: User, client_of: ClientOf
) -> None:
    first, second = [await sync_to_async(client_of)(alice) for _ in range(2)]
    key = await sync_to_async(lambda: first.session.session_key)()
    ended, kept = await socket_of(first), await socket_of(second)
    Echo.left.clear()
    for words in ("one", "two"):
        await ended.send_to(text_data=words)
        assert await ended.receive_from() == words
    rows = UserSession.objects.filter(session_key=key)
    assert await sync_to_async(sessions.end)(rows) == 1
    assert await ended.receive_output() == {"type": "websocket.close", "code": 4401}
    await ended.wait(5)
    assert Echo.left == [4401]
    await kept.send_to(text_data="still here")
    assert await kept.receive_from() == "still here"
    await kept.disconnect()


@pytest.mark.django_db(transaction=True)
async def test_a_stranger_has_no_session_that_could_end() -> None:
    app = AuthMiddlewareStack(EndsWithSession(Echo.as_asgi()))
    socket = Socket(app, "/")
    assert (await socket.connect())[0]
    await socket.send_to(text_data="hello")
    assert await socket.receive_from() == "hello"
    await socket.disconnect()
    assert not [task for task in asyncio.all_tasks() if "_heard" in repr(task)]
