"""What of scenes can be reported and withheld."""

from scenes.subjects import assets, comments, cuts, stories, takes


def register() -> None:
    for kind in (stories, comments, assets, cuts, takes):
        kind.register()
