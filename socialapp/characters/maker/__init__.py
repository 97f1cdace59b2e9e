"""Drawn characters: the cast imported, and new ones mixed from parts."""

from socialapp.characters.maker.compose import build, to_svg
from socialapp.characters.maker.importing import MADE_BY as IMPORTER
from socialapp.characters.maker.importing import import_svg
from socialapp.characters.maker.recipe import OPTIONS, MakerError, check, random_recipe

__all__ = [
    "IMPORTER",
    "OPTIONS",
    "MakerError",
    "build",
    "check",
    "import_svg",
    "random_recipe",
    "to_svg",
]
