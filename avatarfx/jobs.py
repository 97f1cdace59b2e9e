"""What a worker runs."""

from __future__ import annotations

from avatarfx import services
from avatarfx.services import batches


def render_clip(clip_id: int) -> None:
    """A wake-up: whoever hears it renders the clip whose turn it is."""
    services.render_clip(clip_id)


def check_again(clip_id: int) -> None:
    """Look once more at a clip that waits because no detector could look."""
    services.check_again(clip_id)


def renew_clip(clip_id: int) -> None:
    """A film that came as a file is filmed again, with this copy's mark."""
    services.renew_clip(clip_id=clip_id)


def burn_captions(clip_id: int) -> None:
    """A film with its captions in the picture, for whoever asked."""
    services.burn_captions(clip_id=clip_id)


def check_batch(batch_id: int) -> None:
    """The rules look at each row of a table."""
    batches.check_batch(batch_id=batch_id)


def feed_batch(batch_id: int) -> None:
    """Clips of a batch are asked for, as many as there is room for."""
    batches.feed_batch(batch_id=batch_id)
