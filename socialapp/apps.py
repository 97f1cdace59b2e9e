from django.apps import AppConfig


class SocialappConfig(AppConfig):
    """Not a room of its own: holds the commands, checks and shared assets."""

    name = "socialapp"
