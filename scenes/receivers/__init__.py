"""What scenes do when something happens elsewhere; importing it connects them."""

from scenes.receivers import assets, plays, stories, voices

__all__ = ["assets", "plays", "stories", "voices"]
