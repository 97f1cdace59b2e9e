"""What a character says and sounds like, as something that is approved by its hash."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moderation.approvals.facets import Facet, words_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from socialapp.characters.models import Character

KIND = "character"
WORDS = ("name", "tagline", "greeting", "persona", "tags")
VOICE = ("voice", "voice_speed", "voice_pitch")

FIELDS = {"persona": WORDS, "voice": VOICE}
"""By facet, the columns that it binds."""


def about(character: Character) -> str:
    """Who speaks, for judging what they say."""
    return "\n".join(words_of(getattr(character, name)) for name in WORDS)


def columns(character: Character, facet: str) -> dict[str, Any]:
    return {name: getattr(character, name) for name in FIELDS[facet]}


def facet_of(
    name: str, says: Mapping[str, Any], *, before: Mapping[str, Any] | None = None
) -> Facet:
    """``persona`` or ``voice``. `before`: what was approved; words that are the same are
    not judged again. A voice is one of the catalogue, so nothing in it is judged."""
    bound = {field: says[field] for field in FIELDS[name]}
    if name == "voice":
        return Facet(name, bound)
    new = [
        field
        for field, value in bound.items()
        if words_of(value)
        and (before is None or words_of(before[field]) != words_of(value))
    ]
    return Facet(name, bound, tuple(new))


def facets_of(character: Character) -> list[Facet]:
    """As the row is now, all of it to be judged."""
    return [facet_of(name, columns(character, name)) for name in FIELDS]
