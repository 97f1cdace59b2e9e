"""What is known of a thing's approvals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from moderation.models import Approval, ApprovalState

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from moderation.approvals.facets import Facet


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a thing stands with all its facets."""

    asked: frozenset[str]
    """Facets that anybody ever asked about."""

    strays: tuple[Facet, ...]
    """Facets that are not approved as they are now, though they were asked about: their
    first words wait, or somebody changed the row behind the services."""

    state: str
    """Of what its owner wants: pending before refused before approved."""


def record_of(*, kind: str, key: str, facet: Facet) -> Approval | None:
    """What became of exactly these words of this thing; None: nobody asked."""
    return Approval.objects.of(kind, key).about(facet).first()


def newest(*, kind: str, key: str, facet: str) -> Approval | None:
    """What its owner wants it to be: approved, or still waiting, or refused."""
    asked = Approval.objects.of(kind, key).filter(facet=facet)
    asked = asked.exclude(state=ApprovalState.REPLACED)
    return asked.order_by("-asked", "-pk").first()


def standing(*, kind: str, key: str, facets: Sequence[Facet]) -> Standing:
    """One query. `facets`: as the thing is now."""
    return standings(kind=kind, things={key: facets})[key]


def standings(*, kind: str, things: dict[str, Sequence[Facet]]) -> dict[str, Standing]:
    """The same for many things, by key, in one query."""
    rows = Approval.objects.filter(kind=kind, subject_key__in=things)
    by_key: dict[str, list[Approval]] = {key: [] for key in things}
    for row in rows.defer("content", "findings").order_by("asked", "pk"):
        by_key[row.subject_key].append(row)
    return {key: _standing(by_key[key], facets) for key, facets in things.items()}


def _standing(rows: Iterable[Approval], facets: Sequence[Facet]) -> Standing:
    approved = {(row.facet, row.sha256) for row in rows if row.approved}
    last = {r.facet: r.state for r in rows if r.state != ApprovalState.REPLACED}
    asked = frozenset(row.facet for row in rows)
    strays = tuple(
        facet
        for facet in facets
        if facet.name in asked and (facet.name, facet.sha256) not in approved
    )
    order = (ApprovalState.PENDING, ApprovalState.REFUSED)
    worst = (state for state in order if state in last.values())
    return Standing(asked, strays, next(worst, ApprovalState.APPROVED))
