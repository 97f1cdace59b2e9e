"""Drawn characters: the cast imported, and new ones mixed from parts."""

from socialapp.characters.maker.importing import MADE_BY as IMPORTER
from socialapp.characters.maker.importing import import_svg

__all__ = ["IMPORTER", "import_svg"]
