"""The reads of provenance."""

from socialapp.provenance.selectors.marks import find_mark

__all__ = ["find_mark"]
