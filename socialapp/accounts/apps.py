from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "socialapp.accounts"
    label = "accounts"

    def ready(self) -> None:
        from socialapp.accounts import receivers  # noqa: PLC0415  connects them

        receivers.keep_no_addresses()
