from django.apps import AppConfig


class CharactersConfig(AppConfig):
    name = "socialapp.characters"
    label = "characters"
