from django.apps import AppConfig


class AvatarfxConfig(AppConfig):
    name = "avatarfx"
    verbose_name = "AvatarFX"

    def ready(self) -> None:
        from avatarfx import receivers  # noqa: F401, PLC0415  connects them
