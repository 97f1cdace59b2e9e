"""What voices and clips of scenes do when something happens below them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.dispatch import receiver

from avatarfx.signals import clip_failed, clip_ready
from scenes.services import clip_news, take_keeping
from socialapp.accounts.signals import account_closed

if TYPE_CHECKING:
    from avatarfx.models import Clip
    from socialapp.accounts.models import User


@receiver(clip_ready, dispatch_uid="scenes.tell_of_ready_clip")
def tell_of_ready_clip(*, clip: Clip, **_: Any) -> None:
    clip_news.clip_ready(clip)


@receiver(clip_failed, dispatch_uid="scenes.tell_of_failed_clip")
def tell_of_failed_clip(*, clip: Clip, **_: Any) -> None:
    clip_news.clip_failed(clip)


@receiver(account_closed, dispatch_uid="scenes.forget_voices")
def forget_voices(*, user: User, **_: Any) -> None:
    """What their characters said in scenes, and what was said in theirs."""
    take_keeping.forget_person(person=user)
