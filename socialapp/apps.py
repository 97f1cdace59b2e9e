from django.apps import AppConfig


class SocialappConfig(AppConfig):
    """Not a room of its own: holds the commands, checks and shared assets."""

    name = "socialapp"

    def ready(self) -> None:
        from socialapp import checks  # noqa: F401, PLC0415  registers them
