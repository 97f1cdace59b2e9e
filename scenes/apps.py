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
            cut_subjects,
            play_receivers,  # noqa: F401
            receivers,  # noqa: F401
            subjects,
            take_subjects,
            voice_admin,  # noqa: F401
            voice_receivers,  # noqa: F401
        )

        for kinds in (subjects, audience, asset_subjects, cut_subjects, take_subjects):
            kinds.register()
        asset_copies.register()
