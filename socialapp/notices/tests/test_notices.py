"""News reaches each person once, is theirs alone, and goes when they go."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from socialapp.accounts import leaving
from socialapp.accounts.services import close_account
from socialapp.notices import exports, selectors, services
from socialapp.notices.models import Notice

if TYPE_CHECKING:
    from pytest_django import (
        DjangoAssertNumQueries,
        DjangoCaptureOnCommitCallbacks,
    )

    from conftest import ClientOf
    from socialapp.accounts.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def tell(*people: User, about: str = "stream:fog", **fields: Any) -> int:
    given = {
        "kind": Notice.Kind.STREAM_STARTED,
        "lead": "“Fog” has begun.",
        "words": "@alice is on air.",
        "url": "/rules/",
        "action": "Watch",
        **fields,
    }
    return services.notify(people=people, about=about, **given)


def test_nobody_is_told_twice(alice: User, bob: User) -> None:
    assert tell(alice, bob) == 2
    tell(alice, lead="“Fog” has begun again.")
    assert [n.lead for n in Notice.objects.filter(person=alice)] == ["“Fog” has begun."]
    tell(alice, about="stream:rain")
    assert selectors.unseen_of(alice) == 2
    assert selectors.unseen_of(bob) == 1


def test_who_leaves_hears_nothing(alice: User) -> None:
    leaving.ask_to_leave(user=alice)
    assert tell(alice) == 0
    assert not Notice.objects.exists()


def test_words_that_are_too_long_are_cut_to_fit(alice: User) -> None:
    tell(alice, lead="x" * 300, words="y" * 900)
    told = Notice.objects.get()
    assert (len(told.lead), len(told.words)) == (160, 400)


def test_old_news_is_deleted_and_new_news_is_not(alice: User) -> None:
    tell(alice)
    tell(alice, about="stream:old")
    old = timezone.now() - services.KEPT - timedelta(hours=1)
    Notice.objects.filter(about="stream:old").update(created=old)
    assert services.sweep() == {"notices": 1}
    assert [n.about for n in Notice.objects.all()] == ["stream:fog"]


def test_news_of_what_is_gone_is_forgotten(alice: User, bob: User) -> None:
    tell(alice, bob)
    tell(alice, about="stream:rain")
    assert services.forget(about="stream:fog") == 2
    assert Notice.objects.count() == 1


def test_the_page_shows_what_is_new_above_what_was(
    alice: User, client_of: ClientOf
) -> None:
    tell(alice, about="stream:1", lead="First.")
    services.mark_seen(person=alice)
    tell(alice, about="stream:2", lead="Second <b>.")
    page = client_of(alice).get("/notices/").content.decode()
    assert page.index("Second &lt;b&gt;.") < page.index('id="earlier"')
    assert page.index("First.") > page.index('id="earlier"')
    assert "Mark all read" in page
    assert '<span class="badge badge--count">1<span class="sr"> new</span>' in page


def test_the_groups_of_the_page_are_kinds(alice: User, client_of: ClientOf) -> None:
    tell(alice, lead="A show.")
    tell(alice, kind=Notice.Kind.CLIP_READY, about="clip:1", lead="A film.")
    client = client_of(alice)
    shows = client.get("/notices/?of=shows").content.decode()
    assert "A show." in shows
    assert "A film." not in shows
    assert "A film." in client.get("/notices/?of=clips").content.decode()
    assert client.get("/notices/?of=nonsense&from=x").status_code == 200


def test_following_a_notice_marks_it_and_leads_there(
    alice: User, bob: User, client_of: ClientOf
) -> None:
    tell(alice, bob)
    mine = Notice.objects.get(person=alice)
    client = client_of(alice)
    assert client.get(f"/notices/{mine.key}/").status_code == 405
    response = client.post(f"/notices/{mine.key}/")
    assert (response.status_code, response["Location"]) == (302, "/rules/")
    assert selectors.unseen_of(alice) == 0
    theirs = Notice.objects.get(person=bob)
    assert client.post(f"/notices/{theirs.key}/").status_code == 404
    assert selectors.unseen_of(bob) == 1


def test_all_are_marked_at_once_and_others_are_left_alone(
    alice: User, bob: User, client_of: ClientOf
) -> None:
    tell(alice, bob)
    client_of(alice).post("/notices/seen/")
    assert (selectors.unseen_of(alice), selectors.unseen_of(bob)) == (0, 1)


def test_strangers_have_no_notices(client: Any) -> None:
    assert client.get("/notices/").status_code == 302
    assert APIClient().get("/api/v1/notices/").status_code == 401


def test_the_bell_costs_one_query_and_stops_counting(
    alice: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(105):
        tell(alice, about=f"stream:{number}")
    with django_assert_num_queries(1):
        assert selectors.unseen_of(alice) == selectors.MOST_COUNTED


def test_notices_are_read_and_marked_over_the_api(alice: User, bob: User) -> None:
    tell(alice, bob)
    tell(alice, about="clip:1", kind=Notice.Kind.CLIP_FAILED)
    client = APIClient()
    client.force_authenticate(alice)
    told = client.get("/api/v1/notices/").json()["results"]
    assert [one["kind"] for one in told] == ["clip-failed", "stream-started"]
    assert told[0]["seen"] is None
    assert client.get("/api/v1/notices/?of=clips").json()["results"] == told[:1]
    assert client.get("/api/v1/notices/seen/").json() == {"unseen": 2}
    theirs = Notice.objects.get(person=bob).key
    keys = {"keys": [told[0]["key"], theirs]}
    for _ in range(2):
        assert client.post("/api/v1/notices/seen/", keys).json() == {"unseen": 1}
    assert selectors.unseen_of(bob) == 1
    assert client.post("/api/v1/notices/seen/", {}).json() == {"unseen": 0}


def test_what_one_was_told_is_in_the_archive_and_leaves_with_them(
    alice: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    tell(alice)
    (file,) = exports.notices(alice)
    assert file.path == "notices.json"
    assert "“Fog” has begun.".encode() in file.data
    with django_capture_on_commit_callbacks(execute=True):
        close_account(user=alice)
    assert not Notice.objects.exists()
