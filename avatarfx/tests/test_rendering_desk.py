"""The page backstage on which operators see how rendering goes."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone

from avatarfx import services
from avatarfx.metrics.overview import SPANS, overview
from avatarfx.models import Clip, Render, RenderSample
from avatarfx.services.metrics import write_hours
from avatarfx.tests.test_metrics import NOW, ended, stage
from socialapp.accounts.models import User

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django import Settings

    from conftest import ClientOf
    from socialapp.characters.models import Character

pytestmark = [pytest.mark.django_db, pytest.mark.database]

PAGE = "/admin/avatarfx/renderhour/"
FREE = {"cpu_hour": 0, "gpu_hour": 0}


@pytest.fixture
def clip(alice: User, hob: Character) -> Clip:
    return services.request_clip(owner=alice, character=hob, script="Good evening.")


@pytest.fixture
def operator(bob: User) -> User:
    bob.user_permissions.set(
        Permission.objects.filter(codename__in=["view_renderhour", "view_render"])
    )
    User.objects.filter(pk=bob.pk).update(is_staff=True)
    return User.objects.get(pk=bob.pk)


def counted(now: dt.datetime) -> None:
    while write_hours(now=now) > 1:
        pass


@pytest.mark.parametrize("span", SPANS.values(), ids=str)
def test_what_ended_in_the_span_is_in_the_page(clip: Clip, span: Any) -> None:
    Clip.objects.update(rung="simple", rung_reason="No face.", seconds=4)
    inside = span.step * (span.steps - 2)
    ended(clip, NOW - inside, stage("movement", 4, engine="warp", cpu_seconds=3))
    ended(clip, NOW, stage("movement", 2, engine="warp", cpu_seconds=2))
    ended(clip, NOW, outcome="failed", error="The disk is full.")
    ended(clip, NOW - span.step * (span.steps + 1), stage("movement", 99))
    counted(NOW)
    told = overview(span, prices=FREE, now=NOW)
    assert told.tally.clips == 2
    assert told.lower == "100 %"
    assert told.cost is not None
    assert told.cost.cpu_seconds == 2.5
    assert [(row.label, row.engine, row.count) for row in told.stages] == [
        ("Movement", "warp", 2)
    ]
    assert told.reasons == (("simple: No face", 2),)
    assert told.failures == (("The disk is full", 1),)
    assert {one.key for one in told.slowest} == {clip.key}
    assert len(told.slowest) == 3


def test_the_worst_minute_of_each_hour_is_drawn(clip: Clip) -> None:
    for minutes, waiting in ((1, 3), (2, 7), (90, 5)):
        RenderSample.objects.create(
            at=NOW - dt.timedelta(minutes=minutes), waiting_now=waiting
        )
    (line, *_) = overview(SPANS["day"], prices=FREE, now=NOW).panels
    assert line.title == "Clips in line"
    assert line.says.endswith("somebody waits: 7 at last, at most 7 at 10:00.")
    # Two hours that follow each other are one line; before that nobody looked.
    assert line.wide.line.count("M") == 1
    assert line.wide.line.count("L") == 1


def test_hours_without_clips_are_gaps_and_not_zero(clip: Clip) -> None:
    for hours in (0, 1, 5):
        ended(clip, NOW - dt.timedelta(hours=hours), stage("voice", 1.0))
    counted(NOW)
    panels = overview(SPANS["day"], prices=FREE, now=NOW).panels
    voice = next(one for one in panels if one.title == "Voice, seconds")
    assert voice.wide.line.count("M") == 2


def test_an_empty_house_says_what_will_be_here(
    operator: User, client_of: ClientOf
) -> None:
    page = client_of(operator).get(PAGE).content.decode()
    assert "Nothing was rendered in these 24 hours" in page
    assert "this page shows how long each stage takes" in page


def test_operators_see_plots_and_the_way_to_the_traces(
    clip: Clip, operator: User, client_of: ClientOf
) -> None:
    now = timezone.now()
    ended(clip, now, stage("voice", 1.0, engine="<b>kokoro"))
    write_hours(now=now)
    client = client_of(operator)
    for span in ("", "day", "week", "month", "nonsense"):
        page = client.get(PAGE, {"span": span}).content.decode()
        assert page.count('<svg class="plot') >= 10
        assert f'href="/clips/{clip.key}/trace/"' in page
        assert "<b>kokoro" not in page
    assert client.get(f"/clips/{clip.key}/trace/").status_code == 200


def test_operators_see_why_a_neural_engine_is_off(
    operator: User, client_of: ClientOf, settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "refiner.safetensors").write_bytes(b"half of it")
    refiner = dict(settings.ENGINES["animator"]["refiner"])
    refiner["OPTIONS"] = refiner["OPTIONS"] | {"weights": str(tmp_path)}
    animators = settings.ENGINES["animator"] | {"refiner": refiner}
    settings.ENGINES = settings.ENGINES | {"animator": animators}
    page = client_of(operator).get(PAGE).content.decode()
    _, table = page.split("Neural engines")
    for name in ("wan_animate", "diffusion_refine", "musetalk", "latentsync"):
        assert name in table
    assert "There are no weights" in table
    assert "refiner.json is missing" in table


def test_other_staff_and_other_people_do_not(
    mallory: User, client_of: ClientOf
) -> None:
    assert client_of(mallory).get(PAGE).status_code == 302
    User.objects.filter(pk=mallory.pk).update(is_staff=True)
    staff = User.objects.get(pk=mallory.pk)
    assert client_of(staff).get(PAGE).status_code == 403


def test_the_page_costs_the_same_for_one_and_many(
    clip: Clip,
    operator: User,
    client_of: ClientOf,
    django_assert_max_num_queries: Any,
) -> None:
    client = client_of(operator)
    for n in range(60):
        ended(clip, timezone.now() - dt.timedelta(minutes=n * 20), stage("voice", 1.0))
    counted(timezone.now())
    assert Render.objects.count() == 60
    with django_assert_max_num_queries(14):
        assert client.get(PAGE).status_code == 200
