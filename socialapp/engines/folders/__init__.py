"""Folders of neural weights: what an engine needs of one, and what lies there.

Only headers are read, nothing is unpickled, downloaded or loaded; torch is not needed.
"""

from __future__ import annotations

from socialapp.engines.folders.layouts import Layout, Piece, State
from socialapp.engines.folders.looking import look, weigh

__all__ = ["Layout", "Piece", "State", "look", "weigh"]
