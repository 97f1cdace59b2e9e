from django.apps import AppConfig


class CommentsConfig(AppConfig):
    name = "socialapp.comments"

    def ready(self) -> None:
        from socialapp.comments import (  # noqa: PLC0415
            receivers,  # noqa: F401  connects them
            subjects,
        )

        subjects.register()
