"""The ladder of animators: the best that can draw this cast, and why not a better."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from socialapp.engines.errors import EngineError, OutOfMemory
from socialapp.engines.protocols import Batched, Comparable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from socialapp.engines.protocols import Animator
    from socialapp.performance import Rig

log = logging.getLogger(__name__)

STILL = "still"
CAPTIONS = "captions"


class CheckError(EngineError):
    """A finished film is not what it should be.

    `instead`: the rung that films now, whatever stands between; empty: the next.
    """

    def __init__(self, reason: str, *, instead: str = "") -> None:
        super().__init__(reason)
        self.instead = instead


class Ladder:
    """Stands on the first rung that is available and suits every rig of the cast."""

    def __init__(
        self,
        animators: Sequence[tuple[str, Animator]],
        rigs: Iterable[Rig],
        *,
        silent: str = "",
        spoiled: Mapping[str, str] | None = None,
    ) -> None:
        """`silent`: why nobody speaks; then nobody moves a mouth either. `spoiled`: rungs
        that took an earlier attempt down, and how; the last is tried all the same.

        EngineError when no rung holds.
        """
        self._rungs = list(animators)
        self._spoiled = dict(spoiled or {})
        self._rigs = tuple(rigs)
        self._silent = silent
        self._at = -1
        self.reasons: list[str] = [silent] if silent else []
        self._climb_down()

    @property
    def name(self) -> str:
        return self._rungs[self._at][0]

    @property
    def animator(self) -> Animator:
        return self._rungs[self._at][1]

    @property
    def rung(self) -> str:
        """What the user is told; ``captions`` is a still without a voice."""
        return CAPTIONS if self._silent else self.animator.rung

    @property
    def reason(self) -> str:
        """Why it is not the full performance: the first thing that stood in the way."""
        return self.reasons[0] if self.reasons and self.rung != "full" else ""

    def fall(self, reason: str) -> None:
        """This rung broke: go on with the next. EngineError when there is none."""
        log.warning("Animator %s gave up: %s", self.name, reason)
        self.reasons.append(reason)
        self._climb_down()

    def give_way(self, error: EngineError) -> None:
        """After `error` of this rung: the same with half of its batch if memory ran out
        and that may help, else the next. EngineError when there is none."""
        animator = self.animator
        if isinstance(error, OutOfMemory) and isinstance(animator, Batched):
            smaller = animator.smaller()
            if smaller is not None:
                log.warning("Animator %s goes on with less at once", self.name)
                self._rungs[self._at] = (self.name, smaller)
                return
        self.fall(str(error))

    def drop(self, reason: str, *, instead: str = "") -> None:
        """What this rung drew is not good enough: neither is what draws like it, nor
        what stands above the rung called `instead`."""
        dropped = self.animator
        self.fall(reason)
        while instead and self.is_above(instead):
            self.fall(f"Nothing is refined a second time. {reason}")
        while isinstance(self.animator, Comparable) and self.animator.draws_like(
            dropped, self._rigs
        ):
            self.fall(f"It draws as the rung above did. {reason}")

    def is_above(self, name: str) -> bool:
        """Does the rung in use stand higher than the one called `name`?"""
        below = [other for other, _ in self._rungs[self._at + 1 :]]
        return name in below

    def _climb_down(self) -> None:
        for at in range(self._at + 1, len(self._rungs)):
            name, animator = self._rungs[at]
            if self._silent and animator.rung != STILL:
                continue
            reason = self._obstacle(animator)
            if reason is None and at < len(self._rungs) - 1:
                reason = self._spoiled.get(name)
            if reason is None:
                self._at = at
                return
            log.info("Animator %s is passed over: %s", name, reason)
            self.reasons.append(reason)
        why = self.reasons[-1] if self.reasons else "none is set up"
        raise EngineError(f"No animator could draw this clip: {why}")

    def _obstacle(self, animator: Animator) -> str | None:
        if reason := animator.available():
            return reason
        for rig in self._rigs:
            if reason := animator.suits(rig):
                return reason
        return None
