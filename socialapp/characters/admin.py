"""Characters and portraits, for staff."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from django.contrib import admin, messages
from django.utils.html import format_html

from socialapp.characters import services
from socialapp.characters.models import Character, CharacterCard, Portrait
from socialapp.lib.admin import Record, link, picture, table

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django.utils.safestring import SafeString

MOST_WORDS = 100_000
"""Characters of a card that a page shows."""


@admin.register(Portrait)
class PortraitAdmin(Record[Portrait]):
    list_display = ("face", "key", "person", "source", "style", "rig_state", "created")
    list_display_links = ("face", "key")
    list_filter = ("source", "rig_state", "created")
    search_fields = ("key", "owner__username", "characters__name")
    date_hierarchy = "created"
    list_select_related = ("owner",)
    fields = (
        "large",
        "key",
        "person",
        "source",
        "rig_state",
        "rig_facts",
        "worn_by",
        "mix",
        "created",
    )

    @admin.display(description="Face")
    def face(self, portrait: Portrait) -> SafeString:
        return picture(portrait.thumb, portrait.key)

    @admin.display(description="Picture")
    def large(self, portrait: Portrait) -> SafeString:
        return picture(portrait.ref, portrait.key, side=360)

    @admin.display(description="Owner", ordering="owner__username")
    def person(self, portrait: Portrait) -> SafeString:
        return link(portrait.owner)

    @admin.display(description="Style")
    def style(self, portrait: Portrait) -> str:
        return str(portrait.rig.get("style", ""))

    @admin.display(description="Worn by")
    def worn_by(self, portrait: Portrait) -> SafeString:
        return table(("Character",), ((link(c),) for c in portrait.characters.all()))

    @admin.display(description="Rig")
    def rig_facts(self, portrait: Portrait) -> SafeString:
        rig = portrait.as_rig()
        facts = {
            "Size": f"{rig.width} × {rig.height}",
            "Style": rig.style,
            "Presence": f"{rig.presence:.2f}",
            "Mouth may be drawn": "yes" if rig.mouth_drawn else "no",
            "Reason": rig.reason or "–",
            "Landmarks": len(rig.landmarks),
            "Layers": len(rig.layers),
            "Made by": rig.made_by,
        }
        return table(("Fact", "Value"), facts.items())

    @admin.display(description="Mixed from")
    def mix(self, portrait: Portrait) -> SafeString:
        return format_html("<code>{}</code>", json.dumps(portrait.recipe))


@admin.register(Character)
class CharacterAdmin(Record[Character]):
    list_display = (
        "face",
        "name",
        "tagline",
        "person",
        "visibility",
        "approval",
        "voice",
        "starter",
        "created",
        "gone",
    )
    list_display_links = ("face", "name")
    list_filter = (
        "visibility",
        "approval",
        "waits",
        "starter",
        "motion",
        "created",
        "removed",
    )
    search_fields = ("name", "tagline", "key", "owner__username")
    date_hierarchy = "created"
    list_select_related = ("owner", "portrait")
    fields = (
        "large",
        "key",
        "name",
        "tagline",
        "greeting",
        "persona",
        "tags",
        "person",
        "visibility",
        "approval",
        "waits",
        "worn",
        "voice",
        "voice_speed",
        "voice_pitch",
        "motion",
        "background",
        "starter",
        "created",
        "changed",
        "removed",
    )
    actions = ("hide", "remove")

    @admin.display(description="Face")
    def face(self, character: Character) -> SafeString:
        portrait = character.portrait
        return picture(portrait.thumb if portrait else "", character.name)

    @admin.display(description="Portrait")
    def large(self, character: Character) -> SafeString:
        portrait = character.portrait
        return picture(portrait.ref if portrait else "", character.name, side=360)

    @admin.display(description="Portrait's page")
    def worn(self, character: Character) -> SafeString:
        return link(character.portrait)

    @admin.display(description="Owner", ordering="owner__username")
    def person(self, character: Character) -> SafeString:
        return link(character.owner)

    @admin.display(description="Removed", boolean=True, ordering="removed")
    def gone(self, character: Character) -> bool:
        return character.removed is not None

    @admin.action(description="Make private", permissions=["operate"])
    def hide(self, request: HttpRequest, characters: QuerySet[Character]) -> None:
        for character in characters.select_related("owner"):
            services.change_character(
                character=character, visibility=Character.Visibility.PRIVATE
            )
        messages.success(request, "Only their owners see them now.")

    @admin.action(description="Remove", permissions=["operate"])
    def remove(self, request: HttpRequest, characters: QuerySet[Character]) -> None:
        for character in characters.filter(removed__isnull=True):
            services.remove_character(character=character)
        messages.success(request, "Removed. Their clips stay.")


@admin.register(CharacterCard)
class CharacterCardAdmin(Record[CharacterCard]):
    list_display = ("whose", "person", "read_as", "imported", "open", "length")
    list_display_links = ("whose",)
    list_filter = ("read_as", "open", "imported")
    search_fields = ("character__name", "character__key", "character__owner__username")
    list_select_related = ("character__owner",)
    fields = (
        "character_link",
        "person",
        "read_as",
        "imported",
        "sha256",
        "open",
        "faces",
        "told",
        "words",
    )

    @admin.display(description="Character", ordering="character__name")
    def whose(self, card: CharacterCard) -> str:
        return card.character.name

    @admin.display(description="Character")
    def character_link(self, card: CharacterCard) -> SafeString:
        return link(card.character)

    @admin.display(description="Owner", ordering="character__owner__username")
    def person(self, card: CharacterCard) -> SafeString:
        return link(card.character.owner)

    @admin.display(description="Characters of text")
    def length(self, card: CharacterCard) -> int:
        return len(card.text)

    @admin.display(description="Expressions")
    def faces(self, card: CharacterCard) -> SafeString:
        pictures = card.pictures.select_related("portrait").order_by("pk")
        rows = (
            (picture(one.portrait.thumb, one.name), one.name, link(one.portrait))
            for one in pictures
        )
        return table(("Picture", "Name", "Portrait"), rows)

    @admin.display(description="Report of the import")
    def told(self, card: CharacterCard) -> SafeString:
        rows = ((part, line) for part, lines in card.report.items() for line in lines)
        return table(("Part", "What"), rows)

    @admin.display(description="The card")
    def words(self, card: CharacterCard) -> SafeString:
        return format_html(
            '<pre style="white-space:pre-wrap">{}</pre>', card.text[:MOST_WORDS]
        )
