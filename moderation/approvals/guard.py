"""Rows whose words come in by approval, whoever saves them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moderation.approvals import selectors

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from moderation.approvals.facets import Facet


class UnapprovedError(Exception):
    """A row was about to be saved with words that nobody approved."""


def must_be_approved(*, kind: str, key: str, facets: Sequence[Facet], way: str) -> None:
    """UnapprovedError for words that were asked about, but not as they are now. `way`:
    the service that asks. One query."""
    now = selectors.standing(kind=kind, key=key, facets=facets)
    if now.strays:
        names = " and ".join(facet.name for facet in now.strays)
        raise UnapprovedError(
            f"Nobody approved the {names} of {kind} {key} as it is now. Change it with"
            f" {way}, which asks for approval."
        )


def touches(columns: Iterable[str], update_fields: Iterable[str] | None) -> bool:
    """Whether a save with these `update_fields` writes any of the columns."""
    return update_fields is None or bool(set(columns) & set(update_fields))
