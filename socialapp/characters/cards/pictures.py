"""Portrait and expressions of a card go the way of every upload, or stay outside."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db.models import ProtectedError

from socialapp.characters import anchors as handles
from socialapp.characters.models import CardPicture, Portrait
from socialapp.characters.portraits import (
    add_made_portrait,
    add_portrait,
    delete_portrait,
    set_anchors,
    why_it_waits,
)
from socialapp.lib.images import PictureError

if TYPE_CHECKING:
    from socialapp.accounts.models import User
    from socialapp.characters.cards.house import House
    from socialapp.characters.models import Character
    from socialapp.lib.cards import Asset, Card

MAX_EXPRESSIONS = 12
"""Each is looked at by every detector and rigged: about two seconds of work."""

LONGEST_NAME = 80

MOODS = {
    "neutral": "calm",
    "default": "calm",
    "relief": "calm",
    "joy": "happy",
    "amusement": "happy",
    "love": "happy",
    "admiration": "happy",
    "excitement": "happy",
    "pride": "happy",
    "optimism": "happy",
    "gratitude": "happy",
    "caring": "happy",
    "approval": "happy",
    "smile": "happy",
    "sadness": "sad",
    "grief": "sad",
    "remorse": "sad",
    "disappointment": "sad",
    "anger": "angry",
    "annoyance": "angry",
    "disapproval": "angry",
    "fear": "afraid",
    "scared": "afraid",
    "nervousness": "afraid",
    "embarrassment": "afraid",
    "surprise": "surprised",
    "confusion": "surprised",
    "curiosity": "surprised",
    "realization": "surprised",
    "disgust": "disgusted",
}
"""Names that cards give to expressions, beside the seven moods themselves: those of
GoEmotions, which the common programs use."""

_SEVEN = ("calm", "happy", "sad", "angry", "afraid", "surprised", "disgusted")


@dataclass(slots=True)
class Pictures:
    portrait: Portrait | None = None
    expressions: dict[str, Portrait] = field(default_factory=dict)
    taken: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    made: list[Portrait] = field(default_factory=list)
    """All that were added, to be taken back when the import fails."""


def mood_of(name: str) -> str:
    """One of the seven moods for an expression's name; empty for what we do not know."""
    plain = name.strip().lower().split("-")[0].split("_")[0]
    return plain if plain in _SEVEN else MOODS.get(plain, "")


def bring_in(card: Card, *, owner: User, house: House, painting: bool) -> Pictures:
    """What passes becomes portraits of `owner`; what does not is told, not kept."""
    found = Pictures()
    _portrait(card, owner, house, painting, found)
    wanted = [a for a in card.assets if a.kind == "emotion" and a.path in card.files]
    # Those that have a mood of ours come first, each name once.
    wanted.sort(key=lambda asset: not mood_of(asset.name))
    for asset in wanted:
        _expression(card, asset, owner, painting, found)
    if found.expressions:
        found.taken.append(f"Expressions, pictures by mood: {len(found.expressions)}.")
    return found


def shown_expressions(character: Character) -> dict[str, Portrait]:
    """Name to picture of those that came with its card and may be shown to anybody."""
    found = CardPicture.objects.filter(
        card__character=character, portrait__withheld=""
    ).select_related("portrait__owner")
    return {
        one.name: one.portrait
        for one in found.order_by("pk")
        if not why_it_waits(one.portrait)
    }


def drop(found: Pictures) -> None:
    """Take back what was added."""
    for portrait in found.made:
        with suppress(ProtectedError):
            delete_portrait(portrait)


def _portrait(
    card: Card, owner: User, house: House, painting: bool, found: Pictures
) -> None:
    if house.recipe is not None:
        with suppress(PictureError):
            portrait = add_made_portrait(owner=owner, recipe=house.recipe)
            found.portrait = portrait
            found.made.append(portrait)
            found.taken.append("The portrait, drawn again by the avatar maker.")
            return
    picture = card.icon
    if picture is None:
        found.refused.append("There is no portrait in it. Give them one.")
        return
    try:
        portrait = add_portrait(owner=owner, data=picture, painting=painting)
    except PictureError as error:
        found.refused.append(f"The portrait was not taken: {error}")
        return
    found.portrait = portrait
    found.made.append(portrait)
    found.taken.append("The portrait.")
    if waits := why_it_waits(portrait):
        found.refused.append(f"The portrait waits: {waits}")
    if house.anchors and portrait.rig_state != Portrait.RigState.FOUND:
        try:
            found.portrait = set_anchors(
                portrait=portrait,
                anchors=handles.read(house.anchors),
                style=house.style,
            )
        except (handles.AnchorError, PictureError) as error:
            found.refused.append(f"Its handles do not fit the picture: {error}")


def _expression(
    card: Card, asset: Asset, owner: User, painting: bool, found: Pictures
) -> None:
    name = asset.name
    if not name.strip() or len(name) > LONGEST_NAME or "\0" in name:
        found.refused.append(f"An expression has an odd name: “{name[:40]}”.")
        return
    if name in found.expressions:
        found.refused.append(f"A second expression “{name}” was left out.")
        return
    if len(found.expressions) >= MAX_EXPRESSIONS:
        found.refused.append(
            f"Expression “{name}” was left out: {MAX_EXPRESSIONS} are the most."
        )
        return
    try:
        portrait = add_portrait(
            owner=owner, data=card.files[asset.path], painting=painting
        )
    except PictureError as error:
        found.refused.append(f"Expression “{name}” was not taken: {error}")
        return
    found.made.append(portrait)
    found.expressions[name] = portrait
