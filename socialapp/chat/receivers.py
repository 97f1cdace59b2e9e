"""What conversations do when something happens below them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.dispatch import receiver

from socialapp.accounts.signals import account_closed, kept_apart
from socialapp.chat import services

if TYPE_CHECKING:
    from socialapp.accounts.models import User


@receiver(account_closed, dispatch_uid="chat.leave_with_person")
def leave_with_person(*, user: User, **_: Any) -> None:
    services.forget_person(person=user)


@receiver(kept_apart, dispatch_uid="chat.take_invitations_back")
def take_invitations_back(*, person: User, whom: User, **_: Any) -> None:
    services.part(person=person, whom=whom)
