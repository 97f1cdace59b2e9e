"""The line under load: fairness, batches, claim cost, kill -9; all in one run.

A house of its own (SQLite; with --inside the database of the environment) whose workers
are real processes around an engine that sleeps 0.2 s and 0.05 s for each clip of a batch
(`avatarfx.bench.hands`). One person asks for 30 clips, then three others for 3 each:

fair_first_s     until the last of the four has a first result; one worker, one at a time
fifo_first_s     the same with turns in the order of arrival
batch_gain       time for all 39 one at a time, by the time in batches of four
claim_ms_10      median of a claim, commit included, with 10 clips of 10 people in line
claim_ms_10000   with 10,000 of 500
recovery_s       after kill -9 of all workers and the reconciler in the middle of work:
                 from when both are back to when each lost clip is claimed again
kills            kill -9 of processes that held a lease: of ten one with its parent. Beside
                 them, processes are stopped, lose their lease, and go on afterwards
double_results   clips that have more than one result, or were charged more than once, or
                 not at all
"""

from __future__ import annotations

import io
import logging
import os
import random
import signal
import statistics
import sys
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management import call_command
from django.db.models import Count, Q
from django.db.models.functions import Now
from PIL import Image

from avatarfx import services
from avatarfx.bench import hands, houses
from avatarfx.line import turns
from avatarfx.models import Clip, Render
from avatarfx.services import leases
from avatarfx.services.leases import MAX_ATTEMPTS
from socialapp.accounts.models import Ticket, User
from socialapp.characters.models import Character, Portrait
from socialapp.lib import blobs
from socialapp.performance import Rig

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Callable

FIRST, OTHERS = 30, 3
"""Clips of the one who came first, and of each of the three others."""

BATCH = 4
CLAIMS = 150
"""Timed claims in each length of line."""

SIDE = 64
"""Pixels of the portrait."""

WORKERS = 4
STALL_EVERY = 10
"""Kills between two processes that are stopped for a while."""

WITH_PARENT_EVERY = 10
LIMIT_SECONDS = 900.0


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--long", type=int, default=10_000, help="of the long line")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--inside", action="store_true", help="run in this DATA_DIR")


def run(options: dict[str, Any]) -> dict[str, Any]:
    if not options["inside"]:
        names = ("kills", "long", "seed")
        return houses.again_in_a_house(
            "queue", [f"--{name}={options[name]}" for name in names]
        )
    # The workers of this bench look by themselves; there is no Redis to wake anybody.
    logging.getLogger("socialapp.jobs").setLevel(logging.ERROR)
    call_command("migrate", interactive=False, verbosity=0)
    bench = _Bench()
    fair, alone = bench.crowd()
    fifo, _ = bench.crowd(fifo=True)
    _, batched = bench.crowd(most=BATCH)
    short, long = bench.claims(options["long"])
    recovery = bench.recovery()
    kills, doubles = bench.kills(options["kills"], random.Random(options["seed"]))  # noqa: S311 - not for secrets
    return {
        "fair_first_s": round(fair, 2),
        "fifo_first_s": round(fifo, 2),
        "batch_gain": round(alone / batched, 2),
        "claim_ms_10": round(short, 2),
        "claim_ms_10000": round(long, 2),
        "recovery_s": round(recovery, 2),
        "kills": kills,
        "double_results": doubles,
    }


class _Bench:
    def __init__(self) -> None:
        self._ledger = Path(settings.DATA_DIR) / "results.txt"
        self._people: dict[str, User] = {}
        self._character = _character(self._person("director"))

    def crowd(self, *, most: int = 1, fifo: bool = False) -> tuple[float, float]:
        """Seconds until everybody has something, and until all is done."""
        clips = self._ask("first", FIRST)
        for name in ("second", "third", "fourth"):
            clips += self._ask(name, OTHERS)
        if fifo:
            for clip in clips:
                Clip.objects.filter(pk=clip.pk).update(turn=turns.SPAN + clip.pk)
        self._ledger.unlink(missing_ok=True)
        began = time.time()
        worker = hands.start(self._ledger, most=most)
        try:
            _wait(lambda: not Clip.objects.open().exists())
        finally:
            hands.kill(worker)
        owner = {clip.pk: clip.owner_id for clip in clips}
        first: dict[int, float] = {}
        last = began
        for pk, _, when, _ in self._results():
            first.setdefault(owner[pk], when)
            last = max(last, when)
        _say(f"{len(clips)} clips in batches of {most}: {last - began:.1f} s")
        return max(first.values()) - began, last - began

    def claims(self, long: int) -> tuple[float, float]:
        """Milliseconds of a claim in a short and in a long line; the short one is timed
        before and after the long one."""
        people = [self._person(f"of-many-{n}") for n in range(500)]
        self._fill(people[:10], 10)
        short = _claim_times()
        self._fill(people, long)
        times = _claim_times()
        Clip.objects.filter(state=Clip.State.QUEUED).delete()
        self._fill(people[:10], 10)
        short += _claim_times()
        Clip.objects.filter(state=Clip.State.QUEUED).delete()
        _say(f"claims timed: {statistics.median(short):.2f} ms in a short line")
        return statistics.median(short), statistics.median(times)

    def recovery(self) -> float:
        """Seconds from the return of the workers to the last lost clip's next claim."""
        self._ask("first", 8 * WORKERS)
        house = self._house()
        rendering = Clip.objects.filter(state=Clip.State.RENDERING)
        _wait(lambda: rendering.count() > WORKERS / 2)
        hands.kill(*house)
        lost = dict(rendering.values_list("pk", "fence"))
        if not lost:
            raise RuntimeError("Nobody was hit in the middle of work")
        time.sleep(1)
        began = time.monotonic()
        house = self._house()
        again = Q()
        for pk, fence in lost.items():
            again |= Q(pk=pk, fence__gt=fence)
        claimed = Clip.objects.filter(again)
        try:
            _wait(lambda: claimed.count() == len(lost))
            took = time.monotonic() - began
            _say(f"{len(lost)} lost clips were claimed again after {took:.1f} s")
            _wait(lambda: not Clip.objects.open().exists())
        finally:
            hands.kill(*house)
        return took

    def kills(self, wanted: int, chance: random.Random) -> tuple[int, int]:
        """How many were done, and how many clips have not exactly one result."""
        self._ledger.unlink(missing_ok=True)
        clips = self._ask("first", max(10, round(wanted * 1.2)))
        reconciler, *workers = self._house()
        killer = _Killer(chance, workers, self._ledger, wanted)
        try:
            _wait(lambda: killer.tick() or not Clip.objects.open().exists())
            _wait(lambda: not Clip.objects.open().exists())
            time.sleep(1)  # those who were stopped have their say
        finally:
            killer.end()
            hands.kill(reconciler)
        taken = Counter(pk for pk, _, _, word in self._results() if word == "taken")
        late = sum(word == "late" for *_, word in self._results())
        _say(f"{killer.stalls} were stopped and went on, {late} results came too late")
        return killer.done, _doubles(clips, taken)

    def _results(self) -> list[tuple[int, int, float, str]]:
        if not self._ledger.exists():
            return []
        lines = self._ledger.read_text(encoding="ascii").split("\n")
        words = [line.split() for line in lines if line]
        return [(int(pk), int(fence), float(at), word) for pk, fence, at, word in words]

    def _house(self) -> list[int]:
        """The reconciler and the workers."""
        workers = [hands.start(self._ledger) for _ in range(WORKERS)]
        return [hands.start_reconciler(), *workers]

    def _person(self, name: str) -> User:
        if name not in self._people:
            there = User.objects.filter(username=name).first()
            self._people[name] = there or User.objects.create_user(
                name, f"{name}@example.com", None
            )
        return self._people[name]

    def _ask(self, name: str, count: int) -> list[Clip]:
        return [
            services.request_clip(
                owner=self._person(name),
                character=self._character,
                script=f"Line {number}.",
            )
            for number in range(count)
        ]

    def _fill(self, people: list[User], upto: int) -> None:
        """Rows as `request_clip` makes them, in bulk, until so many wait."""
        script = "Line after line."
        model = Clip.objects.order_by("-pk").values_list("recipe", flat=True)[0]
        here = Clip.objects.filter(state=Clip.State.QUEUED).count()
        Clip.objects.bulk_create(
            (
                Clip(
                    owner=people[n % len(people)],
                    character=self._character,
                    script=script,
                    recipe=model,
                    lasts=1.0,
                    turn=(10**6 + n // len(people)) * turns.SPAN + n,
                )
                for n in range(here, upto)
            ),
            batch_size=500,
        )


def _character(owner: User) -> Character:
    """One with a grey portrait, which nobody will look at."""
    file = io.BytesIO()
    Image.new("RGB", (SIDE, SIDE), "grey").save(file, "PNG")
    ref = blobs.put(file.getvalue(), "png")
    portrait = Portrait.objects.create(
        owner=owner,
        source=Portrait.Source.MAKER,
        ref=ref,
        rig=Rig(portrait=ref, width=SIDE, height=SIDE, style="photo").to_json(),
        rig_state=Portrait.RigState.FOUND,
    )
    return Character.objects.create(owner=owner, name="Hob", portrait=portrait)


class _Killer:
    """Ends processes that hold a lease, at random. No clip is hit more than twice: after
    a third lost attempt it fails by rule, which would say nothing here."""

    def __init__(
        self, chance: random.Random, workers: list[int], ledger: Path, wanted: int
    ) -> None:
        self._chance = chance
        self._workers = workers
        self._ledger = ledger
        self._wanted = wanted
        self._hit: Counter[int] = Counter()
        self._stopped: dict[int, float] = {}
        self.done = 0
        self.stalls = 0

    def tick(self) -> bool:
        """True once all kills are done and nobody is stopped any more."""
        self._go_on()
        if self.done >= self._wanted:
            return not self._stopped
        time.sleep(self._chance.uniform(0.0, 0.08))
        rendering = Clip.objects.filter(state=Clip.State.RENDERING)
        targets = [
            (pk, fence, int(worker.rpartition(":")[2]))
            for pk, fence, worker in rendering.values_list("pk", "fence", "worker")
            if self._hit[pk] < MAX_ATTEMPTS - 1
        ]
        if targets:
            self._strike(*self._chance.choice(targets))
        return False

    def end(self) -> None:
        for pid in self._stopped:
            _signal(pid, signal.SIGCONT)
        hands.kill(*self._workers)

    def _strike(self, clip: int, fence: int, pid: int) -> None:
        if pid in self._stopped:
            return
        if self.stalls * STALL_EVERY < self.done and len(self._stopped) < WORKERS - 1:
            self._stall(clip, fence, pid)
            return
        parent = houses.parent_of(pid)
        if parent not in self._workers:
            return
        if self.done % WITH_PARENT_EVERY == WITH_PARENT_EVERY - 1:
            hands.kill(parent)
            self._workers.remove(parent)
            self._workers.append(hands.start(self._ledger))
        elif not _signal(pid, signal.SIGKILL):
            return
        self.done += 1
        self._hit[clip] += 1
        if self.done % 20 == 0:
            _say(f"{self.done} kills")

    def _stall(self, clip: int, fence: int, pid: int) -> None:
        """It stops for longer than its lease: that the time passed is only written."""
        if not _signal(pid, signal.SIGSTOP):
            return
        held = Clip.objects.filter(pk=clip, fence=fence, state=Clip.State.RENDERING)
        if not held.update(leased_until=Now() - timedelta(seconds=1)):
            _signal(pid, signal.SIGCONT)
            return
        leases.reconcile()
        self._stopped[pid] = time.monotonic() + 1.0
        self._hit[clip] += 1
        self.stalls += 1

    def _go_on(self) -> None:
        now = time.monotonic()
        for pid in [pid for pid, until in self._stopped.items() if now > until]:
            _signal(pid, signal.SIGCONT)
            del self._stopped[pid]


def _claim_times() -> list[float]:
    """Milliseconds; each clip goes back to its place afterwards."""
    times = []
    for _ in range(CLAIMS):
        began = time.perf_counter()
        clip = leases.claim(worker="far:1")
        times.append(1000 * (time.perf_counter() - began))
        if clip is None:
            raise RuntimeError("Nothing waits")
        clip.renders.all().delete()
        Clip.objects.filter(pk=clip.pk).update(
            state=Clip.State.QUEUED, fence=0, attempts=0, leased_until=None, worker=""
        )
    return times


def _doubles(clips: list[Clip], taken: Counter[int]) -> int:
    """Clips without exactly one result, by the workers' own list, by the attempts on
    record, and by the tickets."""
    mine = Clip.objects.filter(pk__in=[clip.pk for clip in clips])
    ready = mine.filter(state=Clip.State.READY)
    won = Count("renders", filter=Q(renders__outcome="ready"))
    wrong = set(ready.annotate(won=won).exclude(won=1).values_list("pk", flat=True))
    wrong |= {pk for pk, count in taken.items() if count > 1}
    spent = set(Ticket.objects.filter(state="spent").values_list("key", flat=True))
    wrong |= {
        pk for pk, key in ready.values_list("pk", "key") if f"clip:{key}" not in spent
    }
    others = mine.exclude(state=Clip.State.READY)
    wrong |= {
        pk for pk, key in others.values_list("pk", "key") if f"clip:{key}" in spent
    }
    attempts = Render.objects.filter(clip__in=mine).count()
    _say(f"{len(clips)} clips, {ready.count()} ready, {attempts} attempts")
    return len(wrong)


def _signal(pid: int, number: int) -> bool:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return False
    return True


def _wait(until: Callable[[], bool]) -> None:
    limit = time.monotonic() + LIMIT_SECONDS
    while not until():
        if time.monotonic() > limit:
            raise RuntimeError("It did not end in time")
        time.sleep(0.01)


def _say(words: str) -> None:
    sys.stderr.write(f"queue: {words}\n")
