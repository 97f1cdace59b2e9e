"""What becomes of backgrounds and sounds when something happens below them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.dispatch import receiver

from moderation.signals import likeness_revoked, picture_decided
from scenes.models import SceneAsset
from scenes.services import assets as services
from socialapp.accounts.signals import account_closed

if TYPE_CHECKING:
    from moderation.models import LikenessConsent, PictureCheck
    from socialapp.accounts.models import User


@receiver(picture_decided, dispatch_uid="scenes.settle_background")
def settle_background(*, check: PictureCheck, **_: Any) -> None:
    state = services.state_of(check)
    services.settle(owner=check.owner, sha256=check.sha256, state=state)


@receiver(likeness_revoked, dispatch_uid="scenes.refuse_revoked")
def refuse_revoked(*, consent: LikenessConsent, **_: Any) -> None:
    services.settle(
        owner=consent.owner, sha256=consent.sha256, state=SceneAsset.State.REFUSED
    )


@receiver(account_closed, dispatch_uid="scenes.assets_leave_with_owner")
def leave_with_owner(*, user: User, **_: Any) -> None:
    services.forget_owner(owner=user)
