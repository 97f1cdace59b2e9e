"""What clips do when something happens below them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.dispatch import receiver

from avatarfx import services
from avatarfx.models import Backdrop, Clip
from avatarfx.services import backdrops, batches, recorded, telling
from avatarfx.signals import clip_failed, clip_ready
from moderation.models import PictureCheck
from moderation.signals import approval_decided, likeness_revoked, picture_decided
from socialapp.accounts.signals import account_closed
from socialapp.characters.services import forget_owner
from socialapp.lib import blobs

if TYPE_CHECKING:
    from moderation.models import Approval, LikenessConsent
    from socialapp.accounts.models import User


@receiver(account_closed, dispatch_uid="avatarfx.leave_with_owner")
def leave_with_owner(*, user: User, **_: Any) -> None:
    """Stop what is being made, delete the person's batches and clips and their files, and those that
    others cut out of shows with a character of theirs: nothing shows its face then."""
    batches.forget_batches(owner=user)
    played = Clip.objects.filter(actors__character__owner=user).values("pk")
    for clip in Clip.objects.filter(Q(owner=user) | Q(pk__in=played)):
        if not clip.finished_for_good:
            services.cancel_clip(clip=clip)
        refs = _files_of(clip)
        clip.delete()
        for ref in refs:
            blobs.remove(ref)
    backdrops.forget_backdrops(owner=user)
    recorded.forget_all(owner=user)
    # Clips held on to portraits and characters; nothing does any longer.
    forget_owner(owner=user)


@receiver(clip_ready, dispatch_uid="avatarfx.tell_ready")
def tell_ready(*, clip: Clip, **_: Any) -> None:
    telling.tell_ready(clip, words=".")


@receiver(clip_ready, dispatch_uid="avatarfx.batch_after_ready")
@receiver(clip_failed, dispatch_uid="avatarfx.batch_after_failed")
def batch_goes_on(*, clip: Clip, **_: Any) -> None:
    batches.go_on_after(clip=clip)


@receiver(clip_failed, dispatch_uid="avatarfx.tell_failed")
def tell_failed(*, clip: Clip, **_: Any) -> None:
    telling.tell_failed(clip)


@receiver(likeness_revoked, dispatch_uid="avatarfx.hold_revoked")
def hold_revoked(*, consent: LikenessConsent, **_: Any) -> None:
    services.hold_clips_with(
        owner=consent.owner,
        sha256=consent.sha256,
        reason="The person in the portrait took their consent back.",
    )


@receiver(picture_decided, dispatch_uid="avatarfx.hold_refused")
def hold_refused(*, check: PictureCheck, **_: Any) -> None:
    if check.state == PictureCheck.State.REFUSED:
        services.hold_clips_with(
            owner=check.owner,
            sha256=check.sha256,
            reason="The portrait of this clip was refused.",
        )


@receiver(picture_decided, dispatch_uid="avatarfx.settle_backdrop")
def settle_backdrop(*, check: PictureCheck, **_: Any) -> None:
    state = backdrops.state_of(check)
    backdrops.settle_backdrop(owner=check.owner, sha256=check.sha256, state=state)


@receiver(likeness_revoked, dispatch_uid="avatarfx.refuse_revoked_backdrop")
def refuse_revoked_backdrop(*, consent: LikenessConsent, **_: Any) -> None:
    backdrops.settle_backdrop(
        owner=consent.owner, sha256=consent.sha256, state=Backdrop.State.REFUSED
    )


@receiver(approval_decided, dispatch_uid="avatarfx.settle_words")
def settle_words(*, approval: Approval, **_: Any) -> None:
    services.settle_words(approval=approval)


def _files_of(clip: Clip) -> list[str]:
    """Blobs of this clip that no other clip has: equal content is stored once."""
    others = Clip.objects.exclude(pk=clip.pk)
    mine = [
        ref for ref in dict.fromkeys(clip.files) if not others.with_file(ref).exists()
    ]
    # Speech follows from the script, so only an equal script has an equal recording.
    if not others.filter(script=clip.script).exists():
        mine += clip.sounds
    return mine
