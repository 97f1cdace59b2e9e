from django.apps import AppConfig


class ChatConfig(AppConfig):
    name = "socialapp.chat"

    def ready(self) -> None:
        from socialapp.chat import (  # noqa: PLC0415
            receivers,  # noqa: F401  connects them
            subjects,
        )

        subjects.register()
