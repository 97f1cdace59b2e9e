from django.apps import AppConfig


class ScenesConfig(AppConfig):
    name = "scenes"

    def ready(self) -> None:
        from scenes import (  # noqa: PLC0415  need the models
            audience,
            audience_admin,  # noqa: F401  registers itself
            receivers,  # noqa: F401  connects them
            subjects,
        )

        subjects.register()
        audience.register()
