"""From what is found in the wild to one shape, and back to V2 and V3."""

from __future__ import annotations

from typing import Any, Literal

from socialapp.lib.cards import lorebook_shapes
from socialapp.lib.cards.card import DATES, LISTS, V1_TEXTS, V2_TEXTS, V3_ONLY, Card
from socialapp.lib.cards.errors import CardError
from socialapp.lib.cards.verbatim import Verbatim, elements, is_object, load, members

NOTE = "[A V2 copy of a V3 card: its pictures and group greetings are in the V3 part.]"
"""Written into V2's ``creator_notes``, as V3 asks for, and taken out again."""

NEWEST = 3.0
MAX_LIST = 500
"""Greetings, tags or sources: more is no card."""

_TEXTS = (*V1_TEXTS, *V2_TEXTS)
_OLD_NAMES = {
    "char_name": "name",
    "char_persona": "description",
    "world_scenario": "scenario",
    "char_greeting": "first_mes",
    "example_dialogue": "mes_example",
}
"""Of the first editors, before V1 was written down."""

_SPECS: dict[str, Literal["v2", "v3"]] = {
    "chara_card_v2": "v2",
    "chara_card_v3": "v3",
}


def parse(text: str) -> Card:
    """The card in a JSON text that `verbatim.decode` let through. CardError."""
    if not is_object(text):
        raise CardError(
            "This JSON is no card: a card is an object. Choose another file."
        )
    outer = members(text)
    spec = load(outer["spec"]) if "spec" in outer else None
    notes: list[str] = []
    read_as: Literal["v1", "v2", "v3"] = "v1"
    if isinstance(spec, str) and spec in _SPECS:
        read_as = _SPECS[spec]
        if not is_object(outer.get("data", "")):
            raise CardError(
                "The card says that it is a character card and has no data in it. Save"
                " it again with the program that made it."
            )
        inner = members(outer["data"])
        # V1's members beside V2's are copies for old readers.
        skip = {"spec", "spec_version", "data", *V1_TEXTS}
        beside = {k: Verbatim(v) for k, v in outer.items() if k not in skip}
        _check_version(outer.get("spec_version"), notes)
    elif spec == "lorebook_v3":
        raise CardError(
            "This is a lorebook without a character. Put it into a card with a card"
            " editor, then choose the card."
        )
    else:
        inner = {_OLD_NAMES.get(k, k): v for k, v in outer.items()}
        if not inner.get("name", "").startswith('"'):
            raise CardError(
                "This is no character card: it has neither a spec nor a name. Choose"
                " another file."
            )
        beside = {k: Verbatim(v) for k, v in inner.items() if k not in V1_TEXTS}
        inner = {k: v for k, v in inner.items() if k in V1_TEXTS}
    data = _data(inner, notes)
    if not data["name"].strip():
        raise CardError(
            "The card's character has no name. Give it one in a card editor."
        )
    return Card(data, read_as, beside, tuple(notes))


def as_v3(card: Card) -> dict[str, Any]:
    return {
        **card.beside,
        "spec": "chara_card_v3",
        "spec_version": "3.0",
        "data": dict(card.data),
    }


def as_v2(card: Card) -> dict[str, Any]:
    """V2, with V1's members beside ``data`` for readers that know nothing else."""
    data = {k: v for k, v in card.data.items() if k not in V3_ONLY}
    if any(card.data.get(name) for name in V3_ONLY if name not in DATES):
        data["creator_notes"] = f"{data['creator_notes']}\n\n{NOTE}".strip()
    if "character_book" in data:
        data["character_book"] = lorebook_shapes.as_v2(data["character_book"])
    flat = {name: data[name] for name in V1_TEXTS}
    return {
        **card.beside,
        **flat,
        "spec": "chara_card_v2",
        "spec_version": "2.0",
        "data": data,
    }


def _check_version(found: str | None, notes: list[str]) -> None:
    try:
        version = float(load(found or "null"))
    except (TypeError, ValueError):
        notes.append("Its version is no number; it was read as a card of today.")
        return
    if version > NEWEST:
        notes.append(
            f"It was written for version {version:g} of the format, and we know"
            f" {NEWEST:g}. What is new in it is kept, and not used."
        )


def _data(inner: dict[str, str], notes: list[str]) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for name, raw in inner.items():
        if name in _TEXTS or name == "nickname":
            data[name] = _text(name, load(raw), notes)
        elif name in LISTS:
            data[name] = _list(name, load(raw), notes)
        elif name in DATES:
            if (date := load(raw)) is not None and _is_number(date, name, notes):
                data[name] = date
        elif name == "creator_notes_multilingual":
            data[name] = _languages(load(raw), notes)
        elif name == "assets":
            data[name] = _assets(raw, notes)
        elif name == "character_book":
            # Some editors write null where there is no lorebook.
            if raw != "null":
                data[name] = lorebook_shapes.parse(raw, notes)
        elif name == "extensions":
            data[name] = lorebook_shapes.extensions(raw)
        else:
            data[name] = Verbatim(raw)
    for name in _TEXTS:
        data.setdefault(name, "")
    for name in ("alternate_greetings", "group_only_greetings", "tags"):
        data.setdefault(name, [])
    data.setdefault("extensions", {})
    data["creator_notes"] = data["creator_notes"].removesuffix(NOTE).rstrip("\n")
    return data


def _text(name: str, value: Any, notes: list[str]) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    notes.append(f"{name} was no text, so it was left out.")
    return ""


def _list(name: str, value: Any, notes: list[str]) -> list[str]:
    if value is None:
        return []
    if isinstance(value, str):
        value = value.split(",") if name == "tags" else [value]
        value = [part.strip() for part in value if part.strip()]
    if not isinstance(value, list):
        notes.append(f"{name} was no list, so it was left out.")
        return []
    texts = [one for one in value if isinstance(one, str)]
    if len(texts) < len(value):
        notes.append(f"{name} held something that is no text; that was left out.")
    if len(texts) > MAX_LIST:
        raise CardError(
            f"The card has {len(texts)} {name}, and we take {MAX_LIST}. Remove some."
        )
    return texts


def _is_number(value: Any, name: str, notes: list[str]) -> bool:
    # Written so that infinity, which 1e999 becomes, fails too.
    good = type(value) in (int, float) and abs(value) < 1e15
    if not good:
        notes.append(f"{name} was no number, so it was left out.")
    return good


def _languages(value: Any, notes: list[str]) -> dict[str, str]:
    if not isinstance(value, dict):
        if value is not None:
            notes.append("creator_notes_multilingual was odd, so it was left out.")
        return {}
    return {code: text for code, text in value.items() if isinstance(text, str)}


def _assets(raw: str, notes: list[str]) -> list[dict[str, Any]]:
    if not raw.startswith("["):
        if raw != "null":
            notes.append("assets was no list, so it was left out.")
        return []
    found = []
    for element in elements(raw):
        asset = members(element) if is_object(element) else {}
        shown: dict[str, Any] = {k: Verbatim(v) for k, v in asset.items()}
        plain = {k: load(asset.get(k, '""')) for k in ("type", "uri", "name", "ext")}
        if not all(isinstance(v, str) for v in plain.values()) or not plain["uri"]:
            notes.append("One of the assets has no address, so it was left out.")
            continue
        found.append({**shown, **plain})
    if len(found) > MAX_LIST:
        raise CardError(
            f"The card has {len(found)} assets, and we take {MAX_LIST}. Remove some."
        )
    return found
