from django.apps import AppConfig


class AvatarfxConfig(AppConfig):
    name = "avatarfx"
    verbose_name = "AvatarFX"

    def ready(self) -> None:
        from avatarfx import (  # noqa: PLC0415
            copies,
            receivers,  # noqa: F401  connects them
            subjects,
        )

        subjects.register()
        copies.register()
