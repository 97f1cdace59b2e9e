"""The only writer of fingerprints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from socialapp.provenance.models import Fingerprint, Mark

if TYPE_CHECKING:
    from socialapp.provenance.fingerprints import Prints


@transaction.atomic
def record_fingerprint(
    *, subject: str, prints: Prints, found: Mark | None = None
) -> Fingerprint:
    """What `subject` looks and sounds like; a second call replaces the first.

    `found`: the mark that its pixels brought along; else it is the one it was made with.
    """
    made = Mark.objects.filter(subject=subject).order_by("-created", "-pk")
    mark = found or made.first()
    row, _ = Fingerprint.objects.update_or_create(
        subject=subject,
        defaults={
            "mark": mark,
            "pictures": prints.pictures,
            "crops": prints.crops,
            "colours": prints.colours,
            "sound": prints.sound,
        },
    )
    return row


@transaction.atomic
def forget_fingerprint(*, subject: str) -> None:
    """The thing is gone, and nobody needs to find it any more."""
    Fingerprint.objects.filter(subject=subject).delete()
