"""Uploaded backgrounds and sounds, for staff."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin

from scenes.models import SceneAsset
from socialapp.lib.admin import Record, audio, link, picture

if TYPE_CHECKING:
    from django.utils.safestring import SafeString


@admin.register(SceneAsset)
class SceneAssetAdmin(Record[SceneAsset]):
    list_display = ("name", "look", "kind", "person", "state", "size", "created")
    list_filter = ("kind", "state", "withheld", "created")
    search_fields = ("key", "name", "ref", "owner__username")
    date_hierarchy = "created"
    list_select_related = ("owner",)
    fields = (
        "key",
        "name",
        "look",
        "kind",
        "person",
        "state",
        "withheld",
        "used",
        "ref",
        "size",
        "width",
        "height",
        "seconds",
        "created",
        "removed",
    )
    readonly_fields = fields

    @admin.display(description="owner", ordering="owner__username")
    def person(self, asset: SceneAsset) -> SafeString:
        return link(asset.owner)

    @admin.display(description="look or listen")
    def look(self, asset: SceneAsset) -> SafeString:
        if asset.kind == SceneAsset.Kind.SOUND:
            return audio(asset.ref)
        return picture(asset.ref, asset.name)

    @admin.display(description="in a published version", boolean=True)
    def used(self, asset: SceneAsset) -> bool:
        return asset.in_use
