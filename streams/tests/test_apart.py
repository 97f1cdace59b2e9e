"""Shows between people who keep apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from asgiref.sync import sync_to_async
from django.test import Client

from socialapp.accounts import keeping_apart
from socialapp.notices.models import Notice
from streams import hub, selectors, services
from streams.errors import StreamError
from streams.models import ChatMessage, StreamReminder
from streams.protocol import Close
from streams.services import news, telling
from streams.tests.conftest import made_stream
from streams.tests.test_consumers import on_air, signed_in
from streams.tests.watching import watch

if TYPE_CHECKING:
    from conftest import ClientOf
    from socialapp.accounts.models import User
    from streams.models import Stream

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def live(alice: User) -> Stream:
    return services.start_stream(stream=made_stream(alice))


@pytest.mark.parametrize("blocker", ["alice", "bob"])
def test_a_show_of_whom_one_keeps_apart_from_is_not_there(
    live: Stream, alice: User, bob: User, client_of: ClientOf, blocker: str
) -> None:
    pair = (alice, bob) if blocker == "alice" else (bob, alice)
    keeping_apart.block(person=pair[0], whom=pair[1])
    browser, url = client_of(bob), live.get_absolute_url()
    api = f"/api/v1/streams/{live.key}/"
    for address in (url, api, f"{api}messages/"):
        assert browser.get(address).status_code == 404
        assert Client().get(address).status_code == 200
    assert live.key not in browser.get("/live/").content.decode()
    assert selectors.on_air_for(bob) == []
    assert selectors.on_air_for(alice) != []
    for act in (
        lambda: services.say(stream=live, person=bob, text="Hello"),
        lambda: services.vote(stream=live, person=bob, topic=1),
    ):
        with pytest.raises(StreamError, match="not open to you"):
            act()


def test_the_audience_reads_nothing_of_whom_they_do_not_hear(
    live: Stream, bob: User, mallory: User, client_of: ClientOf
) -> None:
    services.say(stream=live, person=mallory, text="Quillfish")
    keeping_apart.mute(person=bob, whom=mallory)
    api = f"/api/v1/streams/{live.key}/messages/"
    assert client_of(bob).get(api).json() == []
    assert len(client_of(mallory).get(api).json()) == 1
    page = client_of(bob).get(live.get_absolute_url()).content.decode()
    assert "Quillfish" not in page


def test_nobody_is_reminded_of_a_show_of_whom_they_keep_apart_from(
    alice: User, bob: User, mallory: User
) -> None:
    stream = made_stream(alice)
    for person in (bob, mallory):
        StreamReminder.objects.create(stream=stream, person=person)
    keeping_apart.block(person=alice, whom=bob)
    telling.started(stream)
    assert Notice.objects.get().person == mallory


@sync_to_async
def said(stream: Stream, person: User, text: str) -> None:
    """As `services.say` does, without waiting for slow mode."""
    message = ChatMessage.objects.create(stream=stream, person=person, text=text)
    news.tell(stream.pk, [selectors.message_event(message)])


async def test_a_socket_gives_no_words_of_the_blocked_from_the_moment_on() -> None:
    stream = await on_air()
    loud, _ = await signed_in("bob")
    quiet, browser = await signed_in("mallory")
    block = sync_to_async(keeping_apart.block)
    await said(stream, loud, "Before")
    viewer = await watch(stream, client=browser)
    assert [one.text for one in viewer.welcome.messages] == ["Before"]
    await said(stream, loud, "Still heard")
    assert (await viewer.until("message")).text == "Still heard"
    await block(person=quiet, whom=loud)
    await hub.current()._keep_apart()
    await said(stream, loud, "Not heard")
    host = await sync_to_async(lambda: stream.host)()
    await said(stream, host, "From the host")
    assert (await viewer.until("message")).text == "From the host"
    late = await watch(stream, client=browser)
    assert "Before" not in {one.text for one in late.welcome.messages}
    await viewer.leave()
    await late.leave()


async def test_whom_the_host_blocks_is_sent_out() -> None:
    stream = await on_air()
    guest, browser = await signed_in("bob")
    viewer = await watch(stream, client=browser)
    host = await sync_to_async(lambda: stream.host)()
    await sync_to_async(keeping_apart.block)(person=host, whom=guest)
    await hub.current()._keep_apart()
    while await viewer.next() is not None:
        pass
    assert viewer.code == Close.NO_STREAM
