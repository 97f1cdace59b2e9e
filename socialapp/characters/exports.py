"""Characters and portraits of a person, for their own archive."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.forms.models import model_to_dict

from socialapp.accounts.exports import as_json, stored
from socialapp.characters.selectors import card_file_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from socialapp.accounts.exports import File
    from socialapp.accounts.models import User
    from socialapp.characters.models import Character


def characters(user: User) -> Iterator[File]:
    """Removed ones too: their row is still here. Portraits lie in ``portraits/``."""
    mine = user.characters.order_by("pk")
    yield as_json(
        "characters.json",
        [
            {
                "key": character.key,
                **model_to_dict(character, exclude=["id", "owner", "portrait"]),
                "portrait": character.portrait.key if character.portrait else None,
                "card_file": _card(character),
                "created": character.created,
                "changed": character.changed,
                "removed": character.removed,
            }
            for character in mine.select_related("portrait")
        ],
    )
    portraits = user.portraits.order_by("pk")
    yield as_json(
        "portraits.json",
        [
            {
                "key": portrait.key,
                **model_to_dict(portrait, exclude=["id", "owner", "ref", "thumb"]),
                "file": _name(portrait.key, portrait.ref),
                "created": portrait.created,
            }
            for portrait in portraits
        ],
    )
    for portrait in portraits:
        yield from stored(_name(portrait.key, portrait.ref), portrait.ref, owner=user)


def _card(character: Character) -> dict[str, Any] | None:
    kept = card_file_of(character)
    if kept is None:
        return None
    return {
        **model_to_dict(kept, exclude=["character"]),
        "imported": kept.imported,
        "expressions": {
            one.name: one.portrait.key
            for one in kept.pictures.select_related("portrait").order_by("pk")
        },
    }


def _name(key: str, ref: str) -> str:
    return f"portraits/{key}.{ref.rpartition('.')[2]}"
