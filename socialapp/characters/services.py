"""Writes to characters. Those to portraits are in ``portraits``, and offered here too."""

from __future__ import annotations

import re
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.db.models import ProtectedError
from django.utils import timezone

from moderation import log as audit
from socialapp.accounts.consent import Level
from socialapp.characters import approving, signals, wording
from socialapp.characters.approving import (
    notice_change,
    recheck,
    require_words,
    settle_words,
    wanted_of,
    why_words_wait,
)
from socialapp.characters.errors import CharacterError
from socialapp.characters.models import Character, CharacterCard, Portrait
from socialapp.characters.portraits import (
    add_likeness,
    add_made_portrait,
    add_portrait,
    clean_picture,
    delete_portrait,
    draw_recipe,
    drop_refused,
    find_face_again,
    hide_portrait,
    remove_portrait,
    require_approved,
    set_anchors,
    why_it_waits,
)
from socialapp.content import backgrounds
from socialapp.lib.ids import new_key
from socialapp.lib.images import PictureError
from socialapp.lib.signals import tell_listing
from socialapp.lib.text import clean_line, clean_name, clean_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from socialapp.accounts.models import User

__all__ = [
    "CharacterError",
    "PictureError",
    "add_likeness",
    "add_made_portrait",
    "add_portrait",
    "change_character",
    "clean_picture",
    "create_character",
    "draw_recipe",
    "drop_refused",
    "find_face_again",
    "forget_owner",
    "hide_portrait",
    "notice_change",
    "recheck",
    "remove_character",
    "remove_portrait",
    "require_approved",
    "require_words",
    "set_anchors",
    "settle_words",
    "wanted_of",
    "why_it_waits",
    "why_words_wait",
]

MAX_TAGS = 10
_APPROVED = frozenset(
    column for columns in wording.FIELDS.values() for column in columns
)
"""Columns that come into the row by approval alone."""

_TAG = re.compile(r"[\w-]{1,30}")


def create_character(
    *,
    owner: User,
    name: str,
    tagline: str = "",
    greeting: str = "",
    persona: str = "",
    tags: list[str] | None = None,
    visibility: str = Character.Visibility.PRIVATE,
    portrait: Portrait | None = None,
    voice: str = "af_heart",
    voice_speed: float = 1.0,
    voice_pitch: float = 0.0,
    motion: str = "subtle",
    background: str = "",
    in_cuts: bool = False,
    in_scenes: bool = False,
    remixing: str = "",
) -> Character:
    """A new character of `owner`. CharacterError names the field that cannot be so.

    One whose words wait for a look is its owner's alone until they are approved.
    """
    most = settings.CHARACTERS_PER_PERSON
    if owner.characters.filter(removed__isnull=True).count() >= most:
        raise CharacterError(
            f"You have {most} characters, and no more fit. Remove one to make room."
        )
    fields = _checked(
        owner,
        {
            "name": name,
            "tagline": tagline,
            "greeting": greeting,
            "persona": persona,
            "tags": tags or [],
            "visibility": visibility,
            "portrait": portrait,
            "voice": voice,
            "voice_speed": voice_speed,
            "voice_pitch": voice_pitch,
            "motion": motion,
            "background": background,
            "in_cuts": in_cuts,
            "in_scenes": in_scenes,
            "remixing": remixing,
        },
    )
    _check_shown(fields["visibility"], fields["portrait"])
    key = new_key()
    # Outside of any transaction, so that the log keeps what is refused.
    rulings = approving.judge_new(owner=owner, key=key, fields=fields)
    with transaction.atomic():
        character = Character(key=key, owner=owner, **fields)
        approving.keep(character, rulings)
        character.save(force_insert=True)
        tell_listing("character", character.pk)
    return character


def change_character(*, character: Character, **fields: Any) -> Character:
    """Change the given fields, those of `create_character`. CharacterError as there.

    Words that wait for a look come into the row when they are approved; until then
    others meet the ones that were.
    A portrait that is replaced stays with its owner: clips made with it keep theirs.
    """
    checked = _checked(character.owner, fields)
    if {"visibility", "portrait"} & set(checked):
        _check_shown(
            checked.get("visibility", character.visibility),
            checked.get("portrait", character.portrait),
        )
    rulings = approving.judge_change(character=character, fields=checked)
    with transaction.atomic():
        # Edits of one character take turns.
        before = Character.objects.select_for_update().get(pk=character.pk).remixing
        changed = approving.keep(character, rulings) if rulings else []
        for name, value in checked.items():
            if name not in _APPROVED:
                setattr(character, name, value)
                changed.append(name)
        character.save(update_fields=[*changed, "changed"])
        if checked.get("remixing", before) != before:
            said = {"remixing": character.remixing}
            subject = f"character:{character.key}"
            audit.record(character.owner, "remix.consent", subject, said)
        tell_listing("character", character.pk)
    return character


@transaction.atomic
def remove_character(*, character: Character) -> None:
    """Take a character off every list. Clips that were made with it stay."""
    character.removed = timezone.now()
    character.save(update_fields=["removed", "changed"])
    tell_listing("character", character.pk)


@transaction.atomic
def forget_owner(*, owner: User) -> None:
    """Empty a leaving person's characters and delete all that no clip holds on to.

    May be called again when the clips are gone.
    """
    signals.characters_going.send(sender=Character, owner=owner)
    CharacterCard.objects.filter(character__owner=owner).delete()
    owner.characters.update(
        name="Removed",
        tagline="",
        greeting="",
        persona="",
        tags=[],
        card={},
        visibility=Character.Visibility.PRIVATE,
        removed=timezone.now(),
    )
    for character in owner.characters.all():
        with suppress(ProtectedError), transaction.atomic():
            character.delete()
    for portrait in owner.portraits.all():
        with suppress(ProtectedError), transaction.atomic():
            delete_portrait(portrait)


# Checks -----------------------------------------------------------------------


def _checked(owner: User, fields: Mapping[str, Any]) -> dict[str, Any]:
    checked: dict[str, Any] = {}
    for name, value in fields.items():
        if name not in _CHECKS:
            raise TypeError(f"A character's {name} cannot be set")
        try:
            checked[name] = _CHECKS[name](owner, value)
        except ValueError as error:
            raise CharacterError(str(error), field=name) from None
    return checked


def _check_shown(visibility: str, portrait: Portrait | None) -> None:
    """Nobody else sees a portrait before it is approved."""
    if visibility == Character.Visibility.PRIVATE or portrait is None:
        return
    try:
        require_approved(portrait)
    except PictureError as refusal:
        raise CharacterError(
            f"{refusal} Until then, keep them to yourself.", field="visibility"
        ) from None


def _tags(_owner: User, tags: list[str]) -> list[str]:
    words = list(dict.fromkeys(tag.strip().removeprefix("#").lower() for tag in tags))
    words = [word for word in words if word]
    if len(words) > MAX_TAGS:
        raise ValueError(f"Use at most {MAX_TAGS} tags.")
    for word in words:
        if not _TAG.fullmatch(word):
            raise ValueError(
                f"“{word[:40]}” cannot be a tag. Use one word of up to 30 letters,"
                " digits and hyphens."
            )
    return words


def _portrait(owner: User, portrait: Portrait | None) -> Portrait | None:
    if portrait is not None and portrait.owner_id != owner.pk:
        raise ValueError("Choose one of your own portraits.")
    if portrait is not None and portrait.withheld:
        raise ValueError("This portrait is withheld. Choose another one.")
    return portrait


def _voice(_owner: User, voice: str) -> str:
    # The catalogue is higher up than characters, so it is reached by name.
    if not import_module(settings.VOICE_CATALOGUE).is_known(voice):
        raise ValueError("We do not have this voice. Choose one from the list.")
    return voice


def _background(_owner: User, name: str) -> str:
    if name and name not in backgrounds.names():
        raise ValueError("We do not have this background. Choose one from the list.")
    return name


def _one_of(choices: Mapping[str, str], what: str) -> Callable[[User, str], str]:
    def check(_owner: User, value: str) -> str:
        if value not in choices:
            raise ValueError(f"Choose {what}: {', '.join(choices)}.")
        return value

    return check


def _between(low: float, high: float) -> Callable[[User, float], float]:
    def check(_owner: User, value: float) -> float:
        # Written so that NaN fails too.
        if not low <= value <= high:
            raise ValueError(f"Choose a value from {low:g} to {high:g}.")
        return float(value)

    return check


_CHECKS: dict[str, Callable[[User, Any], Any]] = {
    "name": lambda _, value: clean_name(value, max_length=50),
    "tagline": lambda _, value: clean_line(value, max_length=80, empty=True),
    "greeting": lambda _, value: clean_text(value, max_length=500),
    "persona": lambda _, value: clean_text(value, max_length=4000),
    "tags": _tags,
    "visibility": _one_of(dict(Character.Visibility.choices), "who may see it"),
    "portrait": _portrait,
    "voice": _voice,
    "voice_speed": _between(0.5, 2.0),
    "voice_pitch": _between(-6.0, 6.0),
    "motion": _one_of(
        {"still": "Still", "subtle": "Subtle", "lively": "Lively"}, "how much it moves"
    ),
    "background": _background,
    "in_cuts": lambda _, value: bool(value),
    "in_scenes": lambda _, value: bool(value),
    "remixing": _one_of({"": "", **dict(Level.choices)}, "who may give them words"),
}
