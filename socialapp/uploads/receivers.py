"""What uploads do when something happens below them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.dispatch import receiver

from socialapp.accounts.signals import account_closed
from socialapp.uploads import services

if TYPE_CHECKING:
    from socialapp.accounts.models import User


@receiver(account_closed, dispatch_uid="uploads.leave_with_person")
def leave_with_person(*, user: User, **_: Any) -> None:
    services.leave_with_person(person=user)
