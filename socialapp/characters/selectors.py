"""What pages and the API read of characters and portraits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.http import urlencode

from moderation.approvals import selectors as approvals
from socialapp.characters import wording
from socialapp.characters.models import (
    CardPicture,
    Character,
    CharacterCard,
    CharacterQuerySet,
    Portrait,
)
from socialapp.lib import blobs
from socialapp.lib.cards.lorebook import Lorebook
from socialapp.lib.models import on_stage
from socialapp.lib.mouths import LETTERS

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser
    from django.db.models import QuerySet

    from socialapp.accounts.models import User
    from socialapp.performance import Rig

    Viewer = User | AnonymousUser


def portraits_of(user: User) -> QuerySet[Portrait]:
    """Newest first: also those that a character wore before."""
    mine = Portrait.objects.filter(owner=user)
    return mine.exclude(withheld=Portrait.Level.REMOVED).order_by("-created", "-pk")


def portrait_for(viewer: Viewer, key: str) -> Portrait:
    """One that this viewer may see: theirs, or worn by a character they may open.

    Portrait.DoesNotExist for all others.
    """
    on_show = Portrait.objects.filter(on_stage(viewer, "owner"))
    portrait = on_show.select_related("owner").get(key=key)
    if viewer.is_authenticated and portrait.owner_id == viewer.pk:
        return portrait
    worn = Character.objects.visible_to(viewer).filter(portrait=portrait)
    if not worn.exists():
        raise Portrait.DoesNotExist
    return portrait


def unused_portraits(*, owner: User) -> QuerySet[Portrait]:
    """Those that no character wears, newest first: begun and not finished."""
    worn = Character.objects.alive().filter(portrait=OuterRef("pk"))
    expressions = CardPicture.objects.filter(portrait=OuterRef("pk"))
    return portraits_of(owner).exclude(Exists(worn) | Exists(expressions))


def character_for(viewer: Viewer, key: str) -> Character:
    """One that this viewer may meet, as it was approved. Character.DoesNotExist for all
    others, and for a row that somebody changed behind the services."""
    character = Character.objects.visible_to(viewer).full().get(key=key)
    if viewer.is_authenticated and character.owner_id == viewer.pk:
        return character
    now = approvals.standing(
        kind=wording.KIND, key=key, facets=wording.facets_of(character)
    )
    if now.strays:
        raise Character.DoesNotExist
    return character


def characters_of(*, owner: User, viewer: Viewer) -> CharacterQuerySet:
    """A person's characters that this viewer finds on their profile, newest first."""
    mine = viewer.is_authenticated and viewer.pk == owner.pk
    found = (
        Character.objects.alive()
        if mine
        else Character.objects.listed().of_company(viewer)
    )
    return found.filter(owner=owner).full().order_by("-created", "-pk")


def starter_cast() -> CharacterQuerySet:
    return Character.objects.listed().filter(starter=True).full().order_by("name")


def usable_characters(user: User) -> CharacterQuerySet:
    """Whom this person may make speak: their own first, then the starter cast."""
    return (
        Character.objects.usable_by(user)
        .filter(portrait__isnull=False)
        .full()
        .order_by("starter", "-created")
    )


def card_file_of(character: Character) -> CharacterCard | None:
    """What is kept of its card; None for one that never had any."""
    return CharacterCard.objects.filter(character=character).first()


def may_take_card(character: Character, viewer: Viewer) -> bool:
    """Its owner, and those whom the owner lets; nobody while it is withheld."""
    if character.withheld or not viewer.is_authenticated:
        return False
    if character.owner_id == viewer.pk:
        return True
    return CharacterCard.objects.filter(
        character__in=Character.objects.visible_to(viewer).filter(pk=character.pk),
        open=True,
    ).exists()


def lorebook_of(character: Character) -> Lorebook:
    """Of a starter, or of whoever came with a card; empty for others."""
    card = character.card
    defaults = {"keys": [], "use_regex": False, "enabled": True, "insertion_order": 100}
    entries = [
        {
            **defaults,
            **entry,
            "content": "\n".join([*entry.get("decorators", []), entry["content"]]),
        }
        for entry in card.get("lorebook", [])
    ]
    settings = card.get("lorebook_settings", {})
    return Lorebook.from_data({**settings, "entries": entries})


def refs_of(rig: Rig) -> list[str]:
    """Every blob that a rig names."""
    refs = [rig.portrait, rig.grids, rig.matte, *(layer.ref for layer in rig.layers)]
    return [ref for ref in dict.fromkeys(refs) if ref]


def rig_json(portrait: Portrait) -> dict[str, Any]:
    """The rig's JSON and, under ``urls``, where each of its blobs is.

    A flat cartoon has its nine drawn mouths there too, as ``mouth-X`` and so on.
    """
    rig = portrait.as_rig()
    urls = {ref: blobs.url(ref) for ref in refs_of(rig)}
    if rig.style == "flat":
        urls |= {f"mouth-{letter}": _mouth_url(letter, rig) for letter in LETTERS}
    return {**portrait.rig, "urls": urls}


def _mouth_url(letter: str, rig: Rig) -> str:
    """The drawing that the browser sets into a flat cartoon, as the server does."""
    return f"{reverse('drawn-mouth', args=[letter])}?{urlencode(rig.palette)}"
