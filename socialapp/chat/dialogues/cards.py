"""Cards of characters, from the cast files or from what people wrote.

Whatever is not of its kind is left out and whatever is too long is cut: a card that
somebody made by hand must not stop a conversation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from socialapp.engines.talk import GESTURES, Card, Example, Lore, Reaction
from socialapp.performance.timeline import MOODS

if TYPE_CHECKING:
    from collections.abc import Mapping

NAME, TAGLINE, LINE, PERSONA, LORE = 50, 80, 500, 4000, 1200
"""Most characters of a field; of the columns of a character, where it has one."""

EXAMPLES, ENTRIES, LINES, KEYS = 200, 200, 60, 20
"""Most items of a list."""


def card_of(data: Mapping[str, Any]) -> Card:
    """`data`: shaped like a file of ``socialapp/content/cast``. ValueError without a name.

    Columns of a character go in by their own names: ``{"name": ..., **card}``.
    """
    name = _text(data.get("name"), NAME)
    if not name:
        raise ValueError("A card needs a name. Give the character one.")
    return Card(
        name=name,
        id=_text(data.get("id"), NAME),
        pronouns=_text(data.get("pronouns"), NAME),
        tagline=_text(data.get("tagline"), TAGLINE),
        persona=_text(data.get("persona"), PERSONA),
        scenario=_text(data.get("scenario"), LORE),
        greeting=_text(data.get("greeting"), LINE),
        alternate_greetings=_lines(data.get("alternate_greetings")),
        group_greetings=_lines(data.get("group_only_greetings")),
        examples=_examples(data.get("example_dialogue")),
        lore=_lore(data.get("lorebook")),
        fallbacks=_lines(data.get("fallbacks")),
        reactions=_reactions(data.get("reactions")),
    )


def _text(value: object, limit: int) -> str:
    return value.strip()[:limit].rstrip() if isinstance(value, str) else ""


def _maps(value: object, limit: int) -> list[dict[str, Any]]:
    items = value if isinstance(value, list | tuple) else []
    return [item for item in items[:limit] if isinstance(item, dict)]


def _lines(value: object) -> tuple[str, ...]:
    items = value if isinstance(value, list | tuple) else []
    return tuple(text for item in items[:LINES] if (text := _text(item, LINE)))


def _examples(value: object) -> tuple[Example, ...]:
    found = []
    for item in _maps(value, EXAMPLES):
        user, said = _text(item.get("user"), LINE), _text(item.get("character"), LINE)
        if user and said:
            kind = _text(item.get("kind"), NAME)
            aside = item.get("out_of_character") is True
            found.append(Example(user, said, kind, aside))
    return tuple(found)


def _lore(value: object) -> tuple[Lore, ...]:
    found = []
    for item in _maps(value, ENTRIES):
        content = _text(item.get("content"), LORE)
        raw = item.get("keys")
        keys = tuple(
            text
            for key in (raw if isinstance(raw, list | tuple) else [])[:KEYS]
            if (text := _text(key, NAME))
        )
        # A key that is a pattern is kept in the file and called up by nobody.
        off = item.get("enabled") is False or item.get("use_regex") is True
        if content and not off:
            order = item.get("insertion_order")
            found.append(
                Lore(
                    keys,
                    content,
                    order if isinstance(order, int) else 0,
                    item.get("constant") is True,
                )
            )
    return tuple(sorted(found, key=lambda lore: lore.order))


def _reactions(value: object) -> tuple[Reaction, ...]:
    found = []
    for item in _maps(value, LINES):
        if text := _text(item.get("text"), LINE):
            mood, gesture = item.get("mood"), item.get("gesture")
            found.append(
                Reaction(
                    text,
                    mood if mood in MOODS else "calm",
                    gesture if gesture in GESTURES else "none",
                )
            )
    return tuple(found)
