"""The writes of provenance."""

from socialapp.provenance.services.marks import issue_mark, measure_mark

__all__ = ["issue_mark", "measure_mark"]
