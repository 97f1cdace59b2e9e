from django.apps import AppConfig


class ScenesConfig(AppConfig):
    name = "scenes"

    def ready(self) -> None:
        from scenes import (  # noqa: PLC0415  need the models
            audience,
            audience_admin,  # noqa: F401  registers itself
            company_admin,  # noqa: F401
            play_receivers,  # noqa: F401  connects them
            receivers,  # noqa: F401
            subjects,
        )

        subjects.register()
        audience.register()
