"""What characters do when something happens below them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.dispatch import receiver

from socialapp.accounts.signals import account_closed
from socialapp.characters import services

if TYPE_CHECKING:
    from socialapp.accounts.models import User


@receiver(account_closed, dispatch_uid="characters.leave_with_owner")
def leave_with_owner(*, user: User, **_: Any) -> None:
    services.forget_owner(owner=user)
