"""A card file becomes a character that only its owner sees."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from socialapp.characters.cards import house, mapping, pictures, texts
from socialapp.characters.errors import CharacterError
from socialapp.characters.models import CardPicture, Character, CharacterCard
from socialapp.characters.services import create_character
from socialapp.lib import cards
from socialapp.lib.cards.card import EMBEDDED
from socialapp.lib.cards.lorebook import Lorebook
from socialapp.lib.cards.shapes import as_v3
from socialapp.lib.cards.verbatim import dump

if TYPE_CHECKING:
    from socialapp.accounts.models import User
    from socialapp.characters.cards.house import House
    from socialapp.characters.cards.mapping import Fields
    from socialapp.characters.cards.pictures import Pictures
    from socialapp.lib.cards import Card

SAME_AGAIN = timedelta(hours=1)
"""The same file within this time is the same request, sent twice."""

LONGEST = 600
"""Seconds after which an import that never ended no longer stands in the way."""

MOST_LINES = 40
"""Of each part of the report; the rest is counted."""


def read_card(data: bytes) -> Card:
    """CharacterError, about the field ``card``, for what is no card."""
    try:
        return cards.read(data)
    except cards.CardError as error:
        raise CharacterError(str(error), field="card") from None


def import_card(*, owner: User, data: bytes, painting: bool = False) -> Character:
    """A private character from a card file. CharacterError, and then nothing stays.

    The same file within an hour gives the same character, and one person's cards come
    in one by one. A portrait that is refused stays outside while the rest comes in.
    `painting` as in `add_portrait`.
    """
    digest = hashlib.sha256(data).hexdigest()
    earlier = _imported(owner, digest)
    # Sent again as a painting: the portrait was refused as a photograph before.
    if earlier and (earlier.portrait or not painting):
        return earlier
    # One at a time: reading a card is work for many seconds.
    lock = f"card:{owner.pk}"
    if not cache.add(lock, 1, timeout=LONGEST):
        raise CharacterError(
            "A card of yours is being imported right now. In a moment they are in your"
            " cast; then bring the next one.",
            field="card",
        )
    try:
        card = read_card(data)
        return _import(owner, card, digest, painting=painting)
    finally:
        cache.delete(lock)


def _imported(owner: User, digest: str) -> Character | None:
    found = Character.objects.alive().filter(
        owner=owner,
        card_file__sha256=digest,
        card_file__imported__gt=timezone.now() - SAME_AGAIN,
    )
    return found.full().order_by("-pk").first()


def _import(owner: User, card: Card, digest: str, *, painting: bool) -> Character:
    _check_room(owner)
    fields, ours = mapping.fields_of(card), house.read(card)
    if not fields.name:
        raise CharacterError(
            "The card's name cannot be shown here. Give the character another name in a"
            " card editor.",
            field="card",
        )
    judged = "\n".join([fields.name, fields.greeting, fields.persona])
    texts.check(card, person=owner, judged=judged)
    found = pictures.bring_in(card, owner=owner, house=ours, painting=painting)
    character = None
    try:
        character, odd = _create(owner, fields, ours, found)
        report = _report(card, fields, found, odd)
        kept = CharacterCard(
            character=character,
            text=dump(as_v3(_kept(card, found))),
            sha256=digest,
            read_as=card.read_as,
            taken=fields.to_json(),
            report=report,
            imported=timezone.now(),
        )
        _keep(kept, mapping.known_part(card), found)
    except BaseException:
        if character is not None:
            character.delete()
        pictures.drop(found)
        raise
    return character


def _check_room(owner: User) -> None:
    """Before anything is looked at; `create_character` asks again."""
    most: int = settings.CHARACTERS_PER_PERSON
    if owner.characters.filter(removed__isnull=True).count() >= most:
        raise CharacterError(
            f"You have {most} characters, and no more fit. Remove one to make room."
        )


def _create(
    owner: User, fields: Fields, ours: House, found: Pictures
) -> tuple[Character, list[str]]:
    """The character, and which of our own extras do not exist here."""
    extras = dict(ours.fields)
    odd: list[str] = []
    while True:
        try:
            character = create_character(
                owner=owner,
                name=fields.name,
                greeting=fields.greeting,
                persona=fields.persona,
                tags=list(fields.tags),
                portrait=found.portrait,
                **extras,
            )
        except CharacterError as error:
            if error.field not in extras:
                raise
            del extras[error.field]
            odd.append(f"Its {error.field} was not taken: {error}")
        else:
            return character, odd


def _kept(card: Card, found: Pictures) -> Card:
    """The card with addresses only of what is kept: remote ones, and expressions that
    became portraits."""
    if "assets" not in card.data:
        return replace(card, files={})
    assets = []
    seen: set[str] = set()
    for listed, asset in zip(card.data["assets"], card.assets, strict=False):
        if not asset.path:
            assets.append(listed)
        elif asset.kind == "icon" and asset.name == "main":
            assets.append({**listed, "uri": "ccdefault:"})
        elif asset.kind == "emotion" and asset.name in found.expressions.keys() - seen:
            place = f"{EMBEDDED}expressions/{len(seen)}"
            assets.append({**listed, "uri": place})
            seen.add(asset.name)
    return replace(card, data={**card.data, "assets": assets}, files={})


@transaction.atomic
def _keep(kept: CharacterCard, known: dict[str, Any], found: Pictures) -> None:
    kept.character.card = known
    kept.character.save(update_fields=["card", "changed"])
    kept.save(force_insert=True)
    CardPicture.objects.bulk_create(
        CardPicture(card=kept, portrait=portrait, name=name)
        for name, portrait in found.expressions.items()
    )


def _report(
    card: Card, fields: Fields, found: Pictures, odd: list[str]
) -> dict[str, list[str]]:
    book = Lorebook.of(card)
    taken = ["Name, first words, persona and tags.", *found.taken]
    greetings = len(card.texts("alternate_greetings"))
    openers = len(card.texts("group_only_greetings"))
    if greetings:
        taken.append(f"Other first words, to choose from in a chat: {greetings}.")
    if openers:
        taken.append(f"Greetings for groups, which open duets: {openers}.")
    if book.entries:
        taken.append(f"The lorebook; entries: {len(book.entries)}.")
    if card.text("mes_example"):
        taken.append("Example dialogue.")
    kept = [*fields.shortened, *book.unused]
    if unknown := [name for name in card.extensions if name != house.KEY]:
        names = ", ".join(name[:40] for name in unknown[:8])
        kept.append(f"Extensions of other programs, byte for byte: {names}.")
    if card.text("system_prompt") or card.text("post_history_instructions"):
        kept.append(
            "Its instructions to the model. They are heard as advice and never stand"
            " above the rules of the house."
        )
    if far := sum(asset.remote for asset in card.assets):
        kept.append(
            f"Addresses of pictures elsewhere: {far}. Nothing is fetched from them."
        )
    refused = [*found.refused, *odd, *_left_out(card)]
    parts = {"taken": taken, "kept": kept, "refused": refused, "notes": card.notes}
    return {n: _at_most(mapping.storable(lines)) for n, lines in parts.items()}


def _left_out(card: Card) -> list[str]:
    """Files that nothing here can use; what is not looked at is not kept."""
    used = {
        asset.path
        for asset in card.assets
        if asset.kind == "emotion" or (asset.kind == "icon" and asset.name == "main")
    }
    rest = sorted(path for path in card.files if path not in used)
    if not rest:
        return []
    names = ", ".join(path.rpartition("/")[2][:40] for path in rest[:5])
    more = f" and {len(rest) - 5} more" if len(rest) > 5 else ""
    return [f"Files that we cannot use are not kept: {names}{more}."]


def _at_most(lines: list[str]) -> list[str]:
    if len(lines) <= MOST_LINES:
        return lines
    return [*lines[:MOST_LINES], f"And {len(lines) - MOST_LINES} more of this kind."]
