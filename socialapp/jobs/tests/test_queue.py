"""Jobs leave at commit, and nothing that Redis does reaches the one who asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import transaction
from django.utils.module_loading import import_string

from socialapp.jobs import queue, recovery
from socialapp.jobs.backends import inline
from socialapp.jobs.queue import BackendDownError

if TYPE_CHECKING:
    from pytest_django import Settings


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, tuple[int, ...], str]]:
    found: list[tuple[str, tuple[int, ...], str]] = []
    monkeypatch.setattr(inline, "send", lambda *message: found.append(message))
    return found


@pytest.mark.django_db(transaction=True)
def test_a_job_leaves_when_its_transaction_commits(
    sent: list[tuple[str, tuple[int, ...], str]],
) -> None:
    with transaction.atomic():
        queue.enqueue("avatarfx.jobs.render_clip", 7)
        assert sent == []
    assert sent == [("avatarfx.jobs.render_clip", (7,), "cpu")]


@pytest.mark.django_db(transaction=True)
def test_a_job_of_a_transaction_that_fails_never_leaves(
    sent: list[tuple[str, tuple[int, ...], str]],
) -> None:
    @transaction.atomic
    def break_after_asking() -> None:
        queue.enqueue("avatarfx.jobs.render_clip", 7)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        break_after_asking()
    assert sent == []


@pytest.mark.django_db(transaction=True)
def test_redis_away_is_logged_and_not_raised(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.JOBS = {"BACKEND": "socialapp.jobs.backends.rq"}
    settings.REDIS_URL = "unix:///nowhere/redis.sock"
    queue.enqueue("avatarfx.jobs.render_clip", 7)
    assert "waits until reconcile wakes it" in caplog.text
    with pytest.raises(BackendDownError):
        queue.waiting()


def test_every_dotted_name_of_the_settings_and_services_exists(
    settings: Settings,
) -> None:
    job = "avatarfx.jobs.render_clip"
    for path in (job, *settings.RECONCILERS, *settings.PRELOADERS):
        assert callable(import_string(path))


def test_reconcilers_are_added_up(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def one(*, lost: str) -> dict[str, int]:
        asked.append(lost)
        return {"returned": 2, "woken": 1}

    monkeypatch.setattr(recovery, "import_string", lambda _: one)
    settings.RECONCILERS = ["first", "second"]
    assert recovery.reconcile(lost="far:9") == {"returned": 4, "woken": 2}
    assert asked == ["far:9", "far:9"]
