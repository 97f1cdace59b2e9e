"""Notices, for staff to look at; nobody's choices or devices can be changed here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin

from socialapp.lib.admin import Record, link
from socialapp.notices.models import Letter, Notice, NoticeSettings, PushSubscription

if TYPE_CHECKING:
    from django.utils.safestring import SafeString


@admin.register(Notice)
class NoticeAdmin(Record[Notice]):
    list_display = ("lead", "kind", "who", "people", "created", "seen")
    list_filter = ("kind", "created")
    search_fields = ("about", "lead", "person__username")
    date_hierarchy = "created"
    list_select_related = ("person",)
    fields = (
        "kind",
        "who",
        "about",
        "people",
        "lead",
        "words",
        "url",
        "created",
        "seen",
    )

    @admin.display(description="Told", ordering="person__username")
    def who(self, notice: Notice) -> SafeString:
        return link(notice.person)


@admin.register(NoticeSettings)
class NoticeSettingsAdmin(Record[NoticeSettings]):
    list_display = ("who", "digest", "next_digest", "digested", "quiet")
    list_filter = ("digest", "quiet")
    search_fields = ("person__username",)
    list_select_related = ("person",)
    fields = (
        "who",
        "switches",
        "digest",
        "digest_hour",
        "mails",
        "next_digest",
        "digested",
        "quiet",
        "quiet_from",
        "quiet_until",
    )

    @admin.display(description="Person", ordering="person__username")
    def who(self, chosen: NoticeSettings) -> SafeString:
        return link(chosen.person)


@admin.register(Letter)
class LetterAdmin(Record[Letter]):
    list_display = ("name", "who", "due", "tries", "handed", "closed")
    list_filter = ("due",)
    search_fields = ("name", "person__username")
    list_select_related = ("person",)
    fields = ("who", "name", "due", "lease", "tries", "handed", "closed")

    @admin.display(description="To", ordering="person__username")
    def who(self, letter: Letter) -> SafeString:
        return link(letter.person)


@admin.register(PushSubscription)
class PushSubscriptionAdmin(Record[PushSubscription]):
    """Without its address and keys: whoever has them can ring the browser."""

    list_display = ("label", "who", "failures", "last_ok", "created")
    search_fields = ("label", "person__username")
    list_select_related = ("person",)
    fields = ("who", "label", "failures", "last_ok", "created")

    @admin.display(description="Of", ordering="person__username")
    def who(self, device: PushSubscription) -> SafeString:
        return link(device.person)
