"""What the bench of plays counts, and the way that it goes."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from scenes import content
from scenes.bench.playing import Asked, Stage, Worked
from scenes.machine import Machine
from scenes.models import Scene
from scenes.tests.stories import published

if TYPE_CHECKING:
    from django.test import Client

    from socialapp.accounts.models import User


def test_work_within_work_is_counted_once() -> None:
    worked = Worked()

    def busy() -> str:
        until = time.process_time() + 0.02
        while time.process_time() < until:
            pass
        return "done"

    inner = worked.wrapping(busy)
    assert worked.wrapping(inner)() == "done"
    assert 0.02 <= worked.seconds < 0.04


def test_work_that_fails_is_counted_too() -> None:
    worked = Worked()

    def broken() -> None:
        raise ZeroDivisionError

    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            worked.wrapping(broken)()
    assert worked.seconds > 0


def test_the_way_of_the_bench_has_the_lines_of_one_play() -> None:
    machine = Machine(content.scene("the_lending_mountain"))
    stage = Stage(Scene(key="x"), 1, machine, {})
    way = list(stage._way())
    assert way == list(stage._way())
    spoken = [line for lines in way for line in lines]
    assert len(spoken) > 5
    assert {line["state"] for line in spoken} <= set(machine.scene.states)


@pytest.mark.django_db
def test_what_a_browser_gets_is_counted_in_bytes(alice: User, client: Client) -> None:
    scene = published(alice)
    asked = Asked(client)
    body = asked.get(f"/api/v1/scenes/{scene.key}/versions/1/document/")
    assert (asked.received, asked.requests) == (len(body), 1)
    with pytest.raises(RuntimeError, match="404"):
        asked.get("/api/v1/scenes/none/versions/1/document/")
