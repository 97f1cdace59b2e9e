"""What happens to comments when words are decided about and when people leave."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.dispatch import receiver

from moderation.signals import approval_decided
from socialapp.accounts.signals import account_closed
from socialapp.comments import services

if TYPE_CHECKING:
    from moderation.models import Approval
    from socialapp.accounts.models import User


@receiver(approval_decided, dispatch_uid="comments.settle_words")
def settle_words(*, approval: Approval, **_: Any) -> None:
    services.settle_words(approval=approval)


@receiver(account_closed, dispatch_uid="comments.leave_with_person")
def leave_with_person(*, user: User, **_: Any) -> None:
    """Before their characters are deleted: what those answered is counted here."""
    services.forget_person(person=user)
