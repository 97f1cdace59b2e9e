"""What search knows, for staff."""

from __future__ import annotations

from django.contrib import admin

from feed.models import (
    Entry,
    Word,
)
from socialapp.lib.admin import Record


@admin.register(Entry)
class EntryAdmin(Record[Entry]):
    list_display = ("kind", "thing", "title", "weight", "updated")
    list_filter = ("kind", "learnt")
    search_fields = ("title", "words", "said")
    date_hierarchy = "updated"
    fields = (*list_display, "owner", "people", "words", "said", "lines", "learnt")


@admin.register(Word)
class WordAdmin(Record[Word]):
    list_display = ("text", "things")
    search_fields = ("text",)
    fields = list_display
