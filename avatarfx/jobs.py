"""What a worker runs."""

from __future__ import annotations

from avatarfx import services


def render_clip(clip_id: int) -> None:
    """A wake-up: whoever hears it renders the clip whose turn it is."""
    services.render_clip(clip_id)


def check_again(clip_id: int) -> None:
    """Look once more at a clip that waits because no detector could look."""
    services.check_again(clip_id)


def renew_clip(clip_id: int) -> None:
    """A film that came as a file is filmed again, with this copy's mark."""
    services.renew_clip(clip_id=clip_id)
