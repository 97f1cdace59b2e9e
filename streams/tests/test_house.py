"""Which streams a process takes, and which it leaves to others."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db.models.functions import Now

from socialapp.jobs import horse
from streams import services
from streams.direction.house import House
from streams.models import Stream
from streams.tests.directing import show_of

if TYPE_CHECKING:
    from socialapp.accounts.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def test_a_process_takes_what_nobody_directs(alice: User) -> None:
    house = House(name="here")
    assert house._claim() is None
    stream = show_of(alice, start=False)
    assert house._claim() is None
    services.start_stream(stream=stream)
    lease = house._claim()
    assert lease is not None
    assert lease.stream_id == stream.pk
    assert House(name="there")._claim() is None
    assert services.release(lease)
    assert House(name="there")._claim() is not None


def test_a_lease_of_a_process_that_is_gone_need_not_run_out(alice: User) -> None:
    stream = show_of(alice)
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    first = services.claim(director=horse.name_of(child.pid))
    assert first is not None
    assert House(name="here")._claim() is None
    child.kill()
    child.wait()
    second = House(name="here")._claim()
    assert second is not None
    assert second.fence == first.fence + 1
    assert not services.beat(first)
    assert Stream.objects.get(pk=stream.pk).director == "here"


def test_a_reserve_leaves_new_streams_to_others_for_a_moment(alice: User) -> None:
    stream = show_of(alice)
    reserve = House(name="reserve", reserve=True)
    assert reserve._claim() is None
    Stream.objects.filter(pk=stream.pk).update(started=Now() - timedelta(seconds=3))
    assert reserve._claim() is not None


def test_a_reserve_takes_over_at_once(alice: User) -> None:
    show_of(alice)
    lease = House(name="here")._claim()
    assert lease is not None
    services.release(lease)
    assert House(name="reserve", reserve=True)._claim() is not None


def test_a_cast_that_cannot_play_fails_its_stream_and_nothing_else(
    alice: User,
) -> None:
    stream = show_of(alice)
    Stream.objects.filter(pk=stream.pk).update(duet="cloud_cover")
    stream.seats.filter(seat="b").delete()
    assert House(name="here").look() == 0
    stream.refresh_from_db()
    assert (stream.state, stream.end_reason) == ("ended", "failed")
