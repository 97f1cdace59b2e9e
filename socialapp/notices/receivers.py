"""What notices do when somebody leaves, or keeps apart from somebody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.dispatch import receiver

from socialapp.accounts.signals import account_closed, kept_apart
from socialapp.notices import services

if TYPE_CHECKING:
    from socialapp.accounts.models import User


@receiver(account_closed, dispatch_uid="notices.leave_with_person")
def leave_with_person(*, user: User, **_: Any) -> None:
    services.leave_with_person(person=user)


@receiver(kept_apart, dispatch_uid="notices.separate")
def separate(*, person: User, whom: User, **_: Any) -> None:
    """Neither is named in what the other was told."""
    services.separate(person=person, whom=whom)
    services.separate(person=whom, whom=person)
