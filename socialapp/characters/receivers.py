"""What characters do when something happens below them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import ProtectedError
from django.dispatch import receiver
from django.utils import timezone

from socialapp.accounts.signals import account_closed
from socialapp.characters.models import Character, Portrait

if TYPE_CHECKING:
    from socialapp.accounts.models import User


@receiver(account_closed, dispatch_uid="characters.leave_with_owner")
def leave_with_owner(*, user: User, **_: Any) -> None:
    """Empty the person's characters and delete what no clip holds on to."""
    Character.objects.filter(owner=user).update(
        name="Removed",
        tagline="",
        greeting="",
        persona="",
        tags=[],
        card={},
        visibility=Character.Visibility.PRIVATE,
        removed=timezone.now(),
    )
    for thing in (
        *Character.objects.filter(owner=user),
        *Portrait.objects.filter(owner=user),
    ):
        try:
            with transaction.atomic():
                thing.delete()
        except ProtectedError:
            # A clip was made with it; the row stays, empty and unlisted.
            continue
