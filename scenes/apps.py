from django.apps import AppConfig


class ScenesConfig(AppConfig):
    name = "scenes"

    def ready(self) -> None:
        from scenes import audience  # noqa: PLC0415  its receivers are connected, too

        audience.register()
