"""Who asked to be reminded is told once, and what never began is cancelled."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.core.cache import cache
from django.utils import timezone
from rest_framework.test import APIClient

from socialapp.notices.models import Notice
from streams import services
from streams.errors import StreamError
from streams.models import Stream, StreamReminder
from streams.services import telling
from streams.tests.conftest import say_line

if TYPE_CHECKING:
    from pytest_django import DjangoCaptureOnCommitCallbacks

    from conftest import ClientOf
    from socialapp.accounts.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture(autouse=True)
def fresh_rates() -> None:
    cache.clear()


def told(person: User) -> list[tuple[str, str]]:
    rows = Notice.objects.filter(person=person).order_by("pk")
    return [(one.kind, one.lead) for one in rows]


def test_who_asked_is_told_when_it_begins_and_once(
    stream: Stream,
    alice: User,
    bob: User,
    mallory: User,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    assert services.remind(stream=stream, person=bob)
    assert not services.remind(stream=stream, person=bob)
    with django_capture_on_commit_callbacks(execute=True):
        services.start_stream(stream=stream)
    telling.started(stream)
    assert told(bob) == [("stream-started", "“Partly Obscured” has begun.")]
    assert Notice.objects.get(person=bob).url == stream.get_absolute_url()
    assert told(mallory) == told(alice) == []


def test_who_changed_their_mind_is_not_told(
    stream: Stream,
    bob: User,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    services.remind(stream=stream, person=bob)
    assert services.forget_reminder(stream=stream, person=bob)
    assert not services.forget_reminder(stream=stream, person=bob)
    with django_capture_on_commit_callbacks(execute=True):
        services.start_stream(stream=stream)
    assert told(bob) == []


def test_a_show_that_became_private_calls_nobody(
    stream: Stream,
    bob: User,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    services.remind(stream=stream, person=bob)
    services.change_stream(stream=stream, visibility="private")
    with django_capture_on_commit_callbacks(execute=True):
        services.start_stream(stream=stream)
    assert told(bob) == []


def test_only_what_is_to_come_can_be_waited_for(
    live: Stream, alice: User, bob: User
) -> None:
    with pytest.raises(StreamError, match="on now"):
        services.remind(stream=live, person=bob)
    services.end_stream(stream=live)
    with pytest.raises(StreamError, match="over"):
        services.remind(stream=live, person=bob)


def test_its_own_host_is_not_reminded(stream: Stream, alice: User) -> None:
    with pytest.raises(StreamError, match="yours"):
        services.remind(stream=stream, person=alice)


def test_a_plan_that_is_cancelled_is_told_to_who_waited(
    stream: Stream, alice: User, bob: User
) -> None:
    services.remind(stream=stream, person=bob)
    services.end_stream(stream=stream)
    assert told(bob) == [("stream-cancelled", "“Partly Obscured” will not take place.")]
    assert told(alice) == []


def test_a_plan_that_nobody_started_is_cancelled_after_a_day(
    stream: Stream, alice: User, bob: User
) -> None:
    services.remind(stream=stream, person=bob)
    soon = timezone.now() - timedelta(hours=23)
    Stream.objects.filter(pk=stream.pk).update(scheduled_for=soon)
    assert services.sweep()["streams_cancelled"] == 0
    late = timezone.now() - timedelta(hours=25)
    Stream.objects.filter(pk=stream.pk).update(scheduled_for=late)
    assert services.sweep()["streams_cancelled"] == 1
    assert services.sweep()["streams_cancelled"] == 0
    stream.refresh_from_db()
    assert (stream.state, stream.end_reason) == ("ended", "cancelled")
    assert told(alice) == [("stream-cancelled", "“Partly Obscured” is cancelled.")]
    assert len(told(bob)) == 1


def test_a_plan_without_a_moment_waits(stream: Stream) -> None:
    Stream.objects.filter(pk=stream.pk).update(
        created=timezone.now() - timedelta(days=9)
    )
    assert services.sweep()["streams_cancelled"] == 0


def test_the_host_is_offered_the_replay(
    live: Stream,
    alice: User,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    say_line(live, at=0.0)
    Stream.objects.filter(pk=live.pk).update(most_viewers=7)
    with django_capture_on_commit_callbacks(execute=True):
        services.end_stream(stream=live)
    notice = Notice.objects.get(person=alice)
    assert (notice.kind, notice.url) == ("stream-ended", f"/s/{live.key}/")
    assert notice.words == (
        "1 line, 7 watched at once. The replay is ready: cut a clip out of it."
    )


def test_news_of_a_show_goes_with_it(
    stream: Stream,
    bob: User,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    services.remind(stream=stream, person=bob)
    with django_capture_on_commit_callbacks(execute=True):
        services.start_stream(stream=stream)
    services.delete_stream(stream=stream)
    assert told(bob) == []


def test_reminders_over_the_api(stream: Stream, alice: User, bob: User) -> None:
    url = f"/api/v1/streams/{stream.key}/reminder/"
    client = APIClient()
    assert client.get(url).json() == {"reminded": False}
    assert client.put(url).status_code == 401
    client.force_authenticate(bob)
    for _ in range(2):
        assert client.put(url).json() == {"reminded": True}
    assert client.get(url).json() == {"reminded": True}
    assert StreamReminder.objects.count() == 1
    assert client.delete(url).json() == {"reminded": False}
    Stream.objects.filter(pk=stream.pk).update(visibility="private")
    assert client.put(url).status_code == 404
    client.force_authenticate(alice)
    assert client.put(url).status_code == 409


def test_the_button_asks_and_takes_it_back(
    stream: Stream, bob: User, client_of: ClientOf
) -> None:
    client = client_of(bob)
    path = f"/s/{stream.key}/remind/"
    assert client.post(path).status_code == 302
    assert StreamReminder.objects.filter(person=bob).exists()
    client.post(path, {"on": "0"})
    assert not StreamReminder.objects.exists()
    Stream.objects.filter(pk=stream.pk).update(visibility="private")
    assert client.post(path).status_code == 404
