"""Real renders under random kill -9 of horse, worker or both: is anything lost?

Forty short clips of the starter cast are put in line in a house of their own (SQLite,
Redis, two workers and the reconciler, restarted by the supervisor of `make up`). At
random moments of an attempt one of its processes, or both, is killed. At the end every
clip must be ready or failed, with one result and one charge for each that is ready.

The supervisor's growing delay is for programs that crash by themselves; here it starts
over after each kill.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import random
import signal
import statistics
import sys
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import Count, Q

from avatarfx import services
from avatarfx.bench import houses
from avatarfx.models import Clip, Render
from avatarfx.services import leases
from avatarfx.services.leases import MAX_ATTEMPTS
from socialapp.accounts.models import Ticket, User
from socialapp.jobs.queue import waiting
from socialapp.lib import blobs
from socialapp.lib.supervise import FIRST_DELAY_SECONDS

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from socialapp.characters.models import Character
    from socialapp.lib.supervise import Supervisor

VICTIMS = ("horse", "worker", "both")
LIMIT_SECONDS = 1500.0
FIRST_GUESS_SECONDS = 4.0
"""How long an attempt takes, until the first one is done."""


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--jobs", type=int, default=40)
    parser.add_argument("--kills", type=int, default=25)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--inside", action="store_true", help="run in this DATA_DIR")


def run(options: dict[str, Any]) -> dict[str, Any]:
    if not options["inside"]:
        names = ("jobs", "kills", "workers", "seed")
        return houses.again_in_a_house(
            "chaos", [f"--{name}={options[name]}" for name in names]
        )
    began = time.monotonic()
    with houses.house(workers=options["workers"]) as (supervisor, cast):
        user = User.objects.create_user("chaos", "chaos@example.com", None)
        clips = _ask(user, list(cast.values()), options["jobs"])
        chance = random.Random(options["seed"])  # noqa: S311 - not for secrets
        killer = _Killer(chance, options["kills"], clips, supervisor)
        supervisor.wait_for(lambda: killer.tick() and _all_over(), LIMIT_SECONDS)
        supervisor.wait_for(lambda: _swept() and not waiting(), 30)
        return _judge(clips, killer, time.monotonic() - began)


class _Killer:
    """Hits random clips at random moments of their attempts, and remembers it.

    No clip is hit more than twice: after a third lost attempt it fails by rule, which
    would say nothing about the recovery that is measured here.
    """

    def __init__(
        self,
        chance: random.Random,
        kills: int,
        clips: list[Clip],
        supervisor: Supervisor,
    ) -> None:
        self._chance = chance
        self._supervisor = supervisor
        twice = [clip.pk for clip in clips] * (MAX_ATTEMPTS - 1)
        self._plan = Counter(chance.sample(twice, min(kills, len(twice))))
        self._hit: Counter[int] = Counter()
        self._due: dict[tuple[int, int], float] = {}
        """When to hit a clip's attempt, by clip and fence."""

        self.hits: list[tuple[int, int, float]] = []
        """Clip, fence, time of the kill."""

    def tick(self) -> bool:
        """Kill whoever is due; True once all kills are done, or nobody is left."""
        now = time.monotonic()
        rendering = Clip.objects.filter(state=Clip.State.RENDERING)
        for clip, fence, worker in rendering.values_list("pk", "fence", "worker"):
            if self._plan[clip] < 1:
                continue
            lasts = self._chance.uniform(0.05, 0.9) * _usual_seconds()
            due = self._due.setdefault((clip, fence), now + lasts)
            if now >= due:
                self._kill(clip, fence, worker)
        self._move_on()
        return not self._plan.total()

    def _kill(self, clip: int, fence: int, worker: str) -> None:
        horse = int(worker.rpartition(":")[2])
        parent = houses.parent_of(horse)
        if parent is None:
            return
        victim = self._chance.choice(VICTIMS)
        if victim != "horse":
            _end(parent)
        if victim != "worker":
            _end(horse)
        self._plan[clip] -= 1
        self._hit[clip] += 1
        self.hits.append((clip, fence, time.time()))
        for program in self._supervisor.programs:
            program.delay = FIRST_DELAY_SECONDS
        sys.stderr.write(f"chaos: kill {len(self.hits)}: {victim} of clip {clip}\n")

    def _move_on(self) -> None:
        """Kills that a clip escaped by being ready go to others."""
        open_clips = set(Clip.objects.open().values_list("pk", flat=True))
        escaped = sum(n for clip, n in self._plan.items() if clip not in open_clips)
        self._plan = Counter({c: n for c, n in self._plan.items() if c in open_clips})
        for _ in range(escaped):
            free = [
                clip
                for clip in sorted(open_clips)
                if self._plan[clip] + self._hit[clip] < MAX_ATTEMPTS - 1
            ]
            if not free:
                return
            self._plan[self._chance.choice(free)] += 1


def _usual_seconds() -> float:
    """How long an attempt takes that nobody disturbs."""
    done = Render.objects.filter(outcome="ready").order_by("-id")
    spans = [
        (ended - started).total_seconds()
        for started, ended in done.values_list("started", "ended")[:9]
        if ended
    ]
    return statistics.median(spans) if spans else FIRST_GUESS_SECONDS


def _ask(user: User, cast: list[Character], jobs: int) -> list[Clip]:
    return [
        services.request_clip(
            owner=user,
            character=cast[number % len(cast)],
            script=f"Line {number}.",
            shape="1:1",
        )
        for number in range(jobs)
    ]


def _all_over() -> bool:
    return not Clip.objects.open().exists()


def _swept() -> bool:
    root = leases.scratch_root()
    return not root.is_dir() or not any(root.iterdir())


def _judge(clips: list[Clip], killer: _Killer, seconds: float) -> dict[str, Any]:
    mine = Clip.objects.filter(pk__in=[clip.pk for clip in clips])
    ready = mine.filter(state=Clip.State.READY)
    wins = mine.annotate(wins=Count("renders", filter=Q(renders__outcome="ready")))
    spent = set(Ticket.objects.filter(state="spent").values_list("key", flat=True))
    resumed = _resumed(killer.hits)
    return {
        "jobs": len(clips),
        "kills": len(killer.hits),
        "terminal": mine.exclude(pk__in=Clip.objects.open()).count(),
        "results": sum(_whole(clip) for clip in ready),
        "failed": mine.filter(state=Clip.State.FAILED).count(),
        "charges": len(spent),
        "charged_without_result": len(
            spent - {f"clip:{key}" for key in ready.values_list("key", flat=True)}
        ),
        "held": Ticket.objects.filter(state="held").count(),
        "double_results": wins.filter(wins__gt=1).count(),
        "attempts": Render.objects.filter(clip__in=mine).count(),
        "resume_p95_s": _p95(resumed),
        "resumes": len(resumed),
        "broken_files": _broken_files(),
        "scratch_left": 0 if _swept() else 1,
        "seconds": round(seconds, 1),
    }


def _resumed(hits: list[tuple[int, int, float]]) -> list[float]:
    """Seconds from each kill to the next attempt at the clip that it hit."""
    found = []
    for clip, fence, when in hits:
        later = Render.objects.filter(clip_id=clip, fence=fence + 1).first()
        hit = Render.objects.filter(clip_id=clip, fence=fence).first()
        if later is None or hit is None or hit.outcome == "ready":
            continue  # it had just finished, or this was its last attempt
        found.append(later.started.timestamp() - when)
    return found


def _whole(clip: Clip) -> bool:
    """The stored film is what its name says."""
    data = blobs.get(clip.video)
    return len(data) == clip.size and blobs.ref_of(data, "mp4") == clip.video


def _broken_files() -> int:
    """Blobs whose content is not what their name promises."""
    root = Path(settings.MEDIA_ROOT) / "blobs"
    return sum(
        hashlib.sha256(path.read_bytes()).hexdigest() != path.name.partition(".")[0]
        for path in root.rglob("*")
        if path.is_file() and not path.name.startswith(".")
    )


def _p95(values: list[float]) -> float | None:
    if not values:
        return None
    ordered = sorted(values)
    return round(ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))], 2)


def _end(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
