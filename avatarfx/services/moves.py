"""Changes of a clip's state, dated by the database: clocks of workers may be wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models.functions import Now

if TYPE_CHECKING:
    from avatarfx.models import Clip


def settle(clip: Clip, to: str, **fields: Any) -> bool:
    """`Clip.move` with the database's clock; what it worked out is read back, so that
    the object is fit for whoever is told of it."""
    if not clip.move(to, state_changed=Now(), **fields):
        return False
    worked_out = [n for n, v in fields.items() if hasattr(v, "resolve_expression")]
    clip.refresh_from_db(fields=["state_changed", *worked_out])
    return True
