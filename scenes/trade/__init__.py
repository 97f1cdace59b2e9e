"""Scenes of other formats in, and scenes out to other formats.

Plain Python beside the scene machine. ``read`` makes a scene of a file and says what it
could not take; the exporters write Twee, and a page that plays by itself.
docs/scenes-trade.md says what each format keeps and loses.
"""

from scenes.trade.importing import FORMS, read
from scenes.trade.page import to_html
from scenes.trade.report import Imported, ImportReport, NotTaken, TradeError
from scenes.trade.sources import BYTES
from scenes.trade.twee_writing import to_twee

__all__ = [
    "BYTES",
    "FORMS",
    "ImportReport",
    "Imported",
    "NotTaken",
    "TradeError",
    "read",
    "to_html",
    "to_twee",
]
