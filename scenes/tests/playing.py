"""Scenes that are on stage, and characters to play them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from rest_framework.test import APIClient

from avatarfx.tests.conftest import make_character
from scenes.machine import digest, read_scene, write_scene
from scenes.machine import restore as restored
from scenes.models import Scene, SceneVersion
from scenes.selectors.machines import machine_of
from socialapp.characters import approving

if TYPE_CHECKING:
    from scenes.machine import Play as Played
    from scenes.models import Play
    from socialapp.accounts.models import User
    from socialapp.characters.models import Character

TEA: dict[str, Any] = {
    "format": "scene",
    "version": 1,
    "id": "tea",
    "title": "Tea",
    "rating": "everyone",
    "languages": ["en", "de"],
    "roles": {
        "host": {"label": "the host", "suits": "someone calm"},
        "guest": {"label": "the guest"},
    },
    "context": {"cups": {"type": "int", "min": 0, "max": 3, "start": 0}},
    "dice": {"luck": {"count": 1, "sides": 6}},
    "initial": "table",
    "states": {
        "table": {
            "beats": [
                {"type": "line", "role": "host", "text": "Cup number {cups}?"},
                {
                    "type": "improv",
                    "role": "host",
                    "goal": "Talk about tea with the player",
                    "turns": 2,
                    "fallback": "Tea is a serious matter, {guest}.",
                    "never": ["sell anything"],
                },
            ],
            "choices": [
                {
                    "id": "drink",
                    "text": "Drink",
                    "target": "table",
                    "guard": "cups < 3",
                    "actions": [
                        {"type": "assign", "variable": "cups", "value": "cups + 1"},
                        {"type": "roll", "dice": "luck"},
                    ],
                },
                {"id": "go", "text": "Go", "target": "end_tea"},
            ],
        },
        "end_tea": {"type": "final", "ending": {"title": "Tea was had"}},
    },
}


def document(**changes: Any) -> dict[str, Any]:
    copy: dict[str, Any] = json.loads(json.dumps(TEA))
    return copy | changes


def publish(
    owner: User, written: dict[str, Any] | None = None, *, scene: Scene | None = None
) -> Scene:
    """As the service that publishes leaves it: on stage, for everyone."""
    read = read_scene(json.dumps(written or TEA).encode())
    if scene is None:
        scene = Scene.objects.create(
            owner=owner, title=read.title.main, visibility=Scene.Visibility.PUBLIC
        )
    version = SceneVersion.objects.create(
        scene=scene,
        number=scene.versions.count() + 1,
        digest=digest(read).removeprefix("sha256:"),
        document=write_scene(read).decode(),
        title=read.title.main,
        rating=read.rating,
        states=len(read.states),
        endings=1,
        words=10,
        minutes=1.0,
        approval="approved",
    )
    scene.version, scene.rating, scene.published = version, read.rating, timezone.now()
    scene.save()
    return scene


def lent(owner: User, name: str, **fields: Any) -> Character:
    """Everybody sees it, and its owner lends it to scenes."""
    values = {"visibility": "public", "in_scenes": True, **fields}
    return make(owner, name, **values)


def make(owner: User, name: str = "Hob", **fields: Any) -> Character:
    character = make_character(owner, name)
    for field, value in fields.items():
        setattr(character, field, value)
    if not character.waits:
        approving.vouch(character=character)
    type(character).objects.filter(pk=character.pk).update(**fields)
    return character


def starters(house: User, *names: str) -> list[Character]:
    return [make(house, name, starter=True, visibility="public") for name in names]


def played(play: Play) -> Played:
    """As the player's own program has it."""
    return restored(machine_of(play.version), play.snapshot)


def api(user: User | None = None) -> APIClient:
    client = APIClient()
    if user is not None:
        client.force_authenticate(user)
    return client
