"""What plays do when something happens around them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.dispatch import receiver

from scenes.services import plays
from socialapp.accounts.signals import account_closed

if TYPE_CHECKING:
    from socialapp.accounts.models import User


@receiver(account_closed, dispatch_uid="scenes.forget_player")
def forget_player(*, user: User, **_: Any) -> None:
    plays.forget_person(person=user)
