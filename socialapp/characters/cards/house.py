"""What only we understand goes under our own key of ``extensions``: voice, rig, consent.

It is read as sceptically as the rest of a card: a voice must be known, a rig is checked
like one set by hand, and no consent comes in with a file.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from socialapp.characters.models import Character, Portrait
from socialapp.content import backgrounds
from socialapp.lib.cards import png
from socialapp.lib.cards.verbatim import Verbatim
from socialapp.performance import codec

if TYPE_CHECKING:
    from socialapp.lib.cards import Card

KEY = "troupe"
VERSION = 1

_NUMBERS = {"voice_speed": (0.5, 2.0), "voice_pitch": (-6.0, 6.0)}
_ADDED = (b"caBX",)
"""Chunks that signing adds, beside XMP."""


@dataclass(frozen=True, slots=True)
class House:
    """Our own part of a card, as far as it is usable."""

    fields: dict[str, Any] = field(default_factory=dict)
    """For `create_character`: tagline, voice, motion, background."""

    recipe: dict[str, Any] | None = None
    """Of the avatar maker, when the portrait is still the one that it drew."""

    anchors: dict[str, Any] | None = None
    style: str = ""


def read(card: Card) -> House:
    """Nothing of it is trusted; what is odd is left out."""
    raw = card.extensions.get(KEY)
    told = raw.value if raw is not None else None
    if not isinstance(told, dict):
        return House()
    found: dict[str, Any] = {}
    for name in ("tagline", "voice", "motion", "background"):
        if isinstance(told.get(name), str):
            found[name] = told[name]
    for name, (low, high) in _NUMBERS.items():
        value = told.get(name)
        if (
            isinstance(value, int | float)
            and not isinstance(value, bool)
            and low <= value <= high
        ):
            found[name] = float(value)
    if found.get("background", "") not in {"", *backgrounds.names()}:
        del found["background"]
    if found.get("motion", "subtle") not in {"still", "subtle", "lively"}:
        del found["motion"]
    rig = told.get("portrait")
    rig = rig if isinstance(rig, dict) else {}
    recipe, anchors, style = rig.get("recipe"), rig.get("anchors"), rig.get("style")
    untouched = card.picture is None or rig.get("sha256") == _digest(card.picture)
    return House(
        fields=found,
        recipe=recipe if isinstance(recipe, dict) and recipe and untouched else None,
        anchors=anchors if isinstance(anchors, dict) else None,
        style=style if style in {"photo", "paint", "flat"} else "",
    )


def write(character: Character, *, picture: bytes | None, open_card: bool) -> Verbatim:
    """`picture`: the portrait as PNG, before a card is in it."""
    told: dict[str, Any] = {
        "version": VERSION,
        "tagline": character.tagline,
        "voice": character.voice,
        "voice_speed": character.voice_speed,
        "voice_pitch": character.voice_pitch,
        "motion": character.motion,
        "background": character.background,
        "consent": {"card": "everyone" if open_card else "owner"},
    }
    portrait = character.portrait
    if portrait is not None:
        told["portrait"] = _rig(portrait)
        if picture is not None:
            told["portrait"]["sha256"] = _digest(picture)
    return Verbatim(json.dumps(told, ensure_ascii=True))


def _rig(portrait: Portrait) -> dict[str, Any]:
    rig = portrait.as_rig()
    if portrait.source == Portrait.Source.MAKER:
        return {"recipe": portrait.recipe}
    if rig.anchors is None:
        return {}
    return {"anchors": codec.dump(rig.anchors), "style": rig.style}


def _digest(picture: bytes) -> str:
    """Of a PNG as it was before it was signed."""
    plain = [
        (kind, body)
        for kind, body in png.chunks(picture)
        if kind not in _ADDED and png.keyword_of(kind, body) != b"XML:com.adobe.xmp"
    ]
    return hashlib.sha256(png.without_cards(plain)).hexdigest()
