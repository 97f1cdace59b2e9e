"""What a worker can do: it is given that and nothing else."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from socialapp.jobs import horse

if TYPE_CHECKING:
    from collections.abc import Iterable

ANY = "*"
"""In the place of names: whatever there is."""

CGROUP_LIMIT = Path("/sys/fs/cgroup/memory.max")
"""Of a container, in bytes or the word ``max`` (Linux, control groups version 2)."""


@dataclass(frozen=True, slots=True)
class Abilities:
    rungs: frozenset[str]
    """Names of animators of the ladder that it can run."""

    memory_mb: int
    device: str = "cpu"
    batch: int = 1
    """How many clips it takes at once."""

    at_once: int = 1
    """How many of these it makes at the same time."""

    def suits(self, needs: Iterable[str]) -> bool:
        """Whether it can make a clip whose recipe needs these animators, any of none."""
        return ANY in self.rungs or self.rungs.issuperset(needs)

    def to_json(self) -> dict[str, Any]:
        return {
            "rungs": sorted(self.rungs),
            "memory_mb": self.memory_mb,
            "device": self.device,
            "batch": self.batch,
            "at_once": self.at_once,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Abilities:
        return cls(**(data | {"rungs": frozenset(data["rungs"])}))

    @classmethod
    def of_this_machine(cls, settings: Any) -> Abilities:
        """As ``settings.WORKER`` says; what it leaves open is found out.

        Rungs: those of the ladder whose engine starts here. Memory: what the machine or
        its container has. Looks at engines, so it is for workers.
        """
        from socialapp.engines.handler import (  # noqa: PLC0415  loads engines
            animators,
            needs_resident,
        )

        told: dict[str, Any] = getattr(settings, "WORKER", {})
        ladder = [
            name
            for name in settings.ANIMATOR_LADDER
            if name in settings.ENGINES["animator"]
            # Asking one that must not be forked whether it is there may wake a GPU.
            and not (horse.forks() and needs_resident("animator", name))
        ]
        wanted = told.get("rungs") or ladder
        batch = max(1, told.get("batch") or 1)
        return cls(
            rungs=frozenset(
                name
                for name in ladder
                if name in wanted and animators[name].available() is None
            ),
            memory_mb=told.get("memory_mb") or memory_mb(),
            device=told.get("device") or "cpu",
            batch=batch,
            at_once=min(batch, max(1, told.get("at_once") or 1)),
        )


EVERYTHING = Abilities(rungs=frozenset({ANY}), memory_mb=1 << 30)


def memory_mb() -> int:
    """Of this machine, or of the container around this process if that has less."""
    whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    try:
        limit = CGROUP_LIMIT.read_text(encoding="ascii").strip()
    except OSError:
        limit = ""
    return (min(whole, int(limit)) if limit.isdigit() else whole) >> 20
