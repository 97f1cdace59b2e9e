from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "socialapp.accounts"
    label = "accounts"

    def ready(self) -> None:
        from socialapp.accounts import receivers  # noqa: F401, PLC0415  connects them
