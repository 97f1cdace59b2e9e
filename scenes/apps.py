from django.apps import AppConfig


class ScenesConfig(AppConfig):
    name = "scenes"

    def ready(self) -> None:
        from scenes import (  # noqa: PLC0415  need the models
            asset_copies,
            receivers,  # noqa: F401  connects them
            subjects,
        )

        subjects.register()
        asset_copies.register()
