"""Twine to scenes: a passage becomes a state, its links choices, its lines beats.

Lines and links under a condition keep it. What is assigned between lines happens between
them: the passage becomes a row of states then, which play goes through by itself.

The files come as passages (`scenes.trade.passages`).

- ``markup``: the inside of a passage to a row of marks.
- ``building``: the story, passage by passage and mark by mark.
- ``reading``: where that stands, for all that follow.
- ``lines``, ``links``, ``macros`` and ``blocks``: what each mark does.
- ``values``: conditions, and what is assigned.
"""

from scenes.trade.twine.building import MARKS, read

__all__ = ["MARKS", "read"]
