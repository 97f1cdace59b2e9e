"""Documents and scenes to publish, and requests that carry them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from scenes import services

if TYPE_CHECKING:
    from django.test import Client

    from scenes.models import Scene, SceneVersion
    from socialapp.accounts.models import User


def document(line: str = "Do you take sugar?", **changes: Any) -> str:
    """A small scene that can be published, in which somebody says `line`."""
    scene: dict[str, Any] = {
        "format": "scene",
        "version": 1,
        "id": "tea",
        "title": "Tea for two",
        "logline": "A cup, and who drinks it.",
        "rating": "everyone",
        "languages": ["en"],
        "roles": {"host": {"label": "the host"}},
        "initial": "table",
        "states": {
            "table": {
                "beats": [
                    {"type": "narration", "text": "It is four o'clock."},
                    {"type": "line", "role": "host", "text": line},
                ],
                "choices": [{"id": "go", "text": "Go", "target": "end_tea"}],
            },
            "end_tea": {"type": "final", "ending": {"title": "Tea was had"}},
        },
    }
    return json.dumps({**scene, **changes})


def draft(owner: User, line: str = "Do you take sugar?", **changes: Any) -> Scene:
    return services.create_scene(owner=owner, document=document(line, **changes))


def published(owner: User, line: str = "Do you take sugar?", **changes: Any) -> Scene:
    """On stage, for everyone."""
    scene = draft(owner, line, **changes)
    services.publish(scene=scene, rev=scene.draft_rev)
    scene.refresh_from_db()
    return scene


def next_version(scene: Scene, line: str, **changes: Any) -> SceneVersion:
    """Save another line and publish it."""
    scene.refresh_from_db()
    saved = services.save_draft(
        scene=scene, document=document(line, **changes), rev=scene.draft_rev
    )
    return services.publish(scene=saved, rev=saved.draft_rev)


def send(client: Client, method: str, url: str, **data: Any) -> Any:
    return getattr(client, method)(
        url, json.dumps(data), content_type="application/json"
    )
