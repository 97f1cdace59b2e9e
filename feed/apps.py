from django.apps import AppConfig


class FeedConfig(AppConfig):
    name = "feed"

    def ready(self) -> None:
        from feed import public, receivers  # noqa: F401, PLC0415  connects them
        from socialapp.provenance import subjects  # noqa: PLC0415  needs the registry

        subjects.register("clip", describe=public.describe, find=public.find)
