"""What scenes do when a clip of a play is finished."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.dispatch import receiver

from avatarfx.signals import clip_failed, clip_ready
from scenes.services import clip_news

if TYPE_CHECKING:
    from avatarfx.models import Clip


@receiver(clip_ready, dispatch_uid="scenes.tell_of_ready_clip")
def tell_of_ready_clip(*, clip: Clip, **_: Any) -> None:
    clip_news.clip_ready(clip)


@receiver(clip_failed, dispatch_uid="scenes.tell_of_failed_clip")
def tell_of_failed_clip(*, clip: Clip, **_: Any) -> None:
    clip_news.clip_failed(clip)
