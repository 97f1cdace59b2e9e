"""What a card would become, told before anything is kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from socialapp.characters.cards import mapping
from socialapp.characters.cards.importing import read_card
from socialapp.lib.cards.lorebook import Lorebook


@dataclass(frozen=True, slots=True)
class Contents:
    """Counts of what a card says beyond a character's fields."""

    greetings: int
    """Other first words."""

    openers: int
    """Greetings for groups, which open duets."""

    examples: int
    """Pairs of example dialogue."""

    entries: int
    """Of the lorebook."""


@dataclass(frozen=True, slots=True)
class Look:
    read_as: str
    name: str
    greeting: str
    persona: str
    tags: tuple[str, ...]
    expressions: int
    contents: Contents
    kept: tuple[str, ...]
    """What would be kept and not used, in sentences."""

    notes: tuple[str, ...]
    """What is odd about the file."""


def look_at_card(data: bytes) -> Look:
    """Nothing is stored, and nothing is judged yet. CharacterError."""
    card = read_card(data)
    fields = mapping.fields_of(card)
    return Look(
        read_as=card.read_as,
        name=fields.name,
        greeting=fields.greeting,
        persona=fields.persona,
        tags=fields.tags,
        expressions=sum(
            asset.kind == "emotion" and asset.path in card.files
            for asset in card.assets
        ),
        contents=contents_of(mapping.known_part(card)),
        kept=(*fields.shortened, *Lorebook.of(card).unused),
        notes=card.notes,
    )


def contents_of(known: dict[str, Any]) -> Contents:
    """Of ``Character.card``, whether it came with a file or from the cast."""
    return Contents(
        greetings=len(known.get("alternate_greetings", [])),
        openers=len(known.get("group_only_greetings", [])),
        examples=len(known.get("example_dialogue", [])),
        entries=len(known.get("lorebook", [])),
    )
