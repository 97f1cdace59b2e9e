"""Backgrounds and sounds as something to be reported and withheld."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moderation import subjects
from scenes.models import SceneAsset
from scenes.services import assets as services
from socialapp.lib import blobs

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.contrib.auth.models import AnonymousUser

    from socialapp.accounts.models import User


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
