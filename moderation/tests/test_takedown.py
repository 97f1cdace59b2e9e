"""Intimate pictures: a form without an account, hidden at once, 48 hours, copies."""

from __future__ import annotations

import datetime as dt
import re
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from feed.tests.rows import clip_of, post_by, ready_clip
from moderation import addresses, lookalikes, receipts
from moderation.errors import ModerationError
from moderation.lookalikes import Copy
from moderation.models import Case, LogEntry, Measure, Report
from moderation.services.decisions import decide_case
from moderation.services.takedown import request_takedown
from moderation.tests.rows import moderator
from socialapp.lib import blobs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

    from feed.models import Post
    from socialapp.accounts.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.database]

FACTS = "It shows her, and she did not agree."


@pytest.fixture
def post(alice: User) -> Post:
    return post_by(
        alice,
        "Nothing to see",
        video=blobs.put(b"her", "mp4"),
        poster=blobs.put(b"her face", "webp"),
        captions=blobs.put(b"WEBVTT", "vtt"),
    )


@pytest.fixture
def blocked() -> Iterator[list[tuple[str, str, bool]]]:
    """What a blocker was told, in order."""
    told: list[tuple[str, str, bool]] = []
    lookalikes.register("test", block=lambda *what: told.append(what))
    yield told
    lookalikes.forget("test")


def filled(post: Post, **other: Any) -> dict[str, Any]:
    form = {
        "where": f"https://troupe.example{post.get_absolute_url()}",
        "about": "It is me.",
        "good_faith": "1",
        "name": "Ada Example",
        "email": "ada@example.com",
    }
    return {name: value for name, value in (form | other).items() if value is not None}


def test_without_an_account_it_is_hidden_before_the_answer_is_sent(
    post: Post, client: Client
) -> None:
    video = blobs.url(clip_of(post).video)
    assert client.get(video).status_code == 200
    sent = client.post("/takedown/", filled(post))
    assert sent.status_code == 302
    viewer = Client()
    assert viewer.get(post.get_absolute_url()).status_code == 404
    assert viewer.get(video).status_code == 404
    assert post.key not in viewer.get("/").content.decode()


def test_the_clock_runs_for_48_hours(post: Post, client: Client) -> None:
    before = timezone.now()
    client.post("/takedown/", filled(post))
    case = Case.objects.get()
    assert case.lane == Case.Lane.NCII
    assert case.due is not None
    assert dt.timedelta(0) <= case.due - before - dt.timedelta(hours=48)
    assert case.due - before < dt.timedelta(hours=48, minutes=1)


@pytest.mark.parametrize(
    ("missing", "says"),
    [
        ("where", "Paste the address"),
        ("good_faith", "We need your word on this"),
        ("name", "Sign with your name."),
        ("email", "We need a way to reach you."),
    ],
)
def test_each_of_the_four_elements_is_needed(
    missing: str, says: str, post: Post, client: Client
) -> None:
    refused = client.post("/takedown/", filled(post, **{missing: None}))
    page = unescape(refused.content.decode())
    assert refused.status_code == 400
    assert says in page
    if missing != "about":
        assert "It is me." in page
    assert not Case.objects.exists()


def test_an_address_that_leads_nowhere_is_named_and_nothing_else_is_done(
    post: Post, client: Client
) -> None:
    where = f"{post.get_absolute_url()}\nhttps://troupe.example/p/nothere/"
    refused = client.post("/takedown/", filled(post, where=where))
    assert refused.status_code == 400
    assert "https://troupe.example/p/nothere/" in unescape(refused.content.decode())
    assert not Case.objects.exists()
    assert Client().get(post.get_absolute_url()).status_code == 200


def test_addresses_are_read_as_people_paste_them(post: Post, alice: User) -> None:
    mine = ("post", post.key)
    for text in (
        post.get_absolute_url(),
        f"https://troupe.example/p/{post.key}",
        f"  <http://localhost:8000/p/{post.key}/?x=1#y>  ",
        post.key,
    ):
        assert addresses.read(text) == mine, text
    assert addresses.read("https://troupe.example/@alice/") == (
        "profile",
        str(alice.pk),
    )
    video = f"https://troupe.example{blobs.url(clip_of(post).video)}"
    assert addresses.read(video) == ("clip", clip_of(post).key)
    for text in ("", "/settings/", "https://example.com/", "/media/x", "\u202e", "::"):
        assert addresses.read(text) is None, text


def test_what_is_hidden_already_can_still_be_named(post: Post) -> None:
    post.visibility = "private"
    post.save()
    assert addresses.read(post.get_absolute_url()) == ("post", post.key)


def test_the_receipt_needs_no_account_and_cannot_be_guessed(
    post: Post, client: Client
) -> None:
    sent = client.post("/takedown/", filled(post))
    page = Client().get(sent["Location"])
    text = page.content.decode()
    assert Case.objects.get().key in text
    assert "hidden until then" in text
    assert "47 hours" in text
    assert page["Referrer-Policy"] == "no-referrer"
    for secret in ("Ada", "ada@example.com", "alice", post.key):
        assert secret not in text
    forged = sent["Location"][:-3] + "x/"
    assert Client().get(forged).status_code == 404


def test_the_mail_has_the_link_of_the_receipt(
    post: Post,
    client: Client,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/takedown/", filled(post))
    receipt = next(one for one in mail.outbox if one.to == ["ada@example.com"])
    path = re.search(r"/takedown/\S+/", str(receipt.body))
    assert path
    assert Client().get(path[0]).status_code == 200
    assert not any("Ada" in one.body for one in mail.outbox)


def test_copies_are_proposed_on_the_same_clock_and_exact_ones_are_hidden(
    post: Post, alice: User, bob: User, client: Client
) -> None:
    twin = ready_clip(bob, video=clip_of(post).video)
    near = post_by(bob, "Resembles it")
    lookalikes.register(
        "test", find=lambda *_: [Copy("post", near.key, "picture, distance 12 of 256")]
    )
    try:
        client.post("/takedown/", filled(post))
    finally:
        lookalikes.forget("test")
    first, *copies = Case.objects.order_by("pk")
    assert {(one.kind, one.subject_key, one.held) for one in copies} == {
        ("clip", twin.key, True),
        ("post", near.key, False),
    }
    for one in copies:
        assert (one.lane, one.due) == (Case.Lane.NCII, first.due)
        assert one.detection["like"] == f"post:{post.key}"
    assert LogEntry.objects.filter(action="case.copies").count() == 1


def test_a_finder_that_breaks_does_not_keep_it_in_sight(
    post: Post, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_kind: str, _key: str) -> list[Copy]:
        raise RuntimeError("no index")

    lookalikes.register("test", find=broken)
    try:
        assert client.post("/takedown/", filled(post)).status_code == 302
    finally:
        lookalikes.forget("test")
    assert "The finder 'test' failed" in caplog.text
    assert Client().get(post.get_absolute_url()).status_code == 404


def test_it_may_not_come_back_unless_it_was_right_after_all(
    post: Post,
    blocked: list[tuple[str, str, bool]],
    client: Client,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/takedown/", filled(post))
    assert blocked == [("post", post.key, True)]
    with django_capture_on_commit_callbacks(execute=True):
        decide_case(
            case=Case.objects.get(), moderator=moderator("quillon"), measure="none"
        )
    assert blocked[-1] == ("post", post.key, False)
    assert Client().get(post.get_absolute_url()).status_code == 200


def test_removed_for_good_it_stays_away_and_the_receipt_says_so(
    post: Post,
    blocked: list[tuple[str, str, bool]],
    client: Client,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    sent = client.post("/takedown/", filled(post))
    with django_capture_on_commit_callbacks(execute=True):
        decide_case(
            case=Case.objects.get(),
            moderator=moderator("quillon"),
            measure=Measure.REMOVE,
            rule="1.2",
            reason=FACTS,
        )
    assert blocked[-1] == ("post", post.key, True)
    assert "It is removed." in Client().get(sent["Location"]).content.decode()
    assert Client().get(blobs.url(clip_of(post).video)).status_code == 404


def test_a_flood_of_requests_is_refused(
    post: Post, alice: User, client: Client, settings: Settings
) -> None:
    settings.STRANGERS_REPORTS_PER_HOUR = 1
    assert client.post("/takedown/", filled(post)).status_code == 302
    other = post_by(alice)
    assert client.post("/takedown/", filled(other)).status_code == 429
    assert Report.objects.count() == 1


def test_one_form_counts_once_however_much_it_names(
    post: Post, alice: User, client: Client, settings: Settings
) -> None:
    settings.STRANGERS_REPORTS_PER_HOUR = 2
    where = "\n".join([post.key, *(post_by(alice).key for _ in range(5))])
    assert client.post("/takedown/", filled(post, where=where)).status_code == 302
    assert Report.objects.exclude(source="").count() == 6
    second = filled(post_by(alice))
    assert client.post("/takedown/", second).status_code == 302
    assert client.post("/takedown/", filled(post_by(alice))).status_code == 429


def test_too_many_addresses_at_once_are_refused(post: Post) -> None:
    where = "\n".join(f"/p/{number}/" for number in range(11))
    with pytest.raises(ModerationError, match="Up to 10 addresses"):
        request_takedown(where=where, name="A", email="a@example.com", good_faith=True)


def test_a_receipt_of_several_shows_all_of_them(post: Post, bob: User) -> None:
    other = post_by(bob)
    cases = request_takedown(
        where=f"{post.key}\n{other.key}\n{post.key}",
        name="A",
        email="a@example.com",
        good_faith=True,
    )
    assert len(cases) == 2
    assert receipts.cases_of(receipts.token_of(cases)) == cases
    assert receipts.cases_of("nonsense") == []


def test_a_request_that_is_taken_back_brings_everything_back(
    post: Post,
    bob: User,
    blocked: list[tuple[str, str, bool]],
    client: Client,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    twin = ready_clip(bob, video=clip_of(post).video)
    sent = client.post("/takedown/", filled(post))
    assert "Take the request back" in client.get(sent["Location"]).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        back = Client().post(f"{sent['Location']}withdraw/", follow=True)
    assert "Take the request back" not in back.content.decode()
    assert "was taken back" in back.content.decode()
    assert blocked == [("post", post.key, False), ("clip", twin.key, False)]
    assert Client().get(post.get_absolute_url()).status_code == 200
    assert Client().get(blobs.url(clip_of(post).video)).status_code == 200
    twin.refresh_from_db()
    assert twin.withheld == ""
    assert not Case.objects.open().exists()
    assert LogEntry.objects.filter(action="case.withdraw").count() == 1


def test_what_another_reported_too_stays_hidden_when_one_takes_it_back(
    post: Post, client: Client
) -> None:
    sent = client.post("/takedown/", filled(post))
    client.post("/takedown/", filled(post, name="Bea Example"))
    Client().post(f"{sent['Location']}withdraw/")
    assert Client().get(post.get_absolute_url()).status_code == 404
    assert Case.objects.open().exists()


def test_what_is_decided_cannot_be_taken_back(post: Post, client: Client) -> None:
    sent = client.post("/takedown/", filled(post))
    decide_case(
        case=Case.objects.get(),
        moderator=moderator("quillon"),
        measure=Measure.REMOVE,
        rule="1.2",
        reason=FACTS,
    )
    assert Client().post(f"{sent['Location']}withdraw/").status_code == 302
    assert Client().get(blobs.url(clip_of(post).video)).status_code == 404
    forged = f"{sent['Location'][:-3]}x/withdraw/"
    assert Client().post(forged).status_code == 404
    assert Client().get(f"{sent['Location']}withdraw/").status_code == 405
