"""Compiled ink to scenes: a walk through all that its runtime can come to.

The walk does what ink's runtime does, step by step, with trees in place of values. Where
the runtime would wait for the player, decide on a value that only play knows, or come to
a place that several ways lead to, a state ends and others begin.

- ``story``: the file, read: containers, paths, and what refers to what.
- ``places``: what stands at a place of it, and whom one visits by coming there.
- ``flow``: where the walk stands, with all that its future depends on.
- ``walk``: the walk's own memory: states that are known, states that wait.
- ``running``: the walk itself, from the first state to the last.
- ``commands`` and ``objects``: ink's instructions, one by one.
- ``lines``, ``values``, ``choices`` and ``diverts``: what they do.
- ``operations``: ink's native functions.
- ``first_values``: what variables are before the story begins.
- ``tidy``: fewer states that mean the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scenes.trade.ink.running import STEPS, whole
from scenes.trade.ink.story import Story
from scenes.trade.ink.walk import Walk

if TYPE_CHECKING:
    from scenes.trade.draft import Draft
    from scenes.trade.report import Notes

__all__ = ["STEPS", "read"]


def read(data: dict[str, Any], notes: Notes) -> Draft:
    """The states of a story, from ink's runtime JSON; what is left out goes to the
    notes. TradeError: the JSON is not ink's, or the story is too large."""
    return whole(Walk(Story(data), notes))
