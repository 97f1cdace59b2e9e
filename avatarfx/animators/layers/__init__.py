"""Puppets for drawn, layered characters: cels moved, swapped and eased."""

from avatarfx.animators.layers.puppet import LayersMaker, LayersPuppet

__all__ = ["LayersMaker", "LayersPuppet"]
