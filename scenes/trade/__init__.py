"""Scenes of other formats in, and scenes out to other formats.

Plain Python beside the scene machine. ``read`` makes a scene of a file and says what it
could not take; the exporters write Twee, and a page that plays by itself.
docs/scenes-trade.md says what each format keeps and loses.
"""

from scenes.trade.importing import FORMS, read
from scenes.trade.report import Imported, ImportReport, NotTaken, TradeError

__all__ = ["FORMS", "ImportReport", "Imported", "NotTaken", "TradeError", "read"]
