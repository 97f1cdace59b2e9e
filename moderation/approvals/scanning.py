"""Rows compared with their approvals, a stretch at a time, for the reconcilers.

What was written behind the services is found here at the latest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.cache import cache

from moderation.approvals import selectors

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from moderation.approvals.facets import Facet
    from moderation.approvals.selectors import Standing

STRETCH = 100
"""Rows of one run."""


def next_rows(
    *, kind: str, rows: Any, facets_of: Callable[[Any], Sequence[Facet]]
) -> list[tuple[Any, Standing]]:
    """The next stretch of `rows`, each with where it stands; round and round. A stretch
    that is lost with the cache is come to again."""
    cursor = f"approvals.scanned.{kind}"
    found = list(rows.filter(pk__gt=cache.get(cursor, 0)).order_by("pk")[:STRETCH])
    cache.set(cursor, found[-1].pk if len(found) == STRETCH else 0, None)
    things = {row.key: facets_of(row) for row in found}
    now = selectors.standings(kind=kind, things=things)
    return [(row, now[row.key]) for row in found]
