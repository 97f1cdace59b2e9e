"""A person's scenes and plays, for their own archive."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scenes.models import Play, Scene
from socialapp.accounts.exports import File, as_json

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from socialapp.accounts.models import User


def scenes(user: User) -> Iterator[File]:
    """Each scene with its draft and versions as files that this and other programs read,
    and each play with its log."""
    mine = Scene.objects.filter(owner=user, removed__isnull=True).order_by("created")
    told = []
    for scene in mine.select_related("version", "origin__scene__owner"):
        told.append(_told(scene))
        yield File(f"scenes/{scene.key}/draft.json", scene.draft.encode())
        for version in scene.versions.order_by("number").iterator(chunk_size=5):
            name = f"scenes/{scene.key}/version-{version.number}.json"
            yield File(name, version.document.encode())
    yield as_json("scenes.json", told)
    plays = Play.objects.filter(person=user, removed__isnull=True).order_by("created")
    yield as_json(
        "plays.json",
        [
            _played(play)
            for play in plays.select_related("scene", "version").prefetch_related(
                "roles"
            )
        ],
    )


def week(user: User, since: dt.datetime) -> Iterator[tuple[str, int]]:
    """What a guardian is told: how many, never which."""
    written = Scene.objects.filter(owner=user, published__gte=since)
    yield "Scenes published", written.count()
    played = Play.objects.filter(person=user, slot=0, created__gte=since)
    yield "Scenes played", played.count()


def _told(scene: Scene) -> dict[str, Any]:
    versions = scene.versions.order_by("number").values(
        "number", "digest", "note", "title", "rating", "approval", "created"
    )
    return {
        "key": scene.key,
        "title": scene.title,
        "logline": scene.logline,
        "genre": scene.genre,
        "rating": scene.rating,
        "languages": scene.languages,
        "tags": scene.tags,
        "visibility": scene.visibility,
        "remixable": scene.remixable,
        "on_stage": scene.version.number if scene.version else None,
        "remix_of": scene.origin.title if scene.origin else None,
        "created": scene.created,
        "published": scene.published,
        "draft_changed": scene.draft_changed,
        "versions": list(versions),
    }


def _played(play: Play) -> dict[str, Any]:
    return {
        "key": play.key,
        "scene": play.scene.title,
        "version": play.version.number,
        "slot": play.slot,
        "name": play.name,
        "seed": play.seed,
        "language": play.language,
        "cast": {role.role: role.name for role in play.roles.all()},
        "choices": play.choices,
        "ending": play.ending,
        "log": play.snapshot,
        "created": play.created,
        "changed": play.changed,
    }
