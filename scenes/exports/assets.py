"""What a person brought along for scenes, for their own archive."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.forms.models import model_to_dict

from scenes.models import SceneAsset
from socialapp.accounts.exports import as_json, stored

if TYPE_CHECKING:
    from collections.abc import Iterator

    from socialapp.accounts.exports import File
    from socialapp.accounts.models import User


def assets(user: User) -> Iterator[File]:
    """Deleted ones too, while a published version still needs them."""
    mine = list(SceneAsset.objects.filter(owner=user).order_by("created"))
    yield as_json(
        "scene_assets.json",
        [
            {
                "key": asset.key,
                **model_to_dict(asset, exclude=["id", "owner", "ref"]),
                "called": asset.ref,
                "file": _name(asset),
                "created": asset.created,
                "removed": asset.removed,
            }
            for asset in mine
        ],
    )
    for asset in mine:
        yield from stored(_name(asset), asset.ref, owner=user)


def _name(asset: SceneAsset) -> str:
    return f"scene_assets/{asset.key}.{asset.ref.rpartition('.')[2]}"
