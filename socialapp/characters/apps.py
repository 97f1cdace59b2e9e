from django.apps import AppConfig


class CharactersConfig(AppConfig):
    name = "socialapp.characters"
    label = "characters"

    def ready(self) -> None:
        from socialapp.characters import receivers  # noqa: F401, PLC0415  connects them
