"""One mail with what was not seen, at the hour that its reader chose, once."""

from __future__ import annotations

import datetime as dt
import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.locmem import EmailBackend
from django.utils import timezone

from socialapp.notices import services
from socialapp.notices.models import Letter, Notice, NoticeSettings
from socialapp.notices.tests.telling import like, person

if TYPE_CHECKING:
    from django.test import Client

    from socialapp.accounts.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def due(whose: User) -> dt.datetime:
    """When their digest is looked at, brought to now."""
    now = timezone.now() - timedelta(seconds=1)
    NoticeSettings.objects.filter(person=whose).update(next_digest=now)
    return now


def digest() -> int:
    services.plan_digests()
    return services.send_letters()


def test_a_digest_has_what_was_not_seen_and_says_how_to_end_it(
    alice: User, bob: User, mallory: User
) -> None:
    like(alice, bob, mallory)
    services.notify(
        people=[alice], kind=Notice.Kind.CLIP_READY, about="clip:1", lead="Seen <b>."
    )
    services.mark_seen(
        person=alice, keys=[Notice.objects.get(kind=Notice.Kind.CLIP_READY).key]
    )
    due(alice)
    assert digest() == 1
    (sent,) = mail.outbox
    assert sent.to == ["alice@example.com"]
    assert "@mallory and @bob liked “Fog”." in str(sent.body)
    assert "http://127.0.0.1:8000/p/fog/" in str(sent.body)
    assert "Seen" not in str(sent.body)
    assert isinstance(sent, EmailMultiAlternatives)
    page, kind = sent.alternatives[0]
    assert kind == "text/html"
    assert "@mallory and @bob liked" in str(page)
    assert sent.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "/notices/unsubscribe/" in sent.extra_headers["List-Unsubscribe"]


def test_only_news_since_the_last_digest_is_in_the_next(alice: User, bob: User) -> None:
    like(alice, bob)
    due(alice)
    assert digest() == 1
    services.notify(
        people=[alice], kind=Notice.Kind.REMIXED, about="post:2", lead="Remixed."
    )
    Letter.objects.update(name="digest:yesterday")
    due(alice)
    assert digest() == 1
    assert "liked" not in str(mail.outbox[1].body)
    Letter.objects.filter(name__contains="20").delete()
    due(alice)
    assert digest() == 0


def test_one_day_has_one_digest_however_many_ask(alice: User, bob: User) -> None:
    like(alice, bob)
    when = due(alice)
    assert services.plan_digests() == {"digests": 1}
    assert services.plan_digests() == {"digests": 0}
    NoticeSettings.objects.filter(person=alice).update(next_digest=when)
    services.plan_digests()
    assert Letter.objects.count() == 1
    assert services.send_letters() == 1
    assert services.send_letters() == 0


def test_the_hour_is_that_of_the_reader_s_clock(alice: User) -> None:
    alice.time_zone = "America/New_York"
    alice.save()
    chosen = services.change_settings(person=alice, digest="daily", digest_hour=9)
    assert chosen.next_digest is not None
    assert timezone.now() < chosen.next_digest < timezone.now() + timedelta(hours=25)
    assert chosen.next_digest.hour in {13, 14} or chosen.next_digest.utcoffset()
    weekly = services.change_settings(person=alice, digest="weekly").next_digest
    assert weekly is not None
    assert weekly.weekday() == 6


def test_no_news_is_no_mail(alice: User, bob: User) -> None:
    like(alice, bob)
    services.mark_seen(person=alice)
    due(alice)
    assert digest() == 0
    assert mail.outbox == []
    assert Letter.objects.filter(closed__isnull=True).count() == 0


def test_a_broken_mail_server_delays_it(
    alice: User, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    like(alice, bob)
    due(alice)

    def down(self: EmailBackend, messages: object) -> int:
        raise ConnectionRefusedError("Nobody there")

    with monkeypatch.context() as broken:
        broken.setattr(EmailBackend, "send_messages", down)
        assert digest() == 0
    letter = Letter.objects.get()
    assert (letter.tries, letter.handed, letter.closed) == (1, None, None)
    assert letter.due > timezone.now()
    assert services.send_letters() == 0
    Letter.objects.update(due=timezone.now())
    assert services.send_letters() == 1


def test_what_may_have_been_sent_is_not_sent_again(alice: User, bob: User) -> None:
    """The worker was killed after it had begun to speak to the mail server."""
    like(alice, bob)
    due(alice)
    services.plan_digests()
    past = timezone.now() - timedelta(hours=1)
    Letter.objects.update(lease=past, handed=past)
    assert services.send_letters() == 0
    assert mail.outbox == []
    Letter.objects.update(name="digest:earlier")
    due(alice)
    assert digest() == 1, "what it held is in the next one"


def test_a_worker_that_died_before_it_spoke_is_replaced(alice: User, bob: User) -> None:
    like(alice, bob)
    due(alice)
    services.plan_digests()
    Letter.objects.update(lease=timezone.now() + timedelta(minutes=1))
    assert services.send_letters() == 0, "it is somebody's"
    Letter.objects.update(lease=timezone.now() - timedelta(seconds=1))
    assert services.send_letters() == 1


def test_what_waits_for_an_answer_is_mailed_at_once(alice: User, bob: User) -> None:
    like(alice, bob, kind=Notice.Kind.REMIX_ASKED, lead="@bob asked to remix “Fog”.")
    assert services.send_letters() == 1
    assert mail.outbox[0].subject == "@bob asked to remix “Fog”."
    services.change_settings(person=alice, mails=False)
    like(alice, bob, kind=Notice.Kind.REMIX_ASKED, about="post:2")
    assert services.send_letters() == 0


def test_one_click_ends_the_mails_without_signing_in(
    alice: User, bob: User, client: Client
) -> None:
    like(alice, bob)
    due(alice)
    digest()
    header = mail.outbox[0].extra_headers["List-Unsubscribe"]
    found = re.fullmatch(r"<http://127\.0\.0\.1:8000(/\S+)>", header)
    assert found
    assert b"End them" in client.get(found[1]).content
    assert NoticeSettings.objects.get(person=alice).digest == "weekly"
    strict = type(client)(enforce_csrf_checks=True)
    one_click = {"List-Unsubscribe": "One-Click"}
    assert strict.post(found[1], one_click).status_code == 200
    chosen = NoticeSettings.objects.get(person=alice)
    assert (chosen.digest, chosen.mails, chosen.next_digest) == ("never", False, None)
    forged = found[1].replace(":", ":x")
    assert client.post(forged, one_click).status_code == 404


def test_a_digest_of_the_young_has_only_what_waits_for_them() -> None:
    teen, ada = person("teen", age=15), person("ada")
    services.change_settings(person=teen, digest="weekly", mails=False)
    like(teen, ada)
    due(teen)
    assert digest() == 0
    like(teen, ada, kind=Notice.Kind.REMIX_ASKED, lead="@ada asked to remix “Fog”.")
    Letter.objects.all().delete()
    due(teen)
    assert digest() == 1
    assert "liked" not in str(mail.outbox[0].body)


def test_who_left_gets_no_mail(alice: User, bob: User) -> None:
    like(alice, bob)
    due(alice)
    services.plan_digests()
    type(alice).objects.filter(pk=alice.pk).update(leaves=timezone.now())
    assert services.send_letters() == 0
