"""Conversations for staff: how many and when, never what was said. What was reported is
seen on its case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin
from django.db.models import Count

from socialapp.chat.models import Conversation, Persona
from socialapp.lib.admin import Record, link

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django.utils.safestring import SafeString


@admin.register(Conversation)
class ConversationAdmin(Record[Conversation]):
    list_display = ("key", "who", "kind", "state", "length", "created", "changed")
    list_filter = ("kind", "state", "changed")
    search_fields = ("key", "owner__username")
    date_hierarchy = "created"
    list_select_related = ("owner",)
    fields = (
        "key",
        "who",
        "kind",
        "state",
        "cast",
        "people",
        "length",
        "created",
        "changed",
        "leased_until",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Conversation]:
        return super().get_queryset(request).annotate(said=Count("messages"))

    @admin.display(description="Owner", ordering="owner__username")
    def who(self, conversation: Conversation) -> SafeString:
        return link(conversation.owner)

    @admin.display(description="Characters")
    def cast(self, conversation: Conversation) -> str:
        seats = conversation.participants.filter(role="character")
        return ", ".join(seats.values_list("name", flat=True)) or "–"

    @admin.display(description="People there now")
    def people(self, conversation: Conversation) -> int:
        return conversation.participants.present().people().count()

    @admin.display(description="Messages", ordering="said")
    def length(self, conversation: Conversation) -> int:
        said: int = getattr(conversation, "said", 0)
        return said


@admin.register(Persona)
class PersonaAdmin(Record[Persona]):
    list_display = ("key", "who", "created")
    search_fields = ("key", "owner__username")
    list_select_related = ("owner",)
    fields = list_display

    @admin.display(description="Owner", ordering="owner__username")
    def who(self, persona: Persona) -> SafeString:
        return link(persona.owner)
