"""Asking for a clip, and the ways in which that is refused or repeated."""

from __future__ import annotations

import shutil
import threading
from collections import namedtuple
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.utils import timezone

from avatarfx import services
from avatarfx.models import Clip
from avatarfx.tests.conftest import make_character
from socialapp.accounts import quotas
from socialapp.accounts.models import Ticket, User
from socialapp.jobs.backends import inline
from socialapp.jobs.queue import BackendDownError

if TYPE_CHECKING:
    from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

    from avatarfx.tests.conftest import Troupe
    from socialapp.characters.models import Character

LINE = "Good evening to the lamp."


@pytest.fixture
def nobody_works(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, ...]]:
    """Wake-ups are noted and nothing comes of them."""
    sent: list[tuple[int, ...]] = []
    monkeypatch.setattr(inline, "send", lambda _job, ids, _queue: sent.append(ids))
    return sent


@pytest.mark.database
def test_a_request_waits_in_line_and_holds_a_ticket(
    alice: User, hob: Character
) -> None:
    clip = services.request_clip(owner=alice, character=hob, script=LINE)
    assert (clip.state, clip.shape) == ("queued", "9:16")
    assert Ticket.objects.get().key == f"clip:{clip.key}"
    assert quotas.left(alice).left == 4
    role = clip.as_recipe().cast[0]
    assert (role.character, role.voice) == (hob.key, hob.voice_spec)


def test_the_wake_up_leaves_at_commit(
    alice: User,
    hob: Character,
    nobody_works: list[tuple[int, ...]],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        clip = services.request_clip(owner=alice, character=hob, script=LINE)
        assert nobody_works == []
    assert nobody_works == [(clip.pk,)]


def test_with_redis_down_the_request_still_succeeds(
    alice: User,
    hob: Character,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    def down(*_: object) -> None:
        raise BackendDownError("Redis cannot be reached")

    monkeypatch.setattr(inline, "send", down)
    with django_capture_on_commit_callbacks(execute=True):
        clip = services.request_clip(owner=alice, character=hob, script=LINE)
    clip.refresh_from_db()
    assert clip.state == "queued"


@pytest.mark.parametrize("script", ["", "   ", "🎭🎭🎭", "Добрый вечер"])
def test_what_no_voice_can_read_costs_nothing(
    alice: User, hob: Character, script: str
) -> None:
    with pytest.raises(services.ScriptError):
        services.request_clip(owner=alice, character=hob, script=script)
    assert quotas.left(alice).left == 5
    assert not Clip.objects.exists()


def test_a_script_longer_than_allowed_is_refused(alice: User, hob: Character) -> None:
    with pytest.raises(services.ScriptError):
        services.request_clip(owner=alice, character=hob, script="word " * 2000)


def test_a_character_without_a_portrait_cannot_speak(
    alice: User, hob: Character
) -> None:
    hob.portrait = None
    with pytest.raises(services.NotNowError, match="has no portrait yet"):
        services.request_clip(owner=alice, character=hob, script=LINE)


def test_an_unknown_background_is_refused(alice: User, hob: Character) -> None:
    with pytest.raises(services.NotNowError, match="background"):
        services.request_clip(
            owner=alice, character=hob, script=LINE, background="moon"
        )


def test_a_full_disk_refuses_with_the_way_out(
    alice: User,
    hob: Character,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    usage = namedtuple("usage", "total used free")
    settings.MIN_FREE_DISK_BYTES = 1_000_000
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**9, 10**9, 4096))
    with pytest.raises(services.DiskFullError) as caught:
        services.request_clip(owner=alice, character=hob, script=LINE)
    assert "disk" in caught.value.message
    assert quotas.left(alice).left == 5


@pytest.mark.database
def test_the_same_key_answers_with_the_same_clip(alice: User, hob: Character) -> None:
    first = services.request_clip(
        owner=alice, character=hob, script=LINE, idempotency_key="k1"
    )
    again = services.request_clip(
        owner=alice, character=hob, script=LINE, idempotency_key="k1"
    )
    assert again.pk == first.pk
    assert quotas.left(alice).left == 4


def test_the_same_key_with_another_body_is_a_conflict(
    alice: User, hob: Character
) -> None:
    services.request_clip(owner=alice, character=hob, script=LINE, idempotency_key="k1")
    with pytest.raises(services.IdempotencyConflictError):
        services.request_clip(
            owner=alice, character=hob, script="Other words.", idempotency_key="k1"
        )
    assert Clip.objects.count() == 1


def test_a_key_is_free_again_after_a_day(alice: User, hob: Character) -> None:
    first = services.request_clip(
        owner=alice, character=hob, script=LINE, idempotency_key="k1"
    )
    Clip.objects.update(created=timezone.now() - timedelta(hours=25))
    again = services.request_clip(
        owner=alice, character=hob, script=LINE, idempotency_key="k1"
    )
    assert again.pk != first.pk


def test_two_people_may_use_the_same_key(
    alice: User, bob: User, hob: Character
) -> None:
    first = services.request_clip(
        owner=alice, character=hob, script=LINE, idempotency_key="k1"
    )
    other = services.request_clip(
        owner=bob, character=hob, script=LINE, idempotency_key="k1"
    )
    assert other.pk != first.pk


def _at_once(count: int, owner: User, hob: Character, key: str) -> list[str]:
    barrier = threading.Barrier(count)
    outcomes: list[str] = []

    def ask() -> None:
        barrier.wait()
        try:
            clip = services.request_clip(
                owner=owner, character=hob, script=LINE, idempotency_key=key
            )
            outcomes.append(clip.key)
        except quotas.NoTicketsError:
            outcomes.append("refused")
        except Exception as error:
            outcomes.append(repr(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


@pytest.mark.database
@pytest.mark.django_db(transaction=True)
def test_of_twenty_requests_at_once_five_are_accepted(
    nobody_works: list[tuple[int, ...]],
) -> None:
    alice = User.objects.create_user("alice", "alice@example.com", "a secret of hers")
    outcomes = _at_once(20, alice, make_character(alice), key="")
    assert outcomes.count("refused") == 15
    assert len(set(outcomes) - {"refused"}) == 5
    assert Clip.objects.count() == len(nobody_works) == 5


@pytest.mark.database
@pytest.mark.django_db(transaction=True)
def test_a_double_submit_is_one_clip(nobody_works: list[tuple[int, ...]]) -> None:
    alice = User.objects.create_user("alice", "alice@example.com", "a secret of hers")
    outcomes = _at_once(12, alice, make_character(alice), key="form-1")
    assert len(set(outcomes)) == 1
    assert Clip.objects.count() == len(nobody_works) == 1
    assert quotas.left(alice).left == 4


@pytest.mark.database
def test_cancelling_in_line_gives_the_ticket_back(alice: User, hob: Character) -> None:
    clip = services.request_clip(owner=alice, character=hob, script=LINE)
    cancelled = services.cancel_clip(clip=clip)
    assert cancelled.state == "cancelled"
    assert quotas.left(alice).left == 5
    services.render_clip(clip.pk)
    clip.refresh_from_db()
    assert clip.state == "cancelled"
    assert services.cancel_clip(clip=clip).state == "cancelled"


def test_a_finished_clip_cannot_be_cancelled(
    alice: User, hob: Character, troupe: Troupe
) -> None:
    clip = services.request_clip(owner=alice, character=hob, script=LINE)
    services.render_clip(clip.pk)
    with pytest.raises(services.NotNowError, match="finished already"):
        services.cancel_clip(clip=clip)
    assert troupe.full.asked == 1


def test_trying_again_takes_a_ticket_and_starts_from_nothing(
    alice: User, hob: Character
) -> None:
    clip = services.request_clip(owner=alice, character=hob, script=LINE)
    services.cancel_clip(clip=clip)
    again = services.retry_clip(clip=clip)
    assert (again.state, again.percent, again.attempts) == ("queued", 0, 0)
    assert quotas.left(alice).left == 4
    assert services.retry_clip(clip=clip).state == "queued"
    assert quotas.left(alice).left == 4


def test_trying_again_without_a_ticket_leaves_it_as_it_is(
    alice: User, hob: Character
) -> None:
    clip = services.request_clip(owner=alice, character=hob, script=LINE)
    services.cancel_clip(clip=clip)
    for number in range(5):
        quotas.hold(user=alice, key=f"clip:{number}")
    with pytest.raises(services.NoTicketsError):
        services.retry_clip(clip=clip)
    clip.refresh_from_db()
    assert clip.state == "cancelled"


def test_a_removed_clip_is_cancelled_and_hidden(alice: User, hob: Character) -> None:
    clip = services.request_clip(owner=alice, character=hob, script=LINE)
    services.remove_clip(clip=clip)
    assert not Clip.objects.of(alice).exists()
    assert quotas.left(alice).left == 5
