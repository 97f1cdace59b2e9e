"""What characters do when something happens below them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models.signals import post_save
from django.dispatch import receiver

from moderation.models import PictureCheck
from moderation.signals import approval_decided, likeness_revoked, picture_decided
from socialapp.accounts.signals import account_closed
from socialapp.characters import services, wording
from socialapp.characters.models import Character

if TYPE_CHECKING:
    from collections.abc import Iterable

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


@receiver(post_save, sender=Character, dispatch_uid="characters.notice_change")
def notice_change(
    *,
    instance: Character,
    created: bool,
    raw: bool,
    update_fields: Iterable[str] | None,
    **_: Any,
) -> None:
    """Whatever saves a row, a page of the admin or a shell: words that nobody approved
    are not shown."""
    touched = {*wording.WORDS, *wording.VOICE}
    if raw or created or not (update_fields is None or touched & set(update_fields)):
        return
    services.notice_change(character=instance)
