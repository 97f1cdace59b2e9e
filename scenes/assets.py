"""The names that documents may use for backgrounds and sounds, and where the files are.

A name is that of a built-in one, or ``sha256:<64 hex digits>.<extension>`` of an upload.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.templatetags.static import static

from scenes import sounds
from scenes.models import SceneAsset, versions_with
from socialapp.content import backgrounds
from socialapp.lib import blobs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from socialapp.accounts.models import User

KINDS = ("background", "sound")


def built_in(kind: str) -> Mapping[str, str]:
    """What a person reads, by name, in order; empty for what is no kind."""
    if kind == "background":
        return backgrounds.TITLES
    return sounds.TITLES if kind == "sound" else {}


def exists(kind: str, name: str, owner: User) -> bool:
    """Whether a version that `owner` publishes now may name it.

    Uploads of their own that may be shown, and those that came with a scene that its
    author lets others go on with. What waits for a check is not there yet.
    """
    if name in built_in(kind):
        return True
    if not name.startswith("sha256:"):
        return False
    found = SceneAsset.objects.showable().filter(kind=kind, ref=name)
    if found.filter(owner=owner, removed__isnull=True).exists():
        return True
    return found.exists() and _came_along(name, owner)


def url(kind: str, name: str) -> str | None:
    """Where a player gets it; None: nothing is shown or heard in its place."""
    if name in built_in(kind):
        folder, extension = {
            "background": ("backgrounds", "svg"),
            "sound": ("sounds", sounds.EXTENSION),
        }[kind]
        return static(f"{folder}/{name}.{extension}")
    if not name.startswith("sha256:"):
        return None
    # Whoever has it by right: the same file may be several people's.
    if SceneAsset.objects.showable().filter(kind=kind, ref=name).exists():
        return blobs.url(name)
    return None


def _came_along(name: str, owner: User) -> bool:
    """Whether a published version names it that `owner` wrote or may remix."""
    named = versions_with(name)
    mine = named.filter(scene__owner=owner)
    return mine.exists() or named.filter(scene__remixable=True).exists()
