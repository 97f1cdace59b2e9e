"""The starter cast: characters of the house that anyone may make speak."""

from __future__ import annotations

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction

from socialapp.accounts.consent import Level
from socialapp.accounts.models import User
from socialapp.accounts.services import change_profile
from socialapp.characters import approving, maker, thumbs
from socialapp.characters.models import Character, Portrait
from socialapp.content import library
from socialapp.lib import blobs

if TYPE_CHECKING:
    from socialapp.performance import Rig

HOUSE = "troupe"
"""Handle of the owner of the starter cast; nobody can sign up with it."""

_SAID_ELSEWHERE = {
    "format", "version", "name", "tagline", "tags", "voice", "motion", "background",
    "persona", "greeting",
}  # fmt: skip
"""What a cast file says that has a column of its own; the rest is the card."""


@dataclass(frozen=True, slots=True)
class _Drawn:
    rig: Rig
    blobs: dict[str, bytes]
    picture: bytes


def house() -> User:
    """The owner of the starter cast; has no password, so nobody signs in with it."""
    user = User.objects.filter(username=HOUSE).first()
    if user is None:
        user = User.objects.create_user(
            username=HOUSE,
            email=f"{HOUSE}@house.invalid",
            password=None,
            display_name="Troupe",
            bio="The house. These are its eight players: borrow any of them.",
        )
    # Nobody reads the house's requests, and borrowing is what its players are for.
    if (user.remix_clips, user.remix_characters) != (Level.ON, Level.ON):
        change_profile(user=user, remix_clips=Level.ON, remix_characters=Level.ON)
    return user


def seed_cast() -> dict[str, Character]:
    """Every starter, by the id of its cast file; made, or brought up to date.

    May be run again at any time. A portrait is drawn anew only when its drawing or the
    rig's format changed; clips made with the old one keep it.
    """
    owner = house()
    have = {
        character.card.get("id"): character
        for character in Character.objects.filter(owner=owner, starter=True)
        .select_related("portrait")
        .order_by("-id")
    }
    wanted = {}
    for name in library.cast_ids():
        digest = _digest(name)
        character = have.get(name)
        old = character.portrait if character else None
        if old is None or old.recipe.get("digest") != digest:
            wanted[name] = digest
    # resvg and the encoders let go of the interpreter lock: two cores, half the wait.
    with ThreadPoolExecutor(max_workers=2) as pool:
        drawn = dict(zip(wanted, pool.map(_draw, wanted), strict=True))
    return {
        name: _keep(owner, name, have.get(name), drawn.get(name), wanted.get(name, ""))
        for name in library.cast_ids()
    }


def _draw(name: str) -> _Drawn:
    return _Drawn(*maker.import_svg(*library.drawing(name)))


def _digest(name: str) -> str:
    svg, table = library.drawing(name)
    body = json.dumps([maker.IMPORTER, svg, table], sort_keys=True)
    return hashlib.sha256(body.encode()).hexdigest()


@transaction.atomic
def _keep(
    owner: User, name: str, old: Character | None, drawn: _Drawn | None, digest: str
) -> Character:
    fields = _fields(name)
    if drawn is not None:
        fields["portrait"] = _keep_portrait(owner, name, drawn, digest)
    if old is None:
        made = Character.objects.create(owner=owner, starter=True, **fields)
        approving.vouch(character=made)
        return made
    changed = [key for key, value in fields.items() if getattr(old, key) != value]
    if changed:
        for key in changed:
            setattr(old, key, fields[key])
        approving.vouch(character=old)
        old.save(update_fields=[*changed, "changed"])
    return old


def _keep_portrait(owner: User, name: str, drawn: _Drawn, digest: str) -> Portrait:
    for ref, data in drawn.blobs.items():
        blobs.put(data, ref.rpartition(".")[2])
    return Portrait.objects.create(
        owner=owner,
        source=Portrait.Source.CAST,
        ref=blobs.put(drawn.picture, "png"),
        thumb=blobs.put(thumbs.make(drawn.picture, drawn.rig.anchors), "webp"),
        recipe={"cast": name, "digest": digest},
        rig=drawn.rig.to_json(),
        rig_state=Portrait.RigState.FOUND,
    )


def _fields(name: str) -> dict[str, Any]:
    member = library.cast_member(name)
    return {
        "name": member["name"],
        "tagline": member["tagline"],
        "greeting": member["greeting"],
        "persona": member["persona"],
        "tags": member["tags"],
        "visibility": Character.Visibility.PUBLIC,
        "voice": member["voice"]["voice"],
        "voice_speed": member["voice"]["speed"],
        "motion": member["motion"],
        "background": member["background"],
        "card": {k: v for k, v in member.items() if k not in _SAID_ELSEWHERE},
    }
