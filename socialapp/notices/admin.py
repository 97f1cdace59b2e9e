"""Notices, for staff to look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin

from socialapp.lib.admin import Record, link
from socialapp.notices.models import Notice

if TYPE_CHECKING:
    from django.utils.safestring import SafeString


@admin.register(Notice)
class NoticeAdmin(Record[Notice]):
    list_display = ("lead", "kind", "who", "created", "seen")
    list_filter = ("kind", "created")
    search_fields = ("about", "lead", "person__username")
    date_hierarchy = "created"
    list_select_related = ("person",)
    fields = ("kind", "who", "about", "lead", "words", "url", "created", "seen")

    @admin.display(description="Told", ordering="person__username")
    def who(self, notice: Notice) -> SafeString:
        return link(notice.person)
