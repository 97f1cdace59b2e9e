"""What is known of a thing's approvals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moderation.models import Approval

if TYPE_CHECKING:
    from moderation.approvals.facets import Facet


def record_of(*, kind: str, key: str, facet: Facet) -> Approval | None:
    """What became of exactly these words of this thing; None: nobody asked."""
    return Approval.objects.of(kind, key).about(facet).first()


def newest(*, kind: str, key: str, facet: str) -> Approval | None:
    """What its owner wants it to be: approved, or still waiting, or refused."""
    asked = Approval.objects.of(kind, key).filter(facet=facet)
    asked = asked.exclude(state=Approval.State.REPLACED)
    return asked.order_by("-asked", "-pk").first()


def is_foreign(*, kind: str, key: str, facets: list[Facet]) -> bool:
    """Whether a facet was asked about, but never as it is now: somebody changed the
    row behind the services. One query."""
    known = Approval.objects.of(kind, key).filter(facet__in=[f.name for f in facets])
    found: dict[str, set[str]] = {}
    for name, sha256 in known.values_list("facet", "sha256"):
        found.setdefault(name, set()).add(sha256)
    return any(f.name in found and f.sha256 not in found[f.name] for f in facets)
