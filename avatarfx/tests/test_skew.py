"""A worker whose clock is hours off: what it does is dated by the database."""

from __future__ import annotations

import datetime as dt
import time
from typing import TYPE_CHECKING

import pytest
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from avatarfx import services
from avatarfx.models import Clip, Render
from avatarfx.services import leases
from avatarfx.services.leases import Lease
from avatarfx.tests.lines import claimed, lease_of, queue_up
from avatarfx.tests.test_leases import RESULT

if TYPE_CHECKING:
    from collections.abc import Callable

    from socialapp.accounts.models import User
    from socialapp.characters.models import Character

pytestmark = pytest.mark.database

MINUTE = dt.timedelta(minutes=1)


@pytest.fixture(params=[3, -3], ids=["ahead", "behind"])
def skewed(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], None]:
    """Call it: from then on Python's clocks are three hours off."""
    hours = dt.timedelta(hours=request.param)

    def skew() -> None:
        real, seconds = timezone.now, time.time
        monkeypatch.setattr(timezone, "now", lambda: real() + hours)
        monkeypatch.setattr(time, "time", lambda: seconds() + hours.total_seconds())

    return skew


def near(*names: str) -> Q:
    """These columns say a moment of the last minute, by the database's clock."""
    found = Q()
    for name in names:
        found &= Q(**{f"{name}__gt": Now() - MINUTE, f"{name}__lt": Now() + MINUTE})
    return found


def test_every_date_of_an_attempt_is_the_databases(
    alice: User, hob: Character, skewed: Callable[[], None]
) -> None:
    skewed()
    (clip,) = queue_up(alice, hob)
    assert Clip.objects.filter(near("queued_at")).exists()
    claimed(1)
    lease = lease_of(clip)
    assert Clip.objects.filter(near("leased_until", "state_changed")).exists()
    assert leases.beat(lease, stage="voice", percent=1)
    assert Clip.objects.filter(near("leased_until")).exists()
    assert leases.finish(lease, result=RESULT, trace=[])
    assert Clip.objects.filter(near("finished", "state_changed")).exists()
    assert Render.objects.filter(near("started", "ended")).exists()


def test_it_neither_steals_a_lease_nor_lets_one_live_on(
    alice: User, hob: Character, skewed: Callable[[], None]
) -> None:
    alive, dead = queue_up(alice, hob, 2)
    claimed(2)
    old = lease_of(dead)
    Clip.objects.filter(pk=dead.pk).update(leased_until=Now() - dt.timedelta(seconds=1))
    skewed()
    assert services.reconcile()["returned"] == 1
    alive.refresh_from_db()
    dead.refresh_from_db()
    assert (alive.state, dead.state) == ("rendering", "queued")
    assert not leases.finish(old, result=RESULT, trace=[])
    assert leases.finish(lease_of(alive), result=RESULT, trace=[])


def test_it_ends_attempts_at_the_databases_time_whatever_their_end(
    alice: User, hob: Character, skewed: Callable[[], None]
) -> None:
    stopped, failed, held = queue_up(alice, hob, 3)
    claimed(3)
    skewed()
    services.cancel_clip(clip=stopped)
    leases.fail(lease_of(failed), "No.", permanent=True)
    leases.hold(lease_of(held), "Not this.")
    assert Clip.objects.filter(near("finished", "state_changed")).count() == 3
    assert Render.objects.filter(near("ended")).count() == 3
    services.retry_clip(clip=stopped)
    assert Clip.objects.filter(near("queued_at"), pk=stopped.pk).exists()


def test_what_it_claims_comes_in_the_order_of_the_line(
    alice: User, bob: User, hob: Character, skewed: Callable[[], None]
) -> None:
    hers = queue_up(alice, hob, 2)
    skewed()
    his = queue_up(bob, hob, 2)
    assert claimed(4) == [hers[0].pk, his[0].pk, hers[1].pk, his[1].pk]
    assert isinstance(lease_of(his[0]), Lease)
