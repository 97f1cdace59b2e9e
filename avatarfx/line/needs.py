"""Which clips a worker may be given: what it lacks, nobody may need of it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Q

from avatarfx.abilities import ANY

if TYPE_CHECKING:
    from collections.abc import Iterable

    from avatarfx.abilities import Abilities

BASE_MB = 400
"""A worker with its voices and detectors, before it films."""

SECOND_MB = 18
"""Each second of film more. Measured resident at 512 x 912: 570 MiB for 11 s, 1,246 MB
for a talk of 53 s."""


def unknown(names: Iterable[str]) -> list[str]:
    """Those that are no animator of this copy: nobody could ever make such a clip."""
    return sorted(set(names) - set(settings.ENGINES["animator"]))


def column(names: Iterable[str]) -> str:
    """``,sway,warp,``: each name between commas, so that one is found in the text."""
    listed = ",".join(sorted(set(names)))
    return f",{listed}," if listed else ""


def names_in(column: str) -> list[str]:
    """What `column` made of them."""
    return [name for name in column.split(",") if name]


def memory_mb(names: Iterable[str], lasts: float) -> int:
    """What a film of `lasts` seconds takes, or the hungriest animator that it needs."""
    return max(math.ceil(BASE_MB + SECOND_MB * lasts), *map(_hunger, names), 0)


def within(can: Abilities) -> Q:
    """Clips that `can` covers."""
    covered = Q(lasts__lte=(can.memory_mb - BASE_MB) / SECOND_MB)
    lacking = {
        name
        for name in settings.ENGINES["animator"]
        if _hunger(name) > can.memory_mb
        or (ANY not in can.rungs and name not in can.rungs)
    }
    for name in sorted(lacking):
        covered &= ~Q(needs__contains=f",{name},")
    return covered


def lacking(crew: Iterable[Abilities], names: Iterable[str], lasts: float) -> str:
    """What nobody of `crew` has that such a clip takes, in words; empty: somebody can
    make it."""
    names = list(names)
    able = [can for can in crew if can.suits(names)]
    if not able:
        return f"none that runs has {' and '.join(names)}"
    wanted = memory_mb(names, lasts)
    if all(can.memory_mb < wanted for can in able):
        most = max(can.memory_mb for can in able)
        return f"it takes {wanted:,} MB of memory, and none that runs has over {most:,}"
    return ""


def _hunger(name: str) -> int:
    """MB that an animator of this copy says it takes."""
    hungry: int = settings.ENGINES["animator"][name].get("MEMORY_MB", 0)
    return hungry
