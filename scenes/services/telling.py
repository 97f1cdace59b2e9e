"""What authors are told of their scenes, each time once however often it is said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from socialapp.notices import services as notices
from socialapp.notices.models import Notice

if TYPE_CHECKING:
    from scenes.models import Scene, SceneVersion


def on_stage(scene: Scene, version: SceneVersion) -> None:
    """A version that waited is on stage."""
    notices.notify(
        people=[scene.owner],
        kind=Notice.Kind.SCENE_ON_STAGE,
        about=_about(scene, version),
        lead=f"“{scene.title}” is on stage.",
        words=f"Version {version.number} was looked at and approved.",
        url=scene.get_absolute_url(),
        action="Open",
    )


def refused(scene: Scene, version: SceneVersion, why: str) -> None:
    """A version that waited is not shown; what was on stage before it stays."""
    notices.notify(
        people=[scene.owner],
        kind=Notice.Kind.SCENE_REFUSED,
        about=_about(scene, version),
        lead=f"Version {version.number} of “{version.title}” was refused.",
        words=f"{why} Your draft is kept.",
        url=f"{scene.get_absolute_url()}edit/",
        action="Change it",
    )


def forget(scene: Scene) -> None:
    """It is gone, and so is the news of it."""
    for number in scene.versions.values_list("number", flat=True):
        notices.forget(about=f"scene:{scene.key}:{number}")


def _about(scene: Scene, version: SceneVersion) -> str:
    return f"scene:{scene.key}:{version.number}"
