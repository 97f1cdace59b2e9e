"""What can be chosen in the avatar maker, by hand or by chance."""

from __future__ import annotations

import random
import re
from typing import Any

from socialapp.characters.maker.clothes import CLOTHES
from socialapp.characters.maker.eyes import EYES
from socialapp.characters.maker.face import BROWS, HEADS, NOSES
from socialapp.characters.maker.hair import HAIRS
from socialapp.characters.maker.wear import BACKDROPS, BEARDS, EARRINGS, GLASSES, MARKS

VERSION = 1

EARS = ("human", "elf", "cat", "fox", "bear", "rabbit", "none")
MOUTHS = ("full", "fine", "line", "fangs")

_COLOUR = re.compile(r"#[0-9a-f]{6}")


class MakerError(ValueError):
    """A recipe that cannot be drawn; the message says which choice is odd."""


def _words(*names: str) -> list[dict[str, str]]:
    return [{"id": n, "title": n.replace("-", " ").capitalize()} for n in names]


OPTIONS: dict[str, Any] = {
    "version": VERSION,
    "groups": [
        {"id": "face", "title": "Face", "parts": ["head", "ears", "nose", "marks"]},
        {"id": "look", "title": "Eyes", "parts": ["eyes", "brows", "glasses"]},
        {"id": "mouth", "title": "Mouth", "parts": ["mouth", "beard"]},
        {"id": "hair", "title": "Hair", "parts": ["hair"]},
        {"id": "wear", "title": "Clothes", "parts": ["clothes", "earrings", "backdrop"]},
    ],
    "parts": {
        "head": {"title": "Head", "choices": _words(*HEADS)},
        "ears": {"title": "Ears", "choices": _words(*EARS)},
        "hair": {"title": "Hair", "choices": _words(*HAIRS)},
        "eyes": {"title": "Eyes", "choices": _words(*EYES)},
        "brows": {"title": "Brows", "choices": _words(*BROWS)},
        "nose": {"title": "Nose", "choices": _words(*NOSES)},
        "mouth": {"title": "Mouth", "choices": _words(*MOUTHS)},
        "beard": {"title": "Beard", "choices": _words(*BEARDS)},
        "marks": {"title": "Marks", "choices": _words(*MARKS)},
        "glasses": {"title": "Glasses", "choices": _words(*GLASSES)},
        "earrings": {"title": "Earrings", "choices": _words(*EARRINGS)},
        "clothes": {"title": "Clothes", "choices": _words(*CLOTHES)},
        "backdrop": {"title": "Backdrop", "choices": _words(*BACKDROPS)},
    },
    "colours": {
        "skin": {
            "title": "Skin",
            "group": "face",
            "choices": [
                "#f6d3b8", "#eebf9a", "#dca27a", "#c68657", "#a76a43", "#8a5233",
                "#6b3d27", "#4c2b1d", "#9fb6cf", "#8fc3a1", "#b79bd1", "#d98a7c",
                "#e0b04e", "#c4622d", "#8d8f99", "#f1e6d2",
            ],
        },
        "hair_colour": {
            "title": "Hair",
            "group": "hair",
            "choices": [
                "#1d181b", "#33231d", "#5a3826", "#8a5a34", "#b98445", "#dcb56a",
                "#a53f22", "#d8d5cc", "#8a8d98", "#3d4f8f", "#2f8f83", "#b04a7e",
                "#7a54b0", "#e0703c", "#f4f0e6",
            ],
        },
        "eye_colour": {
            "title": "Eyes",
            "group": "look",
            "choices": [
                "#4a2f1c", "#7a4a22", "#a8722c", "#5f7f3a", "#3a8a6a", "#3a7f9f",
                "#4a66b0", "#7d8896", "#8a5fc0", "#c0392b",
            ],
        },
        "cloth": {
            "title": "Clothes",
            "group": "wear",
            "choices": [
                "#1f3044", "#2f5d62", "#3f7d58", "#7a1f36", "#c0553a", "#e2a93c",
                "#5b4a8a", "#8c4a78", "#3a3f4a", "#d8c9a8", "#2a6fa8", "#e4e0d6",
            ],
        },
        "accent": {
            "title": "Details",
            "group": "wear",
            "choices": [
                "#d8a23c", "#e2694b", "#f2d5a0", "#4fb0a5", "#8cc0e8", "#c04a6c",
                "#7a54b0", "#f4f0e6", "#2b2530",
            ],
        },
        "backdrop_colour": {
            "title": "Backdrop",
            "group": "wear",
            "choices": [
                "#8c1f3b", "#e2a93c", "#2f5d62", "#3d4f8f", "#b04a7e", "#5f9f6a",
                "#d8c9a8", "#1c2233",
            ],
        },
    },
}  # fmt: skip
"""The catalogue that the page shows: parts with their choices, colours, groups."""

_PARTS: dict[str, tuple[str, ...]] = {
    part: tuple(choice["id"] for choice in entry["choices"])
    for part, entry in OPTIONS["parts"].items()
}
_DEFAULTS: dict[str, str] = {
    **{part: choices[0] for part, choices in _PARTS.items()},
    "hair": "wavy",
    **{name: entry["choices"][0] for name, entry in OPTIONS["colours"].items()},
}

_FURS = ("#c4622d", "#8d8f99", "#f1e6d2", "#8a5233", "#4c2b1d", "#dca27a")


def check(recipe: dict[str, Any]) -> dict[str, Any]:
    """The recipe in full: what it leaves out is filled in. MakerError for the rest.

    Colours need not be of the palette, only ``#rrggbb``.
    """
    if not isinstance(recipe, dict):
        raise MakerError("A recipe is a list of choices.")
    if recipe.get("version", VERSION) != VERSION:
        raise MakerError("This recipe is of another version of the maker.")
    if odd := sorted(set(recipe) - {"version", *_DEFAULTS}):
        raise MakerError(f"The maker has no “{str(odd[0])[:30]}”.")
    full: dict[str, Any] = {"version": VERSION}
    for name, default in _DEFAULTS.items():
        value = recipe.get(name, default)
        if name in _PARTS:
            if value not in _PARTS[name]:
                title = OPTIONS["parts"][name]["title"].lower()
                raise MakerError(
                    f"“{str(value)[:30]}” is not among the choices for {title}."
                )
        elif not isinstance(value, str) or not _COLOUR.fullmatch(value.lower()):
            title = OPTIONS["colours"][name]["title"].lower()
            raise MakerError(f"The colour for {title} must look like #c4622d.")
        full[name] = value.lower() if name not in _PARTS else value
    return full


def random_recipe(seed: int) -> dict[str, Any]:
    """A character by chance; the same seed gives the same one.

    Chance with taste: beards and glasses are not worn by everybody, animal ears come
    with fur and a snout, and colours that drown each other are drawn again.
    """
    dice = random.Random(seed)  # noqa: S311 - a picture, not a secret
    recipe: dict[str, Any] = {
        name: dice.choice(choices) for name, choices in _PARTS.items()
    }
    for name, entry in OPTIONS["colours"].items():
        recipe[name] = dice.choice(entry["choices"])
    recipe["beard"] = dice.choice(BEARDS[1:]) if dice.random() < 0.28 else "none"
    recipe["glasses"] = dice.choice(GLASSES[1:4]) if dice.random() < 0.25 else "none"
    recipe["earrings"] = dice.choice(EARRINGS[1:]) if dice.random() < 0.3 else "none"
    recipe["marks"] = "none"
    if dice.random() < 0.35:
        recipe["marks"] = dice.choice(("freckles", "mole", "scar", "stars"))
    recipe["mouth"] = dice.choice(("full", "full", "fine", "fine", "line", "fangs"))
    recipe["backdrop"] = "none"
    animal = dice.random() < 0.22
    if animal:
        recipe["ears"] = dice.choice(("cat", "fox", "bear", "rabbit"))
        recipe["skin"] = dice.choice(_FURS)
        recipe["nose"] = "snout"
        recipe["mouth"] = dice.choice(("line", "fangs"))
        recipe["hair"] = dice.choice(("bald", "tousled", "quiff", "bun", "bob"))
        recipe["marks"] = dice.choice(("whiskers", "stripes", "none"))
        recipe["beard"] = "none"
        recipe["earrings"] = "none"
    else:
        recipe["ears"] = "elf" if dice.random() < 0.12 else "human"
        recipe["nose"] = dice.choice(NOSES[:5])
        skins = OPTIONS["colours"]["skin"]["choices"]
        recipe["skin"] = dice.choice(skins[:8] if dice.random() < 0.8 else skins[8:13])
    if recipe["hair"] == "hijab":
        recipe["beard"] = recipe["earrings"] = "none"
    while recipe["hair_colour"] == recipe["skin"]:
        recipe["hair_colour"] = dice.choice(
            OPTIONS["colours"]["hair_colour"]["choices"]
        )
    return check(recipe)
