"""What each animator costs here: learnt from what films took, for the planner."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from avatarfx.animators.neural.planner import Filmed, fit
from avatarfx.models import Render

if TYPE_CHECKING:
    from collections.abc import Collection

    from avatarfx.animators.neural.planner import Curve

LOOK_AT = 200
"""Newest attempts that made a clip."""

LEARN_FROM = 30
"""Films of one animator."""


def learn(names: Collection[str]) -> dict[str, Curve]:
    """The curve of each of these animators that has filmed here."""
    films: dict[str, list[Filmed]] = defaultdict(list)
    done = Render.objects.filter(outcome="ready").order_by("-id")
    for trace in done.values_list("trace", flat=True)[:LOOK_AT]:
        for entry in trace:
            if entry.get("name") != "movement" or not entry.get("frames"):
                continue
            engine = str(entry.get("engine", ""))
            if engine in names and len(films[engine]) < LEARN_FROM:
                films[engine].append(
                    Filmed(
                        int(entry["frames"]),
                        float(entry.get("seconds", 0.0)),
                        int(entry.get("batch", 1)),
                    )
                )
    curves = {name: fit(found) for name, found in films.items()}
    return {name: curve for name, curve in curves.items() if curve}
