"""All that can be said about a scene before anybody plays it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scenes.machine.checks import walk as walking
from scenes.machine.checks import ways, words
from scenes.machine.checks.estimate import Estimate, estimate
from scenes.machine.checks.reach import reach
from scenes.machine.findings import ERROR, NOTE, WARNING, Finding
from scenes.machine.linking import link
from scenes.machine.machine import Machine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from scenes.machine import model
    from scenes.machine.checks.walk import Walk

POSITIONS = 2000
"""Walked through by default: a fraction of a second."""

MOST = 200
"""Findings that are told; more help nobody."""

_ORDER = {ERROR: 0, WARNING: 1, NOTE: 2}


@dataclass(frozen=True, slots=True)
class Report:
    findings: tuple[Finding, ...]
    """Errors first, then in the order of the file."""

    estimate: Estimate
    walk: Walk | None
    """None: it cannot be played yet."""

    @property
    def publishable(self) -> bool:
        return not any(finding.severity == ERROR for finding in self.findings)


def check(
    scene: model.Scene,
    *,
    exists: Callable[[str, str], bool] | None = None,
    positions: int = POSITIONS,
) -> Report:
    """`exists(kind, name)` knows the assets: ``background`` or ``sound``, and the name."""
    program = link(scene)
    found = [*program.problems, *words.findings(program, exists)]
    if program.problems:
        return Report(_sorted(found), estimate(scene, None), None)
    found += ways.findings(reach(program))
    machine = Machine(scene, program)
    walked = walking.walk(machine, positions)
    found += walking.findings(walked, machine)
    playable = None if walked.circling else machine
    return Report(_sorted(found), estimate(scene, playable), walked)


def _sorted(found: Iterable[Finding]) -> tuple[Finding, ...]:
    """One finding a place and code, the gravest first, and not too many."""
    first: dict[tuple[str, str], Finding] = {}
    for finding in found:
        first.setdefault((finding.code, finding.pointer), finding)
    # Sorting keeps the order in which they were found, that of the file.
    ordered = sorted(first.values(), key=lambda finding: _ORDER[finding.severity])
    if len(ordered) > MOST:
        more = len(ordered) - MOST
        note = Finding(NOTE, "more", f"{more} more findings are not told.", "")
        ordered = [*ordered[:MOST], note]
    return tuple(ordered)
