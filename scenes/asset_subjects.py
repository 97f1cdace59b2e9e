"""Backgrounds and sounds as something to be reported and withheld."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from moderation import subjects
from scenes.models import SceneAsset
from scenes.services import assets as services
from socialapp.lib import blobs, withheld

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from django.contrib.auth.models import AnonymousUser

    from socialapp.accounts.models import User
    from socialapp.lib.models import Withheld

_BLOB = re.compile(r"blobs/[0-9a-f]{2}/([0-9a-f]{64})\.([a-z0-9]{1,8})")


def register() -> None:
    subjects.register(
        "scene-asset",
        title="Background or sound of a scene",
        find=lambda key: (
            SceneAsset.objects.select_related("owner").filter(key=key).first()
        ),
        describe=lambda asset: (
            f"{asset.get_kind_display()} of @{asset.owner.username}: {asset.name}"
        ),
        snapshot=lambda asset: {
            "Kind": asset.get_kind_display(),
            "Name": asset.name,
            "Scenes": "\n".join(_scenes_with(asset)),
        },
        author=lambda asset: asset.owner,
        url=lambda asset: f"/api/v1/scene-assets/{asset.key}/",
        visible=_visible,
        media=lambda asset: [blobs.name_of(asset.ref)],
        hide=_set(SceneAsset.Level.HIDDEN),
        remove=_set(SceneAsset.Level.REMOVED),
        restore=_set(""),
        content_types=("CONTENT_TYPE_IMAGE", "CONTENT_TYPE_AUDIO"),
        of_author=lambda user: SceneAsset.objects.filter(owner=user),
    )
    withheld.register_use("scenes", in_use)


def in_use(name: str, causes: Sequence[Withheld]) -> bool:
    """Whether somebody else than those whose things are withheld shows this file."""
    match = _BLOB.fullmatch(name)
    if match is None:
        return False
    owners = {one.owner for one in causes if one.owner is not None}
    shown = SceneAsset.objects.showable().exclude(owner__in=owners)
    return shown.filter(ref=f"sha256:{match[1]}.{match[2]}").exists()


def _set(level: str) -> Callable[[SceneAsset], None]:
    return lambda asset: services.set_withheld(asset=asset, level=level)


def _visible(asset: SceneAsset, viewer: User | AnonymousUser) -> bool:
    """Its owner sees what is not removed, everybody else what is on some stage."""
    if viewer.is_authenticated and viewer.pk == asset.owner_id:
        return asset.withheld != SceneAsset.Level.REMOVED
    shown = asset.withheld == "" and asset.state == SceneAsset.State.APPROVED
    return shown and asset.in_use


def _scenes_with(asset: SceneAsset) -> list[str]:
    return sorted({version.title for version in asset.versions()})
