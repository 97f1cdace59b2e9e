from django.apps import AppConfig


class FeedConfig(AppConfig):
    name = "feed"

    def ready(self) -> None:
        from avatarfx import consent, selectors  # noqa: PLC0415
        from feed import (  # noqa: PLC0415
            public,
            receivers,  # noqa: F401  connects them
            subjects,
            talking,
        )
        from feed.remixes import making  # noqa: PLC0415
        from socialapp.provenance import subjects as made_here  # noqa: PLC0415

        subjects.register()
        talking.register()
        consent.register("feed.remixes", making.why_not_published)
        made_here.register(
            "clip",
            describe=public.describe,
            parent=selectors.origin_of,
            find=public.find,
            known_to=public.known_to,
        )
