from django.apps import AppConfig


class FeedConfig(AppConfig):
    name = "feed"

    def ready(self) -> None:
        from feed import (  # noqa: PLC0415
            receivers,  # noqa: F401  connects them
            subjects,
        )

        subjects.register()
