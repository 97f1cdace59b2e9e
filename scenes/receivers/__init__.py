"""What scenes do when something happens elsewhere; importing it connects them."""

from scenes.receivers import assets, audience, plays, stories, voices

__all__ = ["assets", "audience", "plays", "stories", "voices"]
