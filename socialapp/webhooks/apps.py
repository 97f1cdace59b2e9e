from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    name = "socialapp.webhooks"
    label = "webhooks"

    def ready(self) -> None:
        from socialapp.webhooks import receivers  # noqa: F401, PLC0415  connects them
