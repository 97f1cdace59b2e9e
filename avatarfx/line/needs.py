"""Which clips a worker may be given: what it lacks, nobody may need of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Q

from avatarfx.abilities import ANY

if TYPE_CHECKING:
    from collections.abc import Iterable

    from avatarfx.abilities import Abilities


def unknown(names: Iterable[str]) -> list[str]:
    """Those that are no animator of this copy: nobody could ever make such a clip."""
    return sorted(set(names) - set(settings.ENGINES["animator"]))


def column(names: Iterable[str]) -> str:
    """``,sway,warp,``: each name between commas, so that one is found in the text."""
    listed = ",".join(sorted(set(names)))
    return f",{listed}," if listed else ""


def within(can: Abilities) -> Q:
    """Clips that `can` covers."""
    if ANY in can.rungs:
        return Q()
    covered = Q()
    for name in sorted(set(settings.ENGINES["animator"]) - can.rungs):
        covered &= ~Q(needs__contains=f",{name},")
    return covered
