from django.apps import AppConfig


class ScenesConfig(AppConfig):
    name = "scenes"

    def ready(self) -> None:
        from scenes import receivers, subjects  # noqa: F401, PLC0415  connects them

        subjects.register()
