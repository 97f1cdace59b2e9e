"""Rows that were there before approvals were kept, for the migrations of the apps.

Their texts were screened when they were saved, so what they say is approved as it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from moderation.approvals.facets import Facet

VERSION = "screened before approvals were kept"
CHUNK = 500


def approve_rows(
    apps: Any,
    *,
    kind: str,
    rows: Any,
    owner: str,
    facets_of: Callable[[Any], Iterable[Facet]],
) -> None:
    """`apps` as a migration gets them; `rows`: a queryset; `owner`: its column of the
    person's id. What has a record already keeps it."""
    approval = apps.get_model("moderation", "Approval")
    made = [
        approval(
            kind=kind,
            subject_key=row.key,
            facet=facet.name,
            sha256=facet.sha256,
            owner_id=getattr(row, owner),
            state="approved",
            version=VERSION,
            decided=row_created(row),
            asked=row_created(row),
        )
        for row in rows.iterator(chunk_size=CHUNK)
        for facet in facets_of(row)
    ]
    approval.objects.bulk_create(made, batch_size=CHUNK, ignore_conflicts=True)


def forget_rows(apps: Any, *, kind: str) -> None:
    """The way back."""
    apps.get_model("moderation", "Approval").objects.filter(
        kind=kind, version=VERSION
    ).delete()


def row_created(row: Any) -> Any:
    """When the thing was made, which is when it was screened."""
    return getattr(row, "created", None) or row.published
