"""What the checks of pictures do when something happens below them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.dispatch import receiver

from moderation.pictures import services
from socialapp.accounts.signals import account_closed

if TYPE_CHECKING:
    from socialapp.accounts.models import User


@receiver(account_closed, dispatch_uid="moderation.forget_pictures")
def forget_pictures(*, user: User, **_: Any) -> None:
    services.forget_owner(owner=user)
