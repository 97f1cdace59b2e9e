from django.apps import AppConfig


class ScenesConfig(AppConfig):
    name = "scenes"

    def ready(self) -> None:
        from scenes import take_subjects  # noqa: PLC0415  needs the tables

        take_subjects.register()
