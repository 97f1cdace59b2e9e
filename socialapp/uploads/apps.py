from django.apps import AppConfig


class UploadsConfig(AppConfig):
    name = "socialapp.uploads"
    label = "uploads"

    def ready(self) -> None:
        from socialapp.uploads import receivers  # noqa: F401, PLC0415  connects them
