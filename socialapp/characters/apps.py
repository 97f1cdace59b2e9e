from django.apps import AppConfig


class CharactersConfig(AppConfig):
    name = "socialapp.characters"
    label = "characters"

    def ready(self) -> None:
        from socialapp.characters import (  # noqa: PLC0415
            receivers,  # noqa: F401  connects them
            subjects,
        )

        subjects.register()
