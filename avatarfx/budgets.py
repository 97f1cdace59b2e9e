"""How long each stage of a render may take, and whether one took longer."""

from __future__ import annotations

from time import monotonic as now
from typing import TYPE_CHECKING

from socialapp.engines.errors import OutOfTime

if TYPE_CHECKING:
    from collections.abc import Mapping

    Budgets = Mapping[str, tuple[float, float]]
    """By stage: seconds at least, and seconds more for each second of the clip."""

LABELS = {
    "voice": "The voice",
    "movement": "The movement",
    "check": "The quality check",
    "sign": "The signature",
    "finish": "Saving",
}


class Clock:
    """Runs while a stage does. Each rung of a ladder starts it anew.

    Read by the thread beside the render too: see ``avatarfx.services.minder``.
    """

    def __init__(self, budgets: Budgets | None = None, *, shared_by: int = 1) -> None:
        """A stage that `budgets` does not name may take for ever. `shared_by`: so many
        clips are made in this process at once, and each may take as many times as long.
        """
        self._budgets = budgets or {}
        self._shared_by = max(1, shared_by)
        self._now: tuple[str, float, float] = ("", 0.0, now())

    def start(self, stage: str, seconds: float) -> None:
        """`stage` begins, of a clip that lasts about `seconds`."""
        self._now = (stage, seconds, now())

    def check(self) -> None:
        """OutOfTime when the stage is past its budget."""
        if self.overdue():
            raise OutOfTime(self.words)

    def overdue(self, slack: float = 1.0) -> bool:
        """Past `slack` times its budget?"""
        stage, seconds, began = self._now
        if stage not in self._budgets:
            return False
        least, more = self._budgets[stage]
        return now() - began > slack * self._shared_by * (least + more * seconds)

    @property
    def stage(self) -> str:
        return self._now[0]

    @property
    def words(self) -> str:
        label = LABELS.get(self.stage, "The start")
        return f"{label} took too long and was stopped."
