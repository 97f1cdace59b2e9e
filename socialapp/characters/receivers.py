"""What characters do when something happens below them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.dispatch import receiver

from moderation.models import PictureCheck
from moderation.signals import approval_decided, likeness_revoked, picture_decided
from socialapp.accounts.signals import account_closed
from socialapp.characters import services

if TYPE_CHECKING:
    from moderation.models import Approval, LikenessConsent
    from socialapp.accounts.models import User


@receiver(account_closed, dispatch_uid="characters.leave_with_owner")
def leave_with_owner(*, user: User, **_: Any) -> None:
    services.forget_owner(owner=user)


@receiver(likeness_revoked, dispatch_uid="characters.hide_revoked")
def hide_revoked(*, consent: LikenessConsent, **_: Any) -> None:
    services.hide_portrait(owner=consent.owner, sha256=consent.sha256)


@receiver(picture_decided, dispatch_uid="characters.hide_refused")
def hide_refused(*, check: PictureCheck, **_: Any) -> None:
    """What waited and was refused is not kept, unless a character wears it."""
    if check.state == PictureCheck.State.REFUSED:
        services.drop_refused(owner=check.owner, sha256=check.sha256)


@receiver(approval_decided, dispatch_uid="characters.settle_words")
def settle_words(*, approval: Approval, **_: Any) -> None:
    services.settle_words(approval=approval)
