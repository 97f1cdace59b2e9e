"""Characters and portraits of a person, for their own archive."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.forms.models import model_to_dict

from socialapp.accounts.exports import as_json, stored

if TYPE_CHECKING:
    from collections.abc import Iterator

    from socialapp.accounts.exports import File
    from socialapp.accounts.models import User


def characters(user: User) -> Iterator[File]:
    """Removed ones too: their row is still here. Portraits lie in ``portraits/``."""
    yield as_json(
        "characters.json",
        [
            {
                "key": character.key,
                **model_to_dict(character, exclude=["id", "owner", "portrait"]),
                "portrait": character.portrait.key if character.portrait else None,
                "created": character.created,
                "changed": character.changed,
                "removed": character.removed,
            }
            for character in user.characters.select_related("portrait")
        ],
    )
    portraits = user.portraits.all()
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


def _name(key: str, ref: str) -> str:
    return f"portraits/{key}.{ref.rpartition('.')[2]}"
