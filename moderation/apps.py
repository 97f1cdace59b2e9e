from __future__ import annotations

from django.apps import AppConfig


class ModerationConfig(AppConfig):
    name = "moderation"

    def ready(self) -> None:
        from moderation.pictures import receivers as pictures  # noqa: F401, PLC0415
        from moderation.screening import checks  # noqa: F401, PLC0415
        from moderation.screening import receivers as texts  # noqa: F401, PLC0415
