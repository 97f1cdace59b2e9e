"""The only writer of marks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from socialapp.provenance.models import Mark

if TYPE_CHECKING:
    from collections.abc import Mapping

    from socialapp.accounts.models import User

ATTEMPTS = 8
"""Numbers tried. With a million marks, one meets another once in 3e8 draws."""


def issue_mark(
    *,
    subject: str,
    key_id: str,
    owner: User | None,
    kind: str = Mark.Kind.CLIP,
    details: Mapping[str, object] | None = None,
) -> Mark:
    """The mark to hide in what is about to be made.

    A second call for the same subject, kind and key (an attempt after a failed one)
    returns the same mark with the new details.
    """
    for _ in range(ATTEMPTS):
        try:
            with transaction.atomic():
                mark, created = Mark.objects.get_or_create(
                    subject=subject,
                    kind=kind,
                    key_id=key_id,
                    defaults={"owner": owner, "details": dict(details or {})},
                )
        except IntegrityError:  # the number is taken
            continue
        if not created and details is not None:
            mark.details = dict(details)
            mark.save(update_fields=["details"])
        return mark
    raise RuntimeError("No free number for a mark: is the random source broken?")


@transaction.atomic
def measure_mark(
    *,
    payload: int,
    strength: float,
    psnr: float,
    made_by: Mapping[str, object] | None = None,
) -> None:
    """Keep how strongly a mark was embedded, and by which engines, once it is known."""
    mark = Mark.objects.select_for_update().get(payload=payload)
    mark.strength, mark.psnr = strength, psnr
    mark.details = mark.details | dict(made_by or {})
    mark.save(update_fields=["strength", "psnr", "details"])
