"""What the person who reported is told: what came of it, and nobody's name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moderation.models import RESTRICTING, Case, Measure

if TYPE_CHECKING:
    from moderation.models import Decision

DONE = {
    Measure.LABEL: "It has a warning label now.",
    Measure.AGE_LIMIT: "Only adults see it now.",
    Measure.DEMOTE: "Fewer people see it now.",
    Measure.HIDE: "It is hidden from others now.",
    Measure.REMOVE: "It is removed.",
    Measure.WARN: "The person who made it was warned.",
    Measure.SUSPEND: "The account was stopped for a while.",
    Measure.BAN: "The account is closed.",
}
"""Of what was reported, by measure."""


def standing_decision(case: Case) -> Decision | None:
    """The newest one that was not undone."""
    return case.decisions.standing().order_by("-created", "-pk").first()


def outcome_of(case: Case) -> str:
    """One or two sentences."""
    if case.state in Case.UNDECIDED:
        hidden = " It is hidden until then." if case.held else ""
        return f"Somebody will look at it and decide.{hidden}"
    decision = standing_decision(case)
    if decision and decision.automated and decision.measure == Measure.NONE:
        return "The request was taken back before anybody decided, so it stays."
    if decision is None or decision.measure in {Measure.NONE, Measure.RESTORE}:
        return "We looked at it and found no rule broken, so it stays."
    said = (
        f"We looked at it. {DONE[Measure(decision.measure)]} Thank you for telling us."
    )
    if case.state == Case.State.APPEALED and decision.measure in RESTRICTING:
        said += " The person who made it has appealed; somebody else looks again."
    return said
