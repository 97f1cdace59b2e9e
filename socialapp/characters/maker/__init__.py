"""Drawn characters: the cast imported, and new ones mixed from parts."""

from socialapp.characters.maker.importing import import_svg

__all__ = ["import_svg"]
