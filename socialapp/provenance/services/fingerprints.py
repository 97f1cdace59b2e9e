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


@transaction.atomic
def move_fingerprint(*, subject: str, to: str) -> bool:
    """What `subject` looks and sounds like is what `to` does from now on, with the mark
    that `to` was made with; False: nothing is known of it."""
    row = Fingerprint.objects.filter(subject=subject).first()
    if row is None:
        return False
    Fingerprint.objects.filter(subject=to).delete()
    row.subject = to
    row.mark = Mark.objects.filter(subject=to).order_by("-created", "-pk").first()
    row.save(update_fields=["subject", "mark"])
    return True
