from django.apps import AppConfig


class ScenesConfig(AppConfig):
    name = "scenes"

    def ready(self) -> None:
        # They need the tables.
        from scenes import (  # noqa: PLC0415
            cut_subjects,
            take_subjects,
            voice_receivers,  # noqa: F401  connects them
        )

        cut_subjects.register()
        take_subjects.register()
