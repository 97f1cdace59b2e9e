"""What moderation does when something happens below it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.dispatch import receiver

from moderation.services.forgetting import forget_person
from socialapp.accounts.signals import account_closed

if TYPE_CHECKING:
    from socialapp.accounts.models import User


@receiver(account_closed, dispatch_uid="moderation.forget_with_person")
def forget_with_person(*, user: User, **_: Any) -> None:
    forget_person(user=user)
