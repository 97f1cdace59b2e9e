from django.apps import AppConfig


class AvatarfxConfig(AppConfig):
    name = "avatarfx"
    verbose_name = "AvatarFX"
