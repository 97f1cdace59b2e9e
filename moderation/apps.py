from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ModerationConfig(AppConfig):
    name = "moderation"

    def ready(self) -> None:
        from moderation import (  # noqa: PLC0415
            people,
            receivers,  # noqa: F401  connects them
            roles,
            texts,
        )
        from moderation.approvals import cases  # noqa: PLC0415
        from moderation.pictures import receivers as pictures  # noqa: F401, PLC0415
        from moderation.screening import checks  # noqa: F401, PLC0415
        from moderation.screening import receivers as words  # noqa: F401, PLC0415

        post_migrate.connect(
            roles.make_roles, sender=self, dispatch_uid="moderation.roles"
        )
        people.register()
        texts.register()
        cases.register()
