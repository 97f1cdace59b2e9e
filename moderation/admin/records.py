"""Reports, decisions, statements, appeals and the log: looked at, never typed into."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin

from moderation.models import (
    Appeal,
    Decision,
    Exposure,
    LogEntry,
    Report,
    Standing,
    Statement,
)
from socialapp.lib.admin import Record, link

if TYPE_CHECKING:
    from django.utils.safestring import SafeString


@admin.register(Report)
class ReportAdmin(Record[Report]):
    list_display = ("key", "about", "category", "trusted", "created", "told")
    list_filter = ("category", "trusted", "created")
    search_fields = ("key", "note", "case__title", "reporter__username")
    list_select_related = ("case",)
    fields = ("key", "about", "category", "note", "trusted", "created", "told")

    @admin.display(description="Case")
    def about(self, report: Report) -> SafeString:
        return link(report.case)


@admin.register(Decision)
class DecisionAdmin(Record[Decision]):
    list_display = (
        "key",
        "about",
        "measure",
        "rule",
        "person",
        "automated",
        "created",
        "undone",
    )
    list_filter = ("measure", "rule", "automated", "created")
    search_fields = ("key", "reason", "case__title", "moderator__username")
    list_select_related = ("case", "moderator")
    fields = (
        "key",
        "about",
        "measure",
        "rule",
        "rules_version",
        "reason",
        "label",
        "until",
        "template",
        "automated",
        "person",
        "batch",
        "created",
        "undone",
    )

    @admin.display(description="Case")
    def about(self, decision: Decision) -> SafeString:
        return link(decision.case)

    @admin.display(description="Moderator")
    def person(self, decision: Decision) -> str:
        return str(decision.moderator or "–")


@admin.register(Statement)
class StatementAdmin(Record[Statement]):
    list_display = ("puid", "category", "decision_ground", "source_type", "created")
    list_filter = ("category", "decision_ground", "source_type", "created")
    search_fields = ("puid", "decision_facts", "recipient__username")


@admin.register(Appeal)
class AppealAdmin(Record[Appeal]):
    list_display = ("key", "about", "state", "opened", "decided")
    list_filter = ("state", "opened")
    search_fields = ("key", "statement__puid", "appellant__username")
    list_select_related = ("statement__decision__case",)
    fields = ("key", "about", "statement", "state", "opened", "decided", "reason")

    @admin.display(description="Case")
    def about(self, appeal: Appeal) -> SafeString:
        return link(appeal.statement.decision.case)


@admin.register(LogEntry)
class LogEntryAdmin(Record[LogEntry]):
    list_display = ("number", "at", "actor", "action", "subject", "data")
    list_filter = ("action", "at")
    search_fields = ("actor", "action", "subject")
    ordering = ("-number",)
    fields = (*list_display, "previous", "digest")


@admin.register(Standing)
class StandingAdmin(Record[Standing]):
    list_display = ("user", "suspended_until", "banned")
    list_filter = ("banned",)
    search_fields = ("user__username",)
    list_select_related = ("user",)
    fields = list_display


@admin.register(Exposure)
class ExposureAdmin(Record[Exposure]):
    list_display = ("moderator", "day", "cases", "revealed", "severe")
    date_hierarchy = "day"
    list_select_related = ("moderator",)
    fields = list_display
