"""What leaves for webhooks, when again, and when no more."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.core.cache import cache
from django.utils import timezone
from rest_framework.test import APIClient
from standardwebhooks import Webhook as Verifier
from standardwebhooks import WebhookVerificationError

from socialapp.accounts.services import close_account, create_token
from socialapp.notices import services as notices
from socialapp.notices.models import Notice
from socialapp.webhooks import delivering, sealing, services
from socialapp.webhooks.models import Delivery, Webhook
from socialapp.webhooks.tests.receiving import receiver

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

    from conftest import ClientOf
    from socialapp.accounts.models import User
    from socialapp.webhooks.tests.receiving import Receiver

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def there(settings: Settings) -> Iterator[Receiver]:
    cache.clear()
    settings.WEBHOOKS_PRIVATE = True
    with receiver() as found:
        yield found


def made(person: User, url: str, *events: str) -> tuple[Webhook, str]:
    return services.create_webhook(
        person=person, url=url, events=events or ("clip.ready",)
    )


def tell(person: User, about: str = "clip:abc") -> None:
    notices.notify(
        people=[person],
        kind=Notice.Kind.CLIP_READY,
        about=about,
        lead="“Fog” is ready.",
        url="/clips/abc/",
    )


def overdue() -> Delivery:
    Delivery.objects.update(due=timezone.now())
    return Delivery.objects.get()


# Sending -------------------------------------------------------------------------


def test_news_arrive_signed_as_others_verify_it(
    alice: User,
    there: Receiver,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    _, secret = made(alice, there.url)
    with django_capture_on_commit_callbacks(execute=True):
        tell(alice)
        tell(alice)
    assert len(there.got) == 1, "told once, sent once"
    headers, body = there.got[0]
    told = Verifier(secret).verify(body, headers)
    assert told["type"] == "clip.ready"
    assert told["data"]["about"] == "clip:abc"
    assert told["data"]["lead"] == "“Fog” is ready."
    row = Delivery.objects.get()
    assert (row.state, row.status, row.tries) == ("delivered", 204, 1)
    assert headers["webhook-id"] == row.key
    with pytest.raises(WebhookVerificationError):
        Verifier(sealing.new_secret()).verify(body, headers)


def test_only_what_was_chosen_is_sent_and_to_nobody_else(
    alice: User, bob: User, there: Receiver
) -> None:
    made(alice, there.url, "remix.asked")
    made(bob, there.url)
    tell(alice)
    assert not Delivery.objects.exists()
    tell(bob)
    assert Delivery.objects.get().webhook.person == bob


def test_a_failure_is_tried_again_with_the_same_id_and_body(
    alice: User, there: Receiver
) -> None:
    made(alice, there.url)
    there.answers = [500, 302]
    there.where = there.url
    tell(alice)
    for tries, status in ((1, 500), (2, 302)):
        before = timezone.now()
        assert delivering.deliver_due() == 0
        row = Delivery.objects.get()
        assert (row.state, row.tries, row.status) == ("waiting", tries, status)
        assert row.due >= before + delivering.PAUSES[tries - 1]
        assert delivering.deliver_due() == 0, "not before it is due"
        overdue()
    assert delivering.deliver_due() == 1
    assert len(there.got) == 3, "a redirect is followed nowhere"
    assert len({body for _, body in there.got}) == 1
    assert {one["webhook-id"] for one, _ in there.got} == {Delivery.objects.get().key}
    assert Webhook.objects.get().failures == 0


def test_after_the_last_try_it_is_dead_and_its_owner_is_told_once(
    alice: User, there: Receiver
) -> None:
    webhook, _ = made(alice, there.url)
    there.answers = [500] * 30
    tell(alice)
    for _ in range(len(delivering.PAUSES) + 1):
        overdue()
        delivering.deliver_due()
    row = Delivery.objects.get()
    assert (row.state, row.tries) == ("dead", 10)
    told = Notice.objects.get(kind="webhook-failed")
    assert (told.person, told.url) == (alice, "/settings/webhooks/")
    there.answers = []
    services.send_again(delivery=row)
    assert delivering.deliver_due() == 1
    assert there.got[0][0]["webhook-id"] == there.got[-1][0]["webhook-id"]
    assert not Notice.objects.filter(kind="webhook-failed").exists()
    assert Webhook.objects.get(pk=webhook.pk).active


def test_whoever_fails_for_a_day_is_turned_off(alice: User, there: Receiver) -> None:
    made(alice, there.url)
    there.answers = [500, 500]
    long_ago = timezone.now() - timedelta(days=2)
    Webhook.objects.update(
        failures=delivering.MOST_FAILURES - 2, failing_since=long_ago
    )
    tell(alice)
    delivering.deliver_due()
    assert Webhook.objects.get().active, "one is left"
    overdue()
    delivering.deliver_due()
    assert not Webhook.objects.get().active
    assert "is off" in Notice.objects.get(kind="webhook-failed").lead
    overdue()
    assert delivering.deliver_due() == 0
    assert len(there.got) == 2
    services.change_webhook(webhook=Webhook.objects.get(), active=True)
    services.send_again(delivery=Delivery.objects.get())
    assert delivering.deliver_due() == 1


def test_many_failures_in_an_hour_turn_nothing_off(
    alice: User, there: Receiver
) -> None:
    made(alice, there.url)
    Webhook.objects.update(failures=500, failing_since=timezone.now())
    there.answers = [500]
    tell(alice)
    delivering.deliver_due()
    assert Webhook.objects.get().active


def test_gone_is_gone(alice: User, there: Receiver) -> None:
    made(alice, there.url)
    there.answers = [410]
    tell(alice)
    delivering.deliver_due()
    assert not Webhook.objects.get().active


# Workers that die ----------------------------------------------------------------


def test_what_a_dead_worker_held_goes_out_when_its_lease_ends(
    alice: User, there: Receiver
) -> None:
    made(alice, there.url)
    tell(alice)
    next(delivering.take())  # and it is killed
    assert delivering.deliver_due() == 0, "it is somebody's"
    Delivery.objects.update(lease=timezone.now() - timedelta(seconds=1))
    assert delivering.deliver_due() == 1
    assert Delivery.objects.get().tries == 2


def test_whoever_was_too_slow_writes_nothing(alice: User, there: Receiver) -> None:
    made(alice, there.url)
    tell(alice)
    slow = next(delivering.take())
    Delivery.objects.update(lease=timezone.now() - timedelta(seconds=1))
    assert delivering.deliver_due() == 1
    assert not delivering.settle(slow, state="dead", note="too late")
    assert Delivery.objects.get().state == "delivered"


def test_a_lost_wake_up_is_sent_again(
    alice: User,
    there: Receiver,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    made(alice, there.url)
    tell(alice)
    assert there.got == []
    with django_capture_on_commit_callbacks(execute=True):
        assert delivering.reconcile() == {"webhooks": 1}
    assert len(there.got) == 1


def test_old_ones_are_forgotten(alice: User, there: Receiver) -> None:
    made(alice, there.url)
    tell(alice)
    delivering.deliver_due()
    Delivery.objects.update(created=timezone.now() - timedelta(days=31))
    delivering.reconcile()
    assert not Delivery.objects.exists()


# Where to ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://169.254.169.254/latest/meta-data/",
        "https://localhost/",
        "https://example.org:8443/",
        "https://user:pass@example.org/",
        "https://example.org/\r\nX: y",
        "ftp://example.org/",
        "https://",
        "nonsense",
    ],
)
def test_an_address_inside_or_without_tls_is_refused(url: str, alice: User) -> None:
    with pytest.raises(services.WebhookError):
        made(alice, url)
    assert not Webhook.objects.exists()


def test_a_name_that_leads_inside_is_not_followed(
    alice: User, there: Receiver, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.WEBHOOKS_PRIVATE = False
    made(alice, "https://innocent.example.org/")
    port = int(there.url.split(":")[2].split("/")[0])
    asked: list[Any] = []

    def resolve(*args: Any, **_: Any) -> list[Any]:
        asked.append(args)
        return [(2, 1, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr("socialapp.lib.outgoing.socket.getaddrinfo", resolve)
    tell(alice)
    assert delivering.deliver_due() == 0
    assert (len(asked), there.got) == (1, [])
    assert "private network" in Delivery.objects.get().note


# The API and the page ------------------------------------------------------------


def api(person: User, *scopes: str) -> APIClient:
    _, key = create_token(user=person, scopes=scopes or ("account",))
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {key}")
    return client


def test_a_webhook_by_the_api(alice: User, there: Receiver) -> None:
    client = api(alice)
    asked = {"url": there.url, "events": ["clip.ready", "clip.ready"]}
    answer = client.post("/api/v1/webhooks/", asked)
    assert (answer.status_code, answer["Cache-Control"]) == (201, "no-store")
    hook, secret = answer.json(), answer.json()["secret"]
    assert hook["events"] == ["clip.ready"]
    assert secret not in json.dumps(client.get("/api/v1/webhooks/").json())
    assert secret not in Webhook.objects.get().secret
    base = f"/api/v1/webhooks/{hook['key']}/"
    assert client.post(f"{base}try/").status_code == 202
    assert client.post(f"{base}try/").status_code == 202
    delivering.deliver_due()
    assert Verifier(secret).verify(there.got[0][1], there.got[0][0])["type"] == (
        "webhook.try"
    )
    rows = client.get(f"{base}deliveries/").json()["results"]
    assert [row["delivery_state"] for row in rows] == ["delivered"] * 2
    again = client.post(f"{base}deliveries/{rows[0]['key']}/replay/")
    assert (again.status_code, again.json()["delivery_state"]) == (202, "waiting")
    twice = client.post(f"{base}deliveries/{rows[0]['key']}/replay/")
    assert twice.status_code == 409
    off = client.patch(base, {"active": False, "events": []})
    assert (off.json()["active"], off.json()["events"]) == (False, [])
    assert client.post(f"{base}try/").status_code == 409
    assert client.delete(base).status_code == 204
    assert not Delivery.objects.exists()


@pytest.mark.parametrize(
    ("odd", "field"),
    [
        ({"url": "http://10.0.0.1/"}, "url"),
        ({"events": ["everything"]}, "events"),
        ({"events": "clip.ready"}, "events"),
    ],
)
def test_what_is_wrong_with_it_is_named(
    odd: dict[str, Any], field: str, alice: User
) -> None:
    asked = {"url": "https://example.org/", "events": ["clip.ready"]} | odd
    refused = api(alice).post("/api/v1/webhooks/", asked)
    assert refused.status_code == 400
    named = {error["field"].partition(".")[0] for error in refused.json()["errors"]}
    assert named == {field}


def test_strangers_webhooks_do_not_exist(
    alice: User, mallory: User, there: Receiver, client_of: ClientOf
) -> None:
    hook, _ = made(alice, there.url)
    tell(alice)
    base, client = f"/api/v1/webhooks/{hook.key}/", api(mallory)
    sent = Delivery.objects.get()
    assert client.get(base).status_code == 404
    assert client.patch(base, {"active": False}).status_code == 404
    assert client.delete(base).status_code == 404
    assert client.get(f"{base}deliveries/").json()["results"] == []
    assert client.post(f"{base}deliveries/{sent.key}/replay/").status_code == 404
    page = client_of(mallory)
    assert page.post(f"/settings/webhooks/{hook.key}/").status_code == 404
    path = f"/settings/webhooks/deliveries/{sent.key}/again/"
    assert page.post(path).status_code == 404


def test_the_page_makes_shows_tries_and_deletes(
    alice: User, there: Receiver, client_of: ClientOf
) -> None:
    client = client_of(alice)
    empty = client.post("/settings/webhooks/", {"url": there.url})
    assert (empty.status_code, Webhook.objects.count()) == (400, 0)
    assert b"Choose at least one event." in empty.content
    first = client.post(
        "/settings/webhooks/", {"url": there.url, "events": ["clip.ready"]}
    ).content.decode()
    hook = Webhook.objects.get()
    assert sealing.unseal(hook.secret) in first
    later = client.get("/settings/webhooks/").content.decode()
    assert hook.url in later
    assert "whsec_" not in later
    change = f"/settings/webhooks/{hook.key}/"
    client.post(change, {"do": "try"})
    delivering.deliver_due()
    assert len(there.got) == 1
    page = client.get("/settings/webhooks/").content.decode()
    assert "webhook.try" in page
    client.post(f"/settings/webhooks/deliveries/{Delivery.objects.get().key}/again/")
    delivering.deliver_due()
    assert len({one["webhook-id"] for one, _ in there.got}) == 1
    assert len(there.got) == 2
    client.post(change, {"do": "off"})
    assert not Webhook.objects.get().active
    client.post(change, {"do": "delete"})
    assert not Webhook.objects.exists()


def test_there_is_an_end_to_webhooks(alice: User, there: Receiver) -> None:
    made(alice, there.url)
    with pytest.raises(services.WebhookError, match="with this address"):
        made(alice, there.url)
    for number in range(services.MOST - 1):
        made(alice, f"{there.url}&n={number}")
    with pytest.raises(services.WebhookError, match="Delete one first"):
        made(alice, f"{there.url}&n=last")


def test_they_go_with_their_owner(
    alice: User,
    there: Receiver,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    made(alice, there.url)
    with django_capture_on_commit_callbacks(execute=True):
        close_account(user=alice)
    assert not Webhook.objects.exists()
