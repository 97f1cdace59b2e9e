"""A character goes out as a card: to its owner, and to others if the owner allows it."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from django.db import transaction
from PIL import Image

from socialapp.characters.cards import house, mapping
from socialapp.characters.cards.pictures import shown_expressions
from socialapp.characters.errors import CharacterError
from socialapp.characters.models import CharacterCard, Portrait
from socialapp.characters.portraits import require_approved
from socialapp.characters.selectors import card_file_of, may_take_card
from socialapp.engines.errors import EngineError
from socialapp.lib import blobs, cards
from socialapp.lib.cards.card import DEFAULT, EMBEDDED, MAIN_ICON, Card
from socialapp.lib.cards.shapes import parse
from socialapp.lib.cards.verbatim import dump
from socialapp.lib.images import PictureError
from socialapp.provenance import credentials
from socialapp.provenance.credentials import Manifest, Parent, SourceType
from socialapp.provenance.services.signing import signing_identity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.contrib.auth.models import AnonymousUser

    from socialapp.accounts.models import User
    from socialapp.characters.models import Character

Kind = Literal["png", "charx", "json"]

ICON = "icon"
ALL_OF_IT = (
    "The card holds all of the definition: persona, lorebook, example dialogue and"
    " instructions, also what nobody else sees here. Whoever has the file can read it."
)

_MIMES: Mapping[str, str] = {
    "png": "image/png",
    "charx": "application/zip",
    "json": "application/json",
}
_PLAIN = re.compile(r"[^A-Za-z0-9]+")


class ConfirmError(CharacterError):
    """It holds what nobody else sees; say that it may leave."""

    def __init__(self) -> None:
        super().__init__(f"{ALL_OF_IT} Confirm that it may leave.", field="confirm")


class NotYoursError(CharacterError):
    def __init__(self) -> None:
        super().__init__(
            "Only its owner may take this card. They can allow it to others."
        )


@dataclass(frozen=True, slots=True)
class CardFile:
    name: str
    """Plain letters, for the download."""

    mime: str
    data: bytes


@transaction.atomic
def set_card_open(*, character: Character, open_card: bool) -> None:
    """Whether others who see the character may take its card."""
    CharacterCard.objects.update_or_create(
        character=character, defaults={"open": open_card}
    )


def export_card(
    *,
    character: Character,
    person: User | AnonymousUser,
    kind: Kind,
    confirmed: bool = False,
) -> CardFile:
    """The character as a file. ConfirmError first, when its owner did not say that all
    of it may leave; CharacterError when it may not or cannot.

    PNG carries portrait and words; CHARX and JSON the expressions too. Pictures are
    signed after everything else is in them.
    """
    if kind not in _MIMES:
        raise CharacterError("Choose png, charx or json.", field="format")
    if not may_take_card(character, person):
        raise NotYoursError
    if character.owner_id == person.pk and not confirmed:
        raise ConfirmError
    return CardFile(
        name=f"{_PLAIN.sub('-', character.name).strip('-').lower() or 'card'}.{kind}",
        mime=_MIMES[kind],
        data=_write(character, kind),
    )


def card_of(character: Character, *, picture: bytes | None = None) -> Card:
    """As it is now: what was imported, with what was changed since, and our own part.

    `picture`: the portrait as PNG, whose hash goes along.
    """
    kept = card_file_of(character)
    now = {
        "name": character.name,
        "greeting": character.greeting,
        "persona": character.persona,
        "tags": list(character.tags),
    }
    if kept is not None and kept.text:
        card = mapping.with_changes(parse(kept.text), kept.taken, now)
    else:
        card = _made_here(character, now)
    ours = house.write(
        character, picture=picture, open_card=kept is not None and kept.open
    )
    data = {
        **card.data,
        "modification_date": int(character.changed.timestamp()),
        "extensions": {**card.extensions, house.KEY: ours},
    }
    return replace(card, data=data)


def _made_here(character: Character, now: dict[str, Any]) -> Card:
    told = character.card
    data = {
        "name": now["name"],
        "description": now["persona"],
        "first_mes": now["greeting"],
        "tags": now["tags"],
        "mes_example": mapping.dialogue_text(told.get("example_dialogue", [])),
        "alternate_greetings": told.get("alternate_greetings", []),
        "group_only_greetings": told.get("group_only_greetings", []),
        "creator": f"@{character.owner.username}",
        "creation_date": int(character.created.timestamp()),
        "extensions": {},
    }
    if told.get("lorebook"):
        data["character_book"] = {
            "extensions": {},
            **told.get("lorebook_settings", {}),
            "entries": [{"extensions": {}, **entry} for entry in told["lorebook"]],
        }
    # By way of the reader, which fills in what every card has.
    return parse(dump({"spec": "chara_card_v3", "spec_version": "3.0", "data": data}))


def _write(character: Character, kind: Kind) -> bytes:
    portrait = character.portrait
    if portrait is None:
        if kind == "png":
            raise CharacterError(
                "This character has no portrait yet, so there is no PNG to put the card"
                " into. Give them one, or take JSON.",
                field="format",
            )
        card = _with_files(card_of(character), {})
        return _pack(card, kind)
    _check_shown(portrait)
    picture = _as_png(_stored(portrait))
    card = card_of(character, picture=picture)
    if kind == "png":
        whole = cards.write_png(_with_files(card, {}), picture, files=False)
        return _signed(whole, portrait, character.name, picture)
    icon = _signed(picture, portrait, character.name, picture)
    files = {EMBEDDED + ICON: icon, **_expressions(character)}
    return _pack(_with_files(card, files), kind)


def _pack(card: Card, kind: Kind) -> bytes:
    return cards.write_charx(card) if kind == "charx" else cards.write_json(card)


def _with_files(card: Card, files: dict[str, bytes]) -> Card:
    """With the assets whose file goes along, and those that lie elsewhere."""
    listed = list(card.data.get("assets") or [])
    if EMBEDDED + ICON in files:
        main = [a for a in listed if a["type"] == "icon" and a["name"] == "main"]
        plain = {"type": MAIN_ICON.kind, "name": MAIN_ICON.name, "ext": MAIN_ICON.ext}
        icon = {**plain, **(main[0] if main else {}), "ext": "png"}
        listed = [
            {**icon, "uri": EMBEDDED + ICON},
            *(a for a in listed if a not in main),
        ]
    kept = [a for a in listed if a["uri"] in files or not a["uri"].startswith(EMBEDDED)]
    kept = [
        {**a, "ext": "png"} if a["uri"] in files else a
        for a in kept
        if a["uri"] != DEFAULT or a["type"] == "icon"
    ]
    data = dict(card.data)
    if kept or "assets" in data:
        data["assets"] = kept
    paths = {uri.removeprefix(EMBEDDED): content for uri, content in files.items()}
    return replace(card, data=data, files=paths)


def _expressions(character: Character) -> dict[str, bytes]:
    """Address to signed picture of every expression that may be shown."""
    kept = card_file_of(character)
    if kept is None or not kept.text:
        return {}
    shown = shown_expressions(character)
    files = {}
    for asset in parse(kept.text).assets:
        if asset.kind == "emotion" and asset.path and asset.name in shown:
            portrait = shown[asset.name]
            picture = _as_png(_stored(portrait))
            files[asset.uri] = _signed(picture, portrait, asset.name, picture)
    return files


def _check_shown(portrait: Portrait) -> None:
    try:
        require_approved(portrait)
    except PictureError as error:
        raise CharacterError(str(error)) from None


def _stored(portrait: Portrait) -> bytes:
    try:
        return blobs.get(portrait.ref)
    except FileNotFoundError:
        raise CharacterError(
            "The file of the portrait is gone. Give them another one."
        ) from None


def _as_png(data: bytes) -> bytes:
    """We encoded it ourselves, so it is safe to open; a PNG stays byte for byte."""
    if data.startswith(b"\x89PNG"):
        return data
    out = io.BytesIO()
    with Image.open(io.BytesIO(data)) as picture:
        picture.save(out, "PNG")
    return out.getvalue()


def _signed(data: bytes, portrait: Portrait, title: str, original: bytes) -> bytes:
    """With the record over all of it. What we drew says so; an upload is named as the
    file that this one was made from, since nobody here knows how it came about."""
    try:
        identity = signing_identity()
        if identity is None:
            return data
        drawn = portrait.source != Portrait.Source.UPLOAD
        manifest = Manifest(
            title=title,
            source=SourceType.DRAWN if drawn else SourceType.MIXED,
            parent=None if drawn else Parent(original, "image/png", "The portrait"),
        )
        return credentials.sign(data, "image/png", manifest, identity)
    except EngineError as error:
        raise CharacterError(
            "The file could not be signed, and nothing leaves unsigned. Try again later,"
            " or take JSON of a character without a portrait."
        ) from error
