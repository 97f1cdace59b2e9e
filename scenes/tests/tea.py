"""A small published scene with a cast that can be voiced, for tests of voices."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from avatarfx.tests.conftest import make_character
from moderation.models import ApprovalState
from scenes.machine import Machine, begin, digest, read_scene, write_scene
from scenes.machine.plays import Player
from scenes.models import Play, PlayRole, Scene, SceneVersion

if TYPE_CHECKING:
    from collections.abc import Mapping

    from socialapp.accounts.models import User
    from socialapp.characters.models import Character


def line(role: str, text: Any, emotion: str = "calm", **more: Any) -> dict[str, Any]:
    return {"type": "line", "role": role, "text": text, "emotion": emotion, **more}


def tea() -> dict[str, Any]:
    """Two roles, a number and a text in lines, two endings, German for one line."""
    return {
        "format": "scene",
        "version": 1,
        "id": "tea",
        "title": "Tea",
        "rating": "everyone",
        "languages": ["en", "de"],
        "roles": {"host": {"label": "the host"}, "guest": {"label": "the guest"}},
        "context": {
            "cups": {"type": "int", "min": 0, "max": 3, "start": 0},
            "cake": {"type": "string", "max_length": 40, "start": "plum"},
        },
        "initial": "table",
        "states": {
            "table": {
                "background": "bakery",
                "beats": [
                    {"type": "narration", "text": "A table, two chairs."},
                    line("host", {"en": "Cup {cups}, {guest}?", "de": "Tasse {cups}?"}),
                    line("guest", "The {cake} cake is early.", "happy"),
                ],
                "choices": [
                    {
                        "id": "drink",
                        "text": "Drink",
                        "target": "table",
                        "guard": "cups < 3",
                        "actions": [
                            {"type": "assign", "variable": "cups", "value": "cups + 1"}
                        ],
                    },
                    {
                        "id": "go",
                        "text": "Go",
                        "target": "farewell",
                        "actions": [
                            {"type": "assign", "variable": "cake", "value": "'apple'"}
                        ],
                    },
                ],
            },
            "farewell": {
                "background": "night_city",
                "beats": [
                    {"type": "pause", "seconds": 1},
                    line("host", "Come again.", "sad"),
                    line("guest", "Never."),
                ],
                "choices": [
                    {"id": "leave", "text": "Leave", "target": "end_gone"},
                    {"id": "stay", "text": "Stay", "target": "table"},
                ],
            },
            "end_gone": {
                "type": "final",
                "background": "bakery",
                "ending": {"title": "Gone", "mood": "sad"},
                "beats": [
                    line("host", "There goes the cake."),
                    {"type": "narration", "text": "The door shuts."},
                ],
            },
        },
    }


def published(
    owner: User, document: dict[str, Any] | None = None, **fields: Any
) -> SceneVersion:
    """On stage for everybody, with one version."""
    found = read_scene(json.dumps(document or tea()))
    scene = Scene.objects.create(
        owner=owner,
        title=found.title.main,
        visibility=Scene.Visibility.PUBLIC,
        **fields,
    )
    version = SceneVersion.objects.create(
        scene=scene,
        number=1,
        digest=digest(found).removeprefix("sha256:"),
        document=write_scene(found).decode(),
        title=found.title.main,
        rating=found.rating,
        states=len(found.states),
        endings=1,
        words=10,
        minutes=1.0,
        approval=ApprovalState.APPROVED,
    )
    scene.version = version
    scene.save(update_fields=["version"])
    return version


def company_of(owner: User) -> dict[str, Character]:
    """Host and guest, with two voices."""
    hob, mo = make_character(owner, "Hob"), make_character(owner, "Mo")
    type(mo).objects.filter(pk=mo.pk).update(voice="bm_george")
    mo.refresh_from_db()
    return {"host": hob, "guest": mo}


def played(
    person: User,
    version: SceneVersion,
    cast: Mapping[str, Character],
    *choices: str,
) -> Play:
    """A play with these choices taken."""
    machine = Machine(read_scene(version.document))
    players = {role: Player(one.key, one.name) for role, one in cast.items()}
    made = begin(machine, seed=7, cast=players)
    for choice in choices:
        made = made.choose(choice)
    leaf = machine.leaf(made.position)
    play = Play.objects.create(
        person=person,
        scene=version.scene,
        version=version,
        seed=7,
        snapshot=made.snapshot(),
        choices=len(choices),
        ending=leaf.id if leaf.final else "",
    )
    PlayRole.objects.bulk_create(
        PlayRole(play=play, role=role, character=one, name=one.name)
        for role, one in cast.items()
    )
    return play
