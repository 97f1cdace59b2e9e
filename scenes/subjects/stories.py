"""Scenes as something to be reported, withheld, kept from minors and shown less."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moderation import subjects
from scenes import selectors, services
from scenes.machine import SceneError, read_scene, texts
from scenes.models import Scene

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.contrib.auth.models import AnonymousUser

    from scenes.models import SceneVersion
    from socialapp.accounts.models import User

    Viewer = User | AnonymousUser

MOST = 60_000
"""Characters of a scene that a case keeps; the version itself is kept whole."""


def register() -> None:
    subjects.register(
        "scene",
        title="Scene",
        find=lambda key: (
            Scene.objects.select_related("owner", "version").filter(key=key).first()
        ),
        describe=lambda scene: scene.title,
        snapshot=_snapshot,
        author=lambda scene: scene.owner,
        url=lambda scene: scene.get_absolute_url(),
        visible=_visible,
        hide=lambda scene: _withhold(scene, Scene.Level.HIDDEN),
        remove=lambda scene: _withhold(scene, Scene.Level.REMOVED),
        restore=lambda scene: _withhold(scene, ""),
        age_limit=lambda scene, on: services.set_marks(scene=scene, adults_only=on),
        demote=lambda scene, on: services.set_marks(scene=scene, demoted=on),
        content_types=("CONTENT_TYPE_TEXT", "CONTENT_TYPE_SYNTHETIC_MEDIA"),
        reach=selectors.plays_of,
        of_author=lambda user: Scene.objects.full().filter(
            owner=user, removed__isnull=True
        ),
    )


def _withhold(scene: Scene, level: str) -> None:
    services.set_withheld(scene=scene, level=level)


def _visible(scene: Scene, viewer: Viewer) -> bool:
    return Scene.objects.visible_to(viewer).filter(pk=scene.pk).exists()


def _snapshot(scene: Scene) -> dict[str, str]:
    """What others see: the version on stage; else the newest one, else the draft."""
    version = scene.version or scene.versions.order_by("-number").first()
    told = {
        "Title": scene.title,
        "Logline": scene.logline,
        "Tags": ", ".join(scene.tags),
    }
    if version is None:
        return {**told, "Draft": scene.draft[:MOST]}
    return {
        **told,
        "Version": f"{version.number}, sha256:{version.digest}",
        "Note": version.note,
        "Texts": "\n".join(_lines(version))[:MOST],
    }


def _lines(version: SceneVersion) -> Iterator[str]:
    """All its texts in their order, under the states that they belong to."""
    try:
        found = list(texts(read_scene(version.document)))
    except SceneError:
        yield version.document
        return
    state: Any = None
    for one in found:
        if one.state != state:
            state = one.state
            yield f"[{state}]" if state else "[the scene]"
        yield one.text
