"""What scenes do when something happens below them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.dispatch import receiver

from moderation.signals import approval_decided
from scenes import services
from socialapp.accounts.signals import account_closed

if TYPE_CHECKING:
    from moderation.models import Approval
    from socialapp.accounts.models import User


@receiver(approval_decided, dispatch_uid="scenes.settle_words")
def settle_words(*, approval: Approval, **_: Any) -> None:
    services.settle_words(approval=approval)


@receiver(account_closed, dispatch_uid="scenes.leave_with_author")
def leave_with_author(*, user: User, **_: Any) -> None:
    """Delete the person's scenes and plays, and their characters' names out of the plays
    of others."""
    services.forget_author(author=user)
    services.forget_player(player=user)
