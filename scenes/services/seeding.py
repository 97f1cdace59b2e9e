"""The scenes that the house brings: public, to be played and remixed by anybody."""

from __future__ import annotations

from django.db import transaction

from scenes import content
from scenes.machine import write_scene
from scenes.models import Scene
from scenes.services.drafts import facts_of
from scenes.services.publishing import publish
from socialapp.characters.approving import HOUSE
from socialapp.characters.starters import house


def seed() -> str:
    """Make them, or bring them up to date; what is as it ships stays. A sentence."""
    done = [seed_scene(name) for name in content.scene_ids()]
    counts = {what: done.count(what) for what in ("present", "new", "updated")}
    words = ", ".join(f"{n} {what}" for what, n in counts.items() if n)
    return f"Scenes of the house: {words}."


def seed_scene(name: str) -> str:
    """``present``, ``new`` or ``updated``. One that somebody removed, or took off the
    stage, does not come back by itself."""
    document = write_scene(content.scene(name)).decode()
    owner = house()
    with transaction.atomic():
        scene, new = Scene.objects.select_for_update().get_or_create(
            starter=name,
            defaults={
                "owner": owner,
                "draft": document,
                "visibility": Scene.Visibility.PUBLIC,
                "remixable": True,
                **facts_of(document),
            },
        )
        gone = scene.removed is not None or scene.withheld
        taken_back = scene.published is not None and scene.version_id is None
        if gone or taken_back:
            return "present"
        newest = scene.versions.order_by("-number").first()
        if newest is not None and newest.document == document:
            return "present"
        scene.draft, scene.draft_rev = document, scene.draft_rev + 1
        scene.save(update_fields=["draft", "draft_rev"])
    publish(
        scene=scene,
        rev=scene.draft_rev,
        note="" if new else "As it ships with this version of Troupe.",
        vouched=HOUSE,
    )
    return "new" if new else "updated"
