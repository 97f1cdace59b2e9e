"""The socket of the clips: mine, all of them, and nobody else's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest
from channels.db import database_sync_to_async
from channels.layers import get_channel_layer
from django.contrib.auth.models import AnonymousUser
from django.urls import resolve

from avatarfx import selectors, services
from avatarfx.consumers import ClipsConsumer
from avatarfx.models import Clip
from avatarfx.services import leases, news
from avatarfx.services.leases import Lease
from avatarfx.tests.conftest import make_character
from socialapp.accounts.models import Token, User
from socialapp.accounts.programs.sockets import SCOPE, SIGN_IN
from socialapp.accounts.services import create_token
from socialapp.asgi import application
from tests.sockets import Socket

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.django_db(transaction=True)


def _socket(user: User | AnonymousUser) -> Socket:
    socket = Socket(ClipsConsumer.as_asgi(), "/ws/clips/")
    cast("dict[str, Any]", socket.scope)["user"] = user
    return socket


def _person(handle: str) -> User:
    return User.objects.create_user(handle, f"{handle}@example.com", "a secret")


@pytest.fixture
def asleep(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody renders: the test moves the clips itself."""
    monkeypatch.setattr("socialapp.jobs.backends.inline.send", lambda *_: None)


def _sync(work: Callable[[], Any]) -> Any:
    return database_sync_to_async(work)()


async def test_a_reloaded_page_is_told_of_open_clips_and_then_of_news(
    asleep: None,
) -> None:
    def ask() -> tuple[User, Clip]:
        alice = _person("alice")
        hob = make_character(alice)
        return alice, services.request_clip(owner=alice, character=hob, script="Hello.")

    alice, clip = await _sync(ask)
    socket = _socket(alice)
    assert (await socket.connect())[0]
    first = await socket.receive_json_from()
    assert (first["type"], first["key"]) == ("clip-progress", clip.key)
    assert (first["state"], first["place"]) == ("queued", 1)

    await _sync(lambda: services.cancel_clip(clip=clip))
    told = await socket.receive_json_from()
    assert told["state"] == "cancelled"
    await socket.disconnect()


async def test_progress_of_a_render_reaches_its_owner_only(
    asleep: None,
) -> None:
    def ask() -> tuple[User, User, Clip]:
        alice, mallory = _person("alice"), _person("mallory")
        hob = make_character(alice)
        clip = services.request_clip(owner=alice, character=hob, script="Hello.")
        leases.claim(worker="far:1")
        leases.beat(Lease(clip.pk, 1), stage="movement", percent=41)
        return alice, mallory, clip

    alice, mallory, clip = await _sync(ask)
    hers, other = _socket(alice), _socket(mallory)
    assert (await hers.connect())[0]
    assert (await other.connect())[0]
    assert (await hers.receive_json_from())["percent"] == 41

    def push() -> None:
        fresh = Clip.objects.full().get(pk=clip.pk)
        news.push(alice.pk, selectors.progress_of(fresh))

    await _sync(push)
    assert (await hers.receive_json_from())["stage_label"] == "Movement"
    assert await other.receive_nothing(timeout=0.05)
    await hers.disconnect()
    await other.disconnect()


async def test_a_stranger_is_asked_to_sign_in() -> None:
    accepted, code = await _socket(AnonymousUser()).connect()
    assert not accepted
    assert code == SIGN_IN


async def test_what_a_client_sends_is_ignored() -> None:
    alice = await _sync(lambda: _person("alice"))
    socket = _socket(alice)
    await socket.connect()
    await socket.send_json_to({"type": "clip-progress", "key": "mine"})
    assert await socket.receive_nothing(timeout=0.05)
    await socket.disconnect()


def test_news_without_a_reachable_layer_harms_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def broken(*_: Any) -> None:
        raise ConnectionError("Redis is away")

    monkeypatch.setattr(type(get_channel_layer()), "group_send", broken)
    news.push(1, {"key": "x"})


def test_the_socket_is_not_an_ordinary_page() -> None:
    with pytest.raises(Exception, match="ws/clips"):
        resolve("/ws/clips/")


# Programs ------------------------------------------------------------------------


def _program(key: str, *more: tuple[bytes, bytes]) -> Socket:
    """Through the house's own door, as a program comes: it names no page."""
    headers = [(b"authorization", f"Bearer {key}".encode()), *more]
    return Socket(application, "/ws/clips/", headers=headers)


def _clip_and_key(*scopes: str) -> tuple[User, Clip, str]:
    alice = _person("alice")
    clip = services.request_clip(
        owner=alice, character=make_character(alice), script="Hello."
    )
    return alice, clip, create_token(user=alice, scopes=scopes)[1]


async def test_a_token_follows_a_clip_up_to_its_end(asleep: None) -> None:
    """Percents that come late or out of order never take back what was said."""
    alice, clip, key = await _sync(lambda: _clip_and_key("read"))
    socket = _program(key)
    assert (await socket.connect())[0]
    told = [await socket.receive_json_from()]
    assert (told[0]["key"], told[0]["state"]) == (clip.key, "queued")

    def render() -> None:
        leases.claim(worker="far:1")
        for percent in (10, 41, 30, 87):
            leases.beat(Lease(clip.pk, 1), stage="movement", percent=percent)
            fresh = Clip.objects.full().get(pk=clip.pk)
            news.push(alice.pk, selectors.progress_of(fresh))
        services.cancel_clip(clip=Clip.objects.get(pk=clip.pk))

    await _sync(render)
    while told[-1]["state"] != "cancelled":
        told.append(await socket.receive_json_from())
    percents = [one["percent"] for one in told]
    assert percents == sorted(percents)
    assert 87 in percents
    assert {one["type"] for one in told} == {"clip-progress"}
    await socket.disconnect()


@pytest.mark.parametrize(
    ("scopes", "code"), [((), SIGN_IN), (("write", "account"), SCOPE)]
)
async def test_a_token_that_may_not_read_is_told_so(
    scopes: tuple[str, ...], code: int, asleep: None
) -> None:
    key = (await _sync(lambda: _clip_and_key(*scopes)))[2] if scopes else "nonsense"
    socket = _program(key)
    assert (await socket.connect())[0]
    closed = await socket.receive_output()
    assert (closed["type"], closed["code"]) == ("websocket.close", code)
    assert "token" in closed["reason"]


async def test_a_revoked_token_hears_no_more(asleep: None) -> None:
    alice, clip, key = await _sync(lambda: _clip_and_key("read"))
    socket = _program(key)
    assert (await socket.connect())[0]
    await socket.receive_json_from()
    await _sync(lambda: Token.objects.filter(user=alice).delete())
    await _sync(lambda: services.cancel_clip(clip=clip))
    closed = await socket.receive_output()
    assert (closed["type"], closed["code"]) == ("websocket.close", SIGN_IN)


async def test_a_foreign_page_is_not_let_in_whatever_it_brings(asleep: None) -> None:
    _, _, key = await _sync(lambda: _clip_and_key("read"))
    socket = _program(key, (b"origin", b"https://evil.example"))
    assert not (await socket.connect())[0]


async def test_a_program_without_a_token_is_asked_for_one() -> None:
    """A session that it brings along does not count."""
    alice = await _sync(lambda: _person("alice"))
    socket = _socket(alice)
    cast("dict[str, Any]", socket.scope)["program"] = True
    accepted, code = await socket.connect()
    assert (accepted, code) == (False, SIGN_IN)
