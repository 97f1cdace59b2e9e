"""A card's members as a character's fields, and back."""

from __future__ import annotations

import random
import re
import unicodedata
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from socialapp.characters.services import MAX_TAGS
from socialapp.lib.cards.decorators import split
from socialapp.lib.cards.macros import Macros
from socialapp.lib.text import TextError, clean_line, clean_text

if TYPE_CHECKING:
    from socialapp.lib.cards import Card

NAME, TAGLINE, GREETING, PERSONA = 50, 80, 500, 4000
"""Most characters, as in the model."""

LISTENER = "you"
"""Who ``{{user}}`` is where nobody in particular is spoken to."""

_STAGE = re.compile(r"\*[^*\n]{1,1000}\*")
_MARKS = re.compile(r"[*_`#>]+")
_NO_TAG = re.compile(r"[^\w-]+")
_TURN = re.compile(r"\{\{(user|char)\}\}\s*:\s*", re.IGNORECASE)
_BOOK = ("scan_depth", "token_budget", "recursive_scanning")
_ENTRY = (
    "keys",
    "secondary_keys",
    "selective",
    "constant",
    "content",
    "enabled",
    "insertion_order",
    "priority",
    "use_regex",
    "case_sensitive",
    "position",
    "name",
    "comment",
)


@dataclass(frozen=True, slots=True)
class Fields:
    """What a card becomes in `create_character`."""

    name: str
    greeting: str
    persona: str
    tags: tuple[str, ...]
    shortened: tuple[str, ...] = ()
    """Sentences about what had to be cut; the card keeps it in full."""

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "greeting": self.greeting,
            "persona": self.persona,
            "tags": list(self.tags),
        }


def fields_of(card: Card) -> Fields:
    told: list[str] = []
    macros = _macros(card)
    name = _cut(_line(card.name), NAME, "name", told)
    greeting = _spoken(macros.expand(card.text("first_mes")))
    persona = macros.expand(_persona(card))
    return Fields(
        name=name,
        greeting=_cut(_words(greeting), GREETING, "greeting", told),
        persona=_cut(_words(persona), PERSONA, "persona", told),
        tags=_tags(card.texts("tags"), told),
        shortened=tuple(told),
    )


def known_part(card: Card) -> dict[str, Any]:
    """What ``Character.card`` holds of it, in the words of a cast file: whoever speaks
    as a character finds imported and starter ones alike.

    What is spoken has no stage directions, macros are replaced, and decorators stand
    apart from the entry they belong to. The card itself is kept as it came.
    """
    book = card.data.get("character_book") or {}
    macros = _macros(card)
    known: dict[str, Any] = storable(
        {
            "alternate_greetings": _said(card.texts("alternate_greetings"), macros),
            "group_only_greetings": _said(card.texts("group_only_greetings"), macros),
            "example_dialogue": dialogue_of(card.text("mes_example"), macros),
            "lorebook": [_entry(entry, macros) for entry in card.entries],
            "lorebook_settings": {name: book[name] for name in _BOOK if name in book},
            "system_prompt": macros.expand(card.text("system_prompt")),
            "post_history_instructions": macros.expand(
                card.text("post_history_instructions")
            ),
            "nickname": card.text("nickname"),
        }
    )
    return known


def _macros(card: Card) -> Macros:
    # The same card says the same, so that chance is fixed.
    fixed = random.Random(card.name)  # noqa: S311  no secret
    return Macros(char=card.called, user=LISTENER, seed=card.name, chance=fixed)


def _said(lines: list[str], macros: Macros) -> list[str]:
    return [said for line in lines if (said := _spoken(macros.expand(line)))]


def _entry(entry: dict[str, Any], macros: Macros) -> dict[str, Any]:
    lines, content = split(entry["content"])
    found = {name: entry[name] for name in _ENTRY if name in entry}
    found["content"] = macros.expand(content)
    if lines:
        found["decorators"] = lines
    return found


def storable(value: Any) -> Any:
    """Without NUL and halves of surrogate pairs, which databases do not keep."""
    if isinstance(value, str):
        return value.replace("\0", "").encode("utf-8", "replace").decode()
    if isinstance(value, list | tuple):
        return [storable(one) for one in value]
    if isinstance(value, dict):
        return {storable(name): storable(one) for name, one in value.items()}
    return value


def dialogue_of(text: str, macros: Macros) -> list[dict[str, str]]:
    """Pairs of what is said and what the character answers, from ``mes_example``."""
    pairs = []
    for example in re.split(r"<START>", text, flags=re.IGNORECASE):
        said = ""
        turns = _TURN.split(example)
        for who, words in zip(turns[1::2], turns[2::2], strict=True):
            plain = _spoken(macros.expand(words))
            if who.lower() == "user":
                said = plain
            elif plain:
                pairs.append({"kind": "", "user": said, "character": plain})
                said = ""
    return pairs


def dialogue_text(pairs: list[dict[str, Any]]) -> str:
    """As ``mes_example``: the way back of `dialogue_of`."""
    return "\n".join(
        "<START>\n"
        + (f"{{{{user}}}}: {pair['user']}\n" if pair.get("user") else "")
        + f"{{{{char}}}}: {pair['character']}"
        for pair in pairs
        if pair.get("character")
    )


def with_changes(card: Card, taken: dict[str, Any], now: dict[str, Any]) -> Card:
    """The card with those fields that were changed here since it was imported."""
    data = dict(card.data)
    if now["name"] != taken.get("name"):
        data["name"] = now["name"]
    if now["greeting"] != taken.get("greeting"):
        data["first_mes"] = now["greeting"]
    if now["persona"] != taken.get("persona"):
        # The persona was made of all three, so it takes the place of all three.
        data |= {"description": now["persona"], "personality": "", "scenario": ""}
    if now["tags"] != taken.get("tags"):
        data["tags"] = now["tags"]
    return replace(card, data=data)


def _persona(card: Card) -> str:
    parts = [card.text("description").strip()]
    for heading in ("personality", "scenario"):
        if words := card.text(heading).strip():
            parts.append(f"{heading.capitalize()}: {words}" if parts[0] else words)
    return "\n\n".join(part for part in parts if part)


def _spoken(text: str) -> str:
    """Without stage directions, unless nothing else is said."""
    said = _STAGE.sub(" ", text)
    if not any(char.isalnum() for char in said):
        said = text
    return _MARKS.sub("", said).strip().strip('"“”').strip()


def _line(text: str) -> str:
    return _shown(text, clean_line)


def _words(text: str) -> str:
    return _shown(text, clean_text)


def _shown(text: str, clean: Any) -> str:
    """Without characters that cannot be shown: a card cannot be typed again."""
    plain = "".join(
        char
        for char in unicodedata.normalize("NFC", text)
        if char in "\n\t\u200c\u200d" or unicodedata.category(char)[0] != "C"
    )
    try:
        cleaned: str = clean(plain, max_length=len(plain) + 1, empty=True)
    except TextError:
        return ""
    return cleaned


def _cut(text: str, most: int, what: str, told: list[str]) -> str:
    if len(text) <= most:
        return text
    told.append(
        f"Its {what} has {len(text)} characters and {most} fit; the rest is kept with"
        " the card."
    )
    head = text[:most]
    # At the end of a sentence, or of a word, if one is near.
    for mark in (". ", "! ", "? ", "\n", " "):
        at = head.rfind(mark)
        if at > most * 2 // 3:
            return head[: at + 1].strip()
    return head.strip()


def _tags(found: list[str], told: list[str]) -> tuple[str, ...]:
    words = (_NO_TAG.sub("-", tag.strip().lower()).strip("-_")[:30] for tag in found)
    usable = [word for word in dict.fromkeys(words) if word]
    if len(usable) > MAX_TAGS:
        told.append(
            f"It has {len(usable)} tags and {MAX_TAGS} fit; the rest is kept with the"
            " card."
        )
    return tuple(usable[:MAX_TAGS])
