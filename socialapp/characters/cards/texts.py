"""Every text of a card is judged before it is kept, whoever will ever read it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings

from moderation.screening.judge import ScreeningUnavailableError
from moderation.screening.refusals import TextRefusedError, check_text
from socialapp.characters.cards.mapping import storable
from socialapp.characters.errors import CharacterError
from socialapp.lib.cards.verbatim import Verbatim

if TYPE_CHECKING:
    from collections.abc import Iterator

    from socialapp.accounts.models import User
    from socialapp.lib.cards import Card

PIECE = 4000
"""Characters that are judged together: as many as a persona has."""

SURFACE = "persona"

_TEXTS = {
    "description": "description",
    "personality": "personality",
    "scenario": "scenario",
    "first_mes": "first words",
    "mes_example": "example dialogue",
    "system_prompt": "system prompt",
    "post_history_instructions": "instructions after the history",
    "creator_notes": "notes of its creator",
    "nickname": "nickname",
    "creator": "creator",
    "character_version": "version",
}
_LISTS = {
    "alternate_greetings": "greeting",
    "group_only_greetings": "greeting for groups",
    "tags": "tag",
    "source": "source",
}


@dataclass(frozen=True, slots=True)
class Said:
    where: str
    """In words, for a refusal: ``lorebook entry 3 (“tea”)``."""

    text: str


def check(card: Card, *, person: User, judged: str = "") -> None:
    """CharacterError for the first text that may not stay, with where it stands.

    `judged`: what is judged elsewhere already, such as the persona.
    """
    said = [one for one in texts_of(card) if one.text not in judged]
    length = sum(len(one.text) for one in said)
    most: int = settings.CARD_CHARACTERS
    if length > most:
        raise CharacterError(
            f"The card has {length} characters of text, and {most} are the most that we"
            " can check. Take out lorebook entries that are not needed and try again.",
            field="card",
        )
    for group in _groups(said):
        _check_group(group, person)


def texts_of(card: Card) -> Iterator[Said]:
    """Every text in it, those in unknown parts included."""
    for name, where in _TEXTS.items():
        yield Said(where, card.text(name))
    for name, where in _LISTS.items():
        for number, text in enumerate(card.texts(name), 1):
            yield Said(f"{where} {number}", text)
    for code, text in card.data.get("creator_notes_multilingual", {}).items():
        yield Said(f"notes of its creator ({code[:20]})", text)
    book = card.data.get("character_book") or {}
    for name in ("name", "description"):
        yield Said(f"lorebook's {name}", str(book.get(name, "")))
    for number, entry in enumerate(card.entries, 1):
        label = entry.get("name") or entry.get("comment") or "".join(entry["keys"][:1])
        where = f"lorebook entry {number} (“{label[:40]}”)"
        keys = [*entry["keys"], *entry.get("secondary_keys", [])]
        yield Said(where, ", ".join(keys))
        for name in ("content", "name", "comment"):
            yield Said(where, entry.get(name, ""))
        yield from _unknown(where, entry)
    yield from _unknown("lorebook", book)
    yield from _unknown("", card.data)
    yield from _unknown("", card.beside)
    for number, asset in enumerate(card.assets, 1):
        yield Said(f"asset {number}", asset.name)


def _unknown(where: str, part: Any) -> Iterator[Said]:
    """Texts of members that nobody here understands, and of extensions."""
    for name, value in part.items():
        found = value if name == "extensions" else {name: value}
        for inner, raw in found.items():
            if not isinstance(raw, Verbatim):
                continue
            if inner == "id":
                continue
            plain = storable(inner)
            label = f"{where}: {plain[:40]}" if where else f"part “{plain[:40]}”"
            yield Said(label, plain)
            for text in _strings(raw.value):
                yield Said(label, storable(text))


def _strings(value: Any) -> Iterator[str]:
    """Every text in a parsed value, names of members included."""
    left = [value]
    while left:
        one = left.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, list):
            left += one
        elif isinstance(one, dict):
            left += [*one, *one.values()]


def _groups(said: list[Said]) -> Iterator[list[Said]]:
    """Pieces that fit into one look; what is longer is cut at white space."""
    group: list[Said] = []
    size = 0
    for one in said:
        for text in _cut(storable(one.text)):
            if group and size + len(text) > PIECE:
                yield group
                group, size = [], 0
            group.append(Said(storable(one.where), text))
            size += len(text) + 2
    if group:
        yield group


def _cut(text: str) -> Iterator[str]:
    rest = text.strip()
    while len(rest) > PIECE:
        at = rest.rfind(" ", PIECE // 2, PIECE)
        at = at if at > 0 else PIECE
        yield rest[:at]
        rest = rest[at:].lstrip()
    if rest:
        yield rest


def _check_group(group: list[Said], person: User) -> None:
    whole = "\n\n".join(one.text for one in group)
    try:
        check_text(whole, surface=SURFACE, person=person, field="card")
    except TextRefusedError as error:
        where = _place(group, error)
        raise CharacterError(
            f"In the card’s {where}: {error.message}" if where else error.message,
            field="card",
        ) from _told(error, where)
    except ScreeningUnavailableError as error:
        raise CharacterError(error.message, field="card") from error


def _place(group: list[Said], error: TextRefusedError) -> str:
    """Where the words stand that were refused; empty when it is about the whole."""
    starts = [f.start for f in error.verdict.deciding if f.start is not None]
    if error.crisis or not starts:
        return ""
    at = 0
    for one in group:
        if starts[0] < at + len(one.text) + 2:
            return one.where
        at += len(one.text) + 2
    return ""


def _told(error: TextRefusedError, where: str) -> TextRefusedError:
    """For programs: marks count from the beginning of a text that they never saw."""
    if where:
        error.message = f"In the card’s {where}: {error.message}"
        error.details["message"] = error.message
    for mark in error.details["marks"]:
        mark["start"] = mark["end"] = None
    return error
