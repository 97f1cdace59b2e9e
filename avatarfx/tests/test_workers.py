"""The list of workers: signs of life, what each can do, and who shall stop."""

from __future__ import annotations

import datetime as dt
import json
from io import StringIO
from typing import TYPE_CHECKING

import pytest
from django.core.management import CommandError, call_command
from django.db.models.functions import Now
from django.utils import timezone

from avatarfx import crew, services
from avatarfx.abilities import EVERYTHING, Abilities, memory_mb
from avatarfx.metrics import exported
from avatarfx.models import Clip, Render, RenderWorker, WorkerKey
from avatarfx.receipts import ReceiptError
from avatarfx.services import leases, rendering, workers
from avatarfx.tests.worker_rows import listed
from socialapp.engines.handler import animators, needs_resident
from socialapp.jobs import horse

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytest_django import Settings

    from avatarfx.tests.conftest import Troupe
    from socialapp.accounts.models import User
    from socialapp.characters.models import Character

pytestmark = [pytest.mark.django_db, pytest.mark.database]


class Chip:
    """An animator that only one process may ever touch."""

    rung = "full"
    resident = True
    built = 0

    def __init__(self) -> None:
        type(self).built += 1

    def available(self) -> str | None:
        return None

    def suits(self, rig: object) -> str | None:  # noqa: ARG002
        return None

    def animate(self, *_: object, **__: object) -> Iterator[object]:
        return iter(())


@pytest.fixture
def joined(settings: Settings, tmp_path: Path) -> Iterator[RenderWorker]:
    """This process listens to the queue ``cpu``."""
    settings.DATA_DIR = tmp_path
    workers.join(queue="cpu", resident=False)
    yield RenderWorker.objects.get(name=horse.name())
    workers.leave()


@pytest.fixture
def chip(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    backend = {"BACKEND": f"{__name__}.Chip"}
    settings.ENGINES = settings.ENGINES | {
        "animator": settings.ENGINES["animator"] | {"chip": backend}
    }
    settings.ANIMATOR_LADDER = ["chip", *settings.ANIMATOR_LADDER]
    monkeypatch.setattr(Chip, "built", 0)
    monkeypatch.setattr(animators, "_built", {})
    monkeypatch.setattr("socialapp.engines.handler.import_string", _imported)


def _imported(path: str) -> object:
    from django.utils.module_loading import import_string  # noqa: PLC0415

    return Chip if path.endswith(".Chip") else import_string(path)


def ask(owner: User, character: Character) -> Clip:
    return services.request_clip(owner=owner, character=character, script="Good day.")


def test_a_worker_says_what_it_can_do_and_leaves_no_trace(
    joined: RenderWorker,
) -> None:
    assert (joined.queue, joined.resident, joined.host) == ("cpu", False, horse.host())
    assert "still" in joined.can().rungs
    assert 0 < joined.can().memory_mb <= memory_mb()
    assert WorkerKey.objects.filter(public=joined.key).exists()
    workers.leave()
    assert not RenderWorker.objects.exists()
    assert workers.abilities() == EVERYTHING


def test_a_machine_may_be_told_to_do_less(settings: Settings) -> None:
    settings.WORKER = {"rungs": ["still"], "memory_mb": 64, "device": "x", "batch": 3}
    told = Abilities.of_this_machine(settings)
    assert told == Abilities(frozenset({"still"}), 64, "x", 3)
    assert Abilities.from_json(told.to_json()) == told


def test_a_worker_gets_only_what_it_can_do(
    alice: User, hob: Character, bob: User
) -> None:
    picky = services.request_clip(
        owner=alice, character=hob, script="Good day.", needs=("sway",)
    )
    plain = ask(alice, hob)
    modest = Abilities(frozenset({"warp"}), memory_mb=2000)
    first = leases.claim(worker="a:1", can=modest)
    assert first is not None
    assert first.key == plain.key
    assert leases.claim(worker="a:1", can=modest) is None
    able = Abilities(frozenset({"warp", "sway"}), memory_mb=2000)
    second = leases.claim(worker="b:1", can=able)
    assert second is not None
    assert second.key == picky.key


def test_silence_is_told_by_the_database_and_no_other_clock(
    monkeypatch: pytest.MonkeyPatch, joined: RenderWorker
) -> None:
    late = timezone.now() + dt.timedelta(hours=3)
    monkeypatch.setattr(timezone, "now", lambda: late)
    assert workers.beat()
    row = RenderWorker.objects.aged().get()
    assert row.state == "idle"
    assert row.silence < dt.timedelta(minutes=1)
    RenderWorker.objects.update(seen=Now() - dt.timedelta(seconds=40))
    assert RenderWorker.objects.aged().get().state == "silent"
    assert not RenderWorker.objects.alive().exists()


def test_a_drained_worker_takes_nothing_until_it_may_again(
    joined: RenderWorker, alice: User, hob: Character
) -> None:
    assert workers.beat()
    assert workers.drain(workers=RenderWorker.objects.all()) == 1
    assert not workers.beat()
    assert not workers.takes_more()
    assert RenderWorker.objects.aged().get().state == "drained"
    workers.drain(workers=RenderWorker.objects.all(), draining=False)
    assert workers.beat()


def test_a_wake_up_that_a_drained_worker_hears_is_left_to_others(
    joined: RenderWorker, alice: User, hob: Character, troupe: Troupe
) -> None:
    clip = ask(alice, hob)
    workers.drain(workers=RenderWorker.objects.all())
    services.render_clip(clip.pk)
    clip.refresh_from_db()
    assert (clip.state, clip.attempts) == ("queued", 0)
    workers.drain(workers=RenderWorker.objects.all(), draining=False)
    services.render_clip(clip.pk)
    clip.refresh_from_db()
    assert clip.state == "ready"


def test_a_worker_that_was_asked_to_end_begins_nothing_more(
    joined: RenderWorker,
) -> None:
    workers.stop()
    assert not workers.beat()
    assert not workers.takes_more()


def test_the_list_shows_who_holds_what(
    joined: RenderWorker, alice: User, hob: Character, troupe: Troupe
) -> None:
    clip = ask(alice, hob)
    seen: list[tuple[str, list[str]]] = []

    def look(_: int) -> None:
        row = RenderWorker.objects.aged().get()
        seen.append((row.state, row.jobs))

    troupe.full.at_frame = look
    services.render_clip(clip.pk)
    assert seen[0] == ("working", [clip.key])
    row = RenderWorker.objects.aged().get()
    assert (row.state, row.jobs, row.done) == ("idle", [], 1)


def test_the_dead_leave_the_list(joined: RenderWorker) -> None:
    listed(f"{horse.host()}:999999999")
    old = listed("elsewhere:4")
    listed("elsewhere:5")
    RenderWorker.objects.filter(pk=old.pk).update(seen=Now() - dt.timedelta(hours=2))
    assert workers.reconcile()["workers_gone"] == 2
    left = set(RenderWorker.objects.values_list("name", flat=True))
    assert left == {joined.name, "elsewhere:5"}


def test_the_command_lists_workers_and_what_waits(
    joined: RenderWorker, alice: User, hob: Character
) -> None:
    listed("elsewhere:5", draining=True)
    ask(alice, hob)
    out = StringIO()
    call_command("workers", stdout=out)
    assert horse.name() in out.getvalue()
    assert "drained" in out.getvalue()
    out = StringIO()
    call_command("workers", "--json", stdout=out)
    told = json.loads(out.getvalue())
    assert (told["queued"], told["workers"]) == (1, 1)
    assert told["seconds_per_worker"] == told["work_seconds"] == crew.UNKNOWN_SECONDS
    assert {row["state"] for row in told["listed"]} == {"idle", "drained"}
    assert [(row["jobs"], row["at_once"]) for row in told["listed"]] == [([], 1)] * 2


def test_the_expected_work_is_learnt_and_shared(alice: User, hob: Character) -> None:
    clip = ask(alice, hob)
    ask(alice, hob)
    for fence, seconds in ((1, 4), (2, 8)):
        end = timezone.now()
        Render.objects.create(
            clip=clip,
            fence=fence,
            worker="w",
            started=end - dt.timedelta(seconds=seconds),
            ended=end,
            outcome="ready",
        )
    Clip.objects.update(queued_at=Now() - dt.timedelta(seconds=90))
    for number in range(4):
        listed(f"far:{number}", draining=number == 3)
    load = crew.load()
    assert load.work_seconds == pytest.approx(12.0)
    assert load.seconds_per_worker == pytest.approx(4.0)
    told = {family.name: family.samples for family in exported.collect()}
    (sample,) = told["troupe_render_work_seconds_per_worker"]
    assert sample.value == pytest.approx(4.0)
    assert 89 < load.oldest_seconds < 600


def test_drain_waits_until_this_machine_holds_nothing(joined: RenderWorker) -> None:
    away = listed("elsewhere:5")
    out = StringIO()
    call_command("work", "cpu", "--drain", stdout=out)
    assert "They hold nothing" in out.getvalue()
    assert not workers.beat()
    away.refresh_from_db()
    assert not away.draining
    call_command("work", "cpu", "--resume", stdout=StringIO())
    assert workers.beat()


def test_nobody_to_drain_is_an_error_with_a_way_out(db: None) -> None:
    with pytest.raises(CommandError, match=r"manage\.py workers"):
        call_command("work", "cpu", "--drain")


def test_a_withdrawn_key_takes_its_workers_along(joined: RenderWorker) -> None:
    workers.withdraw_key(key=WorkerKey.objects.get(public=joined.key))
    assert not workers.beat()
    with pytest.raises(ReceiptError, match="withdrawn"):
        workers.join(queue="cpu", resident=False)


@pytest.mark.usefixtures("chip")
def test_a_worker_that_forks_never_builds_an_engine_that_must_not_be_forked(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert needs_resident("animator", "chip")
    assert not needs_resident("animator", "warp")
    monkeypatch.setattr(horse, "_forks", True)
    names = [name for name, _ in rendering.engines().animators]
    assert names == ["warp", "mixed", "sway", "still"]
    assert "chip" not in Abilities.of_this_machine(settings).rungs
    assert Chip.built == 0
    monkeypatch.setattr(horse, "_forks", False)
    assert rendering.engines().animators[0][0] == "chip"
    assert "chip" in Abilities.of_this_machine(settings).rungs
    assert Chip.built == 1
