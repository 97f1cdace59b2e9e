"""Whether a remix may still be made and shown: asked of the apps above, which know.

Clips know of no post and of nobody's wishes. Whoever keeps them registers here, in its
``ready``, and is asked when a worker takes the clip, again when the film is finished,
and whenever it is to be published: consent may end while a clip waits in line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from avatarfx.models import Clip

    Ask = Callable[[Clip], str]
    """Why this remix may not be made or shown now, in words for its owner; empty: it
    may."""

_asked: dict[str, Ask] = {}


def register(name: str, ask: Ask) -> None:
    """`name`: whose rule it is. The last one who registers a name is asked."""
    _asked[name] = ask


def forget(name: str) -> None:
    _asked.pop(name, None)


def why_not(clip: Clip) -> str:
    """The first refusal; empty for what is no remix. What a rule raises passes through:
    nothing is made or shown that nobody could ask about."""
    if not clip.recipe.get("remix"):
        return ""
    return next((why for ask in _asked.values() if (why := ask(clip))), "")
