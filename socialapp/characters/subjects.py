"""Characters and portraits as something to be reported and withheld."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moderation import subjects
from socialapp.characters import selectors
from socialapp.characters.models import Character, Portrait
from socialapp.characters.withholding import set_withheld
from socialapp.lib import blobs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from django.contrib.auth.models import AnonymousUser

    from socialapp.accounts.models import User


MOST_WORDS = 8000
"""Characters of a card's own words in the snapshot of a case."""


def register() -> None:
    subjects.register(
        "character",
        title="Character",
        find=lambda key: Character.objects.full().filter(key=key).first(),
        describe=lambda character: character.name,
        snapshot=_words_of,
        author=lambda character: character.owner,
        url=lambda character: character.get_absolute_url(),
        visible=_character_visible,
        media=_media_of,
        hide=_set(Character.Level.HIDDEN),
        remove=_set(Character.Level.REMOVED),
        restore=_set(""),
        content_types=("CONTENT_TYPE_TEXT", "CONTENT_TYPE_IMAGE"),
        of_author=lambda user: Character.objects.filter(
            owner=user, removed__isnull=True
        ),
    )
    subjects.register(
        "portrait",
        title="Portrait",
        find=lambda key: (
            Portrait.objects.select_related("owner").filter(key=key).first()
        ),
        describe=lambda portrait: f"Portrait of @{portrait.owner.username}",
        snapshot=lambda portrait: {"Made by": portrait.get_source_display()},
        author=lambda portrait: portrait.owner,
        url=lambda portrait: f"/api/v1/portraits/{portrait.key}/",
        visible=_portrait_visible,
        media=_media,
        hide=_set(Portrait.Level.HIDDEN),
        remove=_set(Portrait.Level.REMOVED),
        restore=_set(""),
        content_types=("CONTENT_TYPE_IMAGE",),
    )
    subjects.add_descendants("portrait", _who_wears)


def _set(level: str) -> Callable[[Any], None]:
    return lambda thing: set_withheld(thing=thing, level=level)


def _words_of(character: Character) -> dict[str, str]:
    return {
        "Name": character.name,
        "Tagline": character.tagline,
        "Greeting": character.greeting,
        "Persona": character.persona,
        "Tags": ", ".join(character.tags),
        **_card_words(character.card),
    }


def _card_words(card: dict[str, Any]) -> dict[str, str]:
    """What a card says beyond the fields, as far as a moderator needs it."""
    greetings = [
        *card.get("alternate_greetings", []),
        *card.get("group_only_greetings", []),
    ]
    lore = [entry.get("content", "") for entry in card.get("lorebook", [])]
    found = {"Other first words": greetings, "Lorebook": lore}
    return {
        name: "\n\n".join(words)[:MOST_WORDS] for name, words in found.items() if words
    }


def _character_visible(character: Character, viewer: User | AnonymousUser) -> bool:
    return Character.objects.visible_to(viewer).filter(pk=character.pk).exists()


def _portrait_visible(portrait: Portrait, viewer: User | AnonymousUser) -> bool:
    try:
        return bool(selectors.portrait_for(viewer, portrait.key))
    except Portrait.DoesNotExist:
        return False


def _media_of(character: Character) -> list[str]:
    expressions = Portrait.objects.filter(card_pictures__card__character=character)
    refs = [_media(character.portrait), *(_media(one) for one in expressions)]
    return list(dict.fromkeys(name for names in refs for name in names))


def _media(portrait: Portrait | None) -> list[str]:
    """The picture and all that was cut from it. Parts of drawn portraits are shared by
    many, so of those only the whole picture and its thumb."""
    if portrait is None:
        return []
    refs = [portrait.ref, portrait.thumb]
    if portrait.source == Portrait.Source.UPLOAD:
        refs += selectors.refs_of(portrait.as_rig())
    return [blobs.name_of(ref) for ref in dict.fromkeys(refs) if ref]


def _who_wears(portrait: Portrait) -> Iterator[tuple[str, Character]]:
    wearers = Character.objects.full().filter(portrait=portrait, removed__isnull=True)
    return (("character", character) for character in wearers)
