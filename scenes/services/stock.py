"""Which backgrounds and sounds a scene may name, until people bring their own: the ones
that are built in. ``SCENE_ASSETS`` names the function that is asked."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from scenes import content
from socialapp.content import backgrounds

if TYPE_CHECKING:
    from socialapp.accounts.models import User


def exists(kind: str, name: str, owner: User | None) -> bool:  # noqa: ARG001
    """`kind`: ``background`` or ``sound``; `owner`: whose scene it is."""
    return kind == "background" and name in _backgrounds()


@cache
def _backgrounds() -> frozenset[str]:
    return frozenset({*content.backgrounds(), *backgrounds.names()})
