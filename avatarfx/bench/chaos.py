"""Real renders under random kill -9 of horse, worker or both: is anything lost?

Forty short clips of the starter cast are put in line in a house of their own (SQLite,
Redis, two workers and the reconciler, restarted by the supervisor of `make up`). At
random moments of a render one of its processes, or both, is killed. At the end every
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
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import Count, Q

from avatarfx import services
from avatarfx.bench import houses
from avatarfx.models import Clip, Render
from avatarfx.services import leases
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
BETWEEN_KILLS = (0.4, 4.0)
"""Seconds: a render takes a few, so kills find it at every stage."""


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
        killer = _Killer(chance, options["kills"], supervisor)
        supervisor.wait_for(lambda: killer.tick() and _all_over(), LIMIT_SECONDS)
        supervisor.wait_for(lambda: _swept() and not waiting(), 30)
        return _judge(clips, killer, time.monotonic() - began)


class _Killer:
    """Kills while a clip is being rendered, and remembers whom it hit."""

    def __init__(
        self, chance: random.Random, kills: int, supervisor: Supervisor
    ) -> None:
        self._chance = chance
        self._supervisor = supervisor
        self._left = kills
        self._due = time.monotonic()
        self.hits: list[tuple[int, int, float]] = []
        """Clip, fence, time of the kill."""

        self.kills = 0

    def tick(self) -> bool:
        """Kill when it is time; True once all kills are done."""
        if self._left and time.monotonic() >= self._due:
            self._kill()
        return not self._left

    def _kill(self) -> None:
        rendering = Clip.objects.filter(state=Clip.State.RENDERING)
        rows = list(rendering.values_list("pk", "fence", "worker"))
        if not rows:
            if not Clip.objects.open().exists():
                self._left = 0  # nothing is left that could be hit
            return
        clip, fence, worker = self._chance.choice(rows)
        horse = int(worker.rpartition(":")[2])
        parent = _parent(horse)
        if parent is None:
            return
        victim = self._chance.choice(VICTIMS)
        order = [parent, horse] if victim != "horse" else [horse]
        for pid in order[: 1 if victim == "worker" else 2]:
            _end(pid)
        self.hits.append((clip, fence, time.time()))
        self.kills += 1
        self._left -= 1
        for program in self._supervisor.programs:
            program.delay = FIRST_DELAY_SECONDS
        self._due = time.monotonic() + self._chance.uniform(*BETWEEN_KILLS)
        sys.stderr.write(f"chaos: kill {self.kills}: {victim} of clip {clip}\n")


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
        "kills": killer.kills,
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


def _parent(pid: int) -> int | None:
    try:
        words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    parent = int(words[1])
    return parent if parent > 1 else None


def _end(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
