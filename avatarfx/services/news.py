"""Tells open pages how a clip is getting on. A page that misses it polls."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING, Any

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import transaction

from avatarfx import selectors

if TYPE_CHECKING:
    from avatarfx.models import Clip

log = logging.getLogger(__name__)


def group_of(owner_id: int) -> str:
    """The channel group of one person's open pages."""
    return f"clips.{owner_id}"


def tell(clip: Clip) -> None:
    """Send the clip's progress when the running transaction commits."""
    transaction.on_commit(partial(_tell, clip))


def _tell(clip: Clip) -> None:
    try:
        push(clip.owner_id, selectors.progress_of(clip))
    except Exception:
        # News is a courtesy: whatever is wrong with it must not touch the clip.
        log.warning("Could not tell how clip %s is getting on", clip.key, exc_info=True)


def push(owner_id: int, progress: dict[str, Any]) -> None:
    layer = get_channel_layer()
    if layer is None:
        return
    try:
        async_to_sync(layer.group_send)(
            group_of(owner_id), {"type": "clip.progress", "progress": progress}
        )
    except Exception as error:
        # Redis is away, or this thread has a loop of its own that cannot wait.
        log.info("Progress not sent: %s", error)
