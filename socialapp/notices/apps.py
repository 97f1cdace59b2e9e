from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "socialapp.notices"
    label = "notices"

    def ready(self) -> None:
        from socialapp.notices import receivers  # noqa: F401, PLC0415  connects them
