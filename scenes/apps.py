from django.apps import AppConfig


class ScenesConfig(AppConfig):
    name = "scenes"

    def ready(self) -> None:
        from scenes import (  # noqa: PLC0415  need the models
            asset_admin,  # noqa: F401  registers itself
            asset_copies,
            asset_receivers,  # noqa: F401  connects them
            asset_subjects,
            audience,
            audience_admin,  # noqa: F401
            company_admin,  # noqa: F401
            play_receivers,  # noqa: F401
            receivers,  # noqa: F401
            subjects,
        )

        subjects.register()
        audience.register()
        asset_subjects.register()
        asset_copies.register()
