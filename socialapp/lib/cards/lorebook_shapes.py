"""A lorebook as it is found, brought into the shape of V3; unknown parts verbatim."""

from __future__ import annotations

from typing import Any

from socialapp.lib.cards.decorators import split
from socialapp.lib.cards.errors import CardError
from socialapp.lib.cards.verbatim import Verbatim, elements, is_object, load, members

MAX_ENTRIES = 2000

_BOOK_TEXTS = ("name", "description")
_BOOK_NUMBERS = ("scan_depth", "token_budget")
_ENTRY_TEXTS = ("content", "name", "comment", "position")
_ENTRY_FLAGS = ("enabled", "use_regex", "case_sensitive", "constant", "selective")
_ENTRY_NUMBERS = ("insertion_order", "priority")
_ENTRY_KEYS = ("keys", "secondary_keys")


def parse(raw: str, notes: list[str]) -> dict[str, Any]:
    """CardError when it cannot be one."""
    if not is_object(raw):
        raise CardError(
            "The card's lorebook (character_book) is no object. Open the card in a card"
            " editor and save it again, or remove the lorebook."
        )
    book: dict[str, Any] = {}
    for name, text in members(raw).items():
        value = load(text) if name in (*_BOOK_TEXTS, *_BOOK_NUMBERS) else None
        if name == "entries":
            book[name] = _entries(text, notes)
        elif name == "extensions":
            book[name] = extensions(text)
        elif name == "recursive_scanning":
            if isinstance(flag := load(text), bool):
                book[name] = flag
        elif name in _BOOK_TEXTS:
            if isinstance(value, str):
                book[name] = value
        elif name in _BOOK_NUMBERS:
            if (number := _number(value)) is not None:
                book[name] = number
        else:
            book[name] = Verbatim(text)
    book.setdefault("extensions", {})
    book.setdefault("entries", [])
    return book


def extensions(raw: str) -> dict[str, Verbatim]:
    """Each member as it was; whatever is no object is none."""
    if not is_object(raw):
        return {}
    return {name: Verbatim(text) for name, text in members(raw).items()}


def as_v2(book: dict[str, Any]) -> dict[str, Any]:
    """Without decorators, which readers of V2 would put into their prompts, and
    without what V2's own schema refuses."""
    return {**book, "entries": [_entry_as_v2(entry) for entry in book["entries"]]}


def _entry_as_v2(entry: dict[str, Any]) -> dict[str, Any]:
    plain = {**entry, "content": split(entry["content"])[1]}
    if type(plain["id"].value if "id" in plain else 0) not in (int, float):
        del plain["id"]
    if plain.get("position", "before_char") not in {"before_char", "after_char"}:
        del plain["position"]
    return plain


def _entries(raw: str, notes: list[str]) -> list[dict[str, Any]]:
    if is_object(raw):
        # World files of one program number their entries by name.
        texts = list(members(raw).values())
    elif raw.startswith("["):
        texts = list(elements(raw))
    elif raw == "null":
        texts = []
    else:
        raise CardError(
            "The card's lorebook has no list of entries. Open the card in a card editor"
            " and save it again."
        )
    if len(texts) > MAX_ENTRIES:
        raise CardError(
            f"The card's lorebook has {len(texts)} entries, and we take {MAX_ENTRIES}."
            " Split it."
        )
    return [_entry(number, text, notes) for number, text in enumerate(texts, 1)]


def _entry(number: int, raw: str, notes: list[str]) -> dict[str, Any]:
    if not is_object(raw):
        raise CardError(
            f"Entry {number} of the card's lorebook is no object. Open the card in a"
            " card editor and save it again."
        )
    entry: dict[str, Any] = {}
    odd: list[str] = []
    for name, text in members(raw).items():
        if name == "extensions":
            entry[name] = extensions(text)
            continue
        if name == "id":
            # Numbers and texts both occur in the specification: kept as it is.
            entry[name] = Verbatim(text)
            continue
        value = load(text)
        if name in _ENTRY_KEYS:
            entry[name] = _keys(value)
        elif name in _ENTRY_TEXTS:
            if isinstance(value, str):
                entry[name] = value
            elif value is not None:
                odd.append(name)
        elif name in _ENTRY_FLAGS:
            if isinstance(value, bool | int):
                entry[name] = bool(value)
            elif value is not None:
                odd.append(name)
        elif name in _ENTRY_NUMBERS:
            if (found := _number(value)) is not None:
                entry[name] = found
            elif value is not None:
                odd.append(name)
        else:
            entry[name] = Verbatim(text)
    if odd:
        notes.append(
            f"Entry {number} of the lorebook: {', '.join(odd)} was odd and left out."
        )
    for name, default in (
        ("keys", []),
        ("content", ""),
        ("extensions", {}),
        ("enabled", True),
        ("insertion_order", 100),
        ("use_regex", False),
    ):
        entry.setdefault(name, default)
    return entry


def _keys(value: Any) -> list[str]:
    """A list, or one text with commas: both occur."""
    if isinstance(value, str):
        value = value.split(",")
    if not isinstance(value, list):
        return []
    plain = (key for key in value if isinstance(key, str | int | float))
    return [text for key in plain if (text := str(key).strip())]


def _number(value: Any) -> float | None:
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return None
    # Written so that NaN and infinity fail.
    if type(value) not in (int, float) or not abs(value) < 1e9:
        return None
    number: float = value
    return number
