"""The names that documents may use for backgrounds and sounds, and where the files are.

A name is that of a built-in one, or ``sha256:<64 hex digits>.<extension>`` of an upload.
"""

from __future__ import annotations

import re
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

_REF = re.compile(r"sha256:[0-9a-f]{64}\.[a-z0-9]{1,8}")
_NAMED = re.compile(r'"(background|sound)": ?"([a-z0-9:._-]{1,90})"')
"""In a document. A quote inside a text is escaped, so no text looks like this."""


def built_in(kind: str) -> Mapping[str, str]:
    """What a person reads, by name, in order; empty for what is no kind."""
    if kind == "background":
        return backgrounds.TITLES
    return sounds.TITLES if kind == "sound" else {}


def exists(kind: str, name: str, owner: User | None) -> bool:
    """Whether a version that `owner` publishes now may name it; None: the house.

    Uploads of their own that may be shown, and those that came with a scene that its
    author lets others go on with. What waits for a check is not there yet.
    """
    if name in built_in(kind):
        return True
    if owner is None or not _REF.fullmatch(name):
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
    if not _REF.fullmatch(name):
        return None
    # Whoever has it by right: the same file may be several people's.
    if SceneAsset.objects.showable().filter(kind=kind, ref=name).exists():
        return blobs.url(name)
    return None


def addresses(document: str) -> dict[str, dict[str, str]]:
    """Of all that a canonical document names, by kind and name, as far as there is
    something to show: what a player loads. One question to the database."""
    named = dict.fromkeys(_NAMED.findall(document))
    refs = [name for _, name in named if _REF.fullmatch(name)]
    shown = set(
        SceneAsset.objects.showable().filter(ref__in=refs).values_list("kind", "ref")
    )
    found: dict[str, dict[str, str]] = {kind: {} for kind in KINDS}
    for kind, name in named:
        if (kind, name) in shown:
            found[kind][name] = blobs.url(name)
        elif name in built_in(kind):
            found[kind][name] = url(kind, name) or ""
    return found


def _came_along(name: str, owner: User) -> bool:
    """Whether a published version names it that `owner` wrote or may remix."""
    named = versions_with(name)
    mine = named.filter(scene__owner=owner)
    return mine.exists() or named.filter(scene__remixable=True).exists()
