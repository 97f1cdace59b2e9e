"""Webhooks, for staff to look at; their secrets are shown to nobody."""

from __future__ import annotations

from django.contrib import admin

from socialapp.lib.admin import Record
from socialapp.webhooks.models import Delivery, Webhook


@admin.register(Webhook)
class WebhookAdmin(Record[Webhook]):
    list_display = ("url", "person", "active", "failures", "created")
    list_filter = ("active", "created")
    search_fields = ("url", "person__username")
    list_select_related = ("person",)
    fields = (
        "url",
        "person",
        "events",
        "active",
        "failures",
        "failing_since",
        "created",
    )


@admin.register(Delivery)
class DeliveryAdmin(Record[Delivery]):
    list_display = ("event", "webhook", "state", "tries", "status", "note", "created")
    list_filter = ("state", "event", "created")
    search_fields = ("key", "webhook__url", "webhook__person__username")
    list_select_related = ("webhook",)
    fields = (
        "key",
        "event",
        "webhook",
        "state",
        "tries",
        "status",
        "note",
        "due",
        "lease",
        "created",
        "attempted",
    )
