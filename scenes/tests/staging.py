"""A small scene on stage, and plays of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from avatarfx.tests.conftest import make_character
from moderation.models import ApprovalState
from scenes.machine import Machine, begin, digest, read_scene, write_scene
from scenes.models import Play, Scene, SceneVersion
from scenes.services.progress import note_progress

if TYPE_CHECKING:
    from socialapp.accounts.models import User
    from socialapp.characters.models import Character

TEA: dict[str, Any] = {
    "format": "scene",
    "version": 1,
    "id": "tea",
    "title": "Tea",
    "logline": "A kettle, two people, one biscuit.",
    "genre": "kitchen drama",
    "player": "The one who brought the biscuit.",
    "rating": "everyone",
    "languages": ["en"],
    "roles": {
        "host": {"label": "the host", "suits": "someone calm"},
        "guest": {"label": "the guest"},
    },
    "initial": "table",
    "states": {
        "table": {
            "title": "At the table",
            "background": "bakery",
            "beats": [{"type": "line", "role": "host", "text": "Tea?"}],
            "choices": [
                {"id": "stay", "text": "Ask {guest}", "target": "biscuit"},
                {"id": "go", "text": "Go home", "target": "end_home"},
            ],
        },
        "biscuit": {
            "choices": [
                {"id": "share", "text": "Break it in two", "target": "end_shared"},
                {"id": "back", "text": "Put it back", "target": "table"},
            ],
        },
        "end_home": {"type": "final", "ending": {"title": "Home before dark"}},
        "end_shared": {"type": "final", "ending": {"title": "Half a biscuit each"}},
    },
}


def document(**changes: Any) -> str:
    return write_scene(read_scene(json.dumps({**TEA, **changes}))).decode()


def on_stage(owner: User, title: str = "Tea", **fields: Any) -> Scene:
    """Public, with one version. `says`: other keys of the document."""
    text = document(title=title, **fields.pop("says", {}))
    scene = Scene.objects.create(
        **{
            "owner": owner,
            "title": title,
            "logline": TEA["logline"],
            "genre": TEA["genre"],
            "languages": ["en"],
            "visibility": Scene.Visibility.PUBLIC,
            "published": timezone.now(),
            **fields,
        }
    )
    return publish(scene, text)


def publish(scene: Scene, text: str, note: str = "") -> Scene:
    """One more version, on stage from now on."""
    read = read_scene(text)
    scene.version = SceneVersion.objects.create(
        scene=scene,
        number=scene.versions.count() + 1,
        digest=digest(read).removeprefix("sha256:"),
        document=text,
        note=note,
        title=scene.title,
        rating=scene.rating,
        states=4,
        endings=2,
        words=40,
        minutes=4.0,
        approval=ApprovalState.APPROVED,
    )
    scene.save(update_fields=["version"])
    return scene


def lent(owner: User, name: str, **fields: Any) -> Character:
    """A public character that others may cast."""
    character = make_character(owner, name)
    for field, value in {"visibility": "public", "in_scenes": True, **fields}.items():
        setattr(character, field, value)
    character.save()
    return character


def played(scene: Scene, person: User, *choices: str, **fields: Any) -> Play:
    """A play with these choices, saved and told."""
    assert scene.version is not None
    machine = Machine(read_scene(scene.version.document))
    play = begin(machine)
    for choice in choices:
        play = play.choose(choice)
    ended = machine.ended(play.position)
    row = Play.objects.create(
        person=person,
        scene=scene,
        version=scene.version,
        snapshot=play.snapshot(),
        choices=len(choices),
        ending=machine.leaf(play.position).id if ended else "",
        **fields,
    )
    note_progress(play=row, events=row.snapshot["events"])
    return row
