"""Figures, known files, consents and checks of pictures, for staff.

No picture of a figure exists to be shown. Pictures that wait are blurred until somebody
points at them or focuses them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.db.models import Count
from django.utils.html import format_html
from django.utils.safestring import SafeString

from moderation.models import (
    Blocked,
    Figure,
    KnownBad,
    LikenessConsent,
    PictureCheck,
)
from moderation.pictures import services
from socialapp.lib import blobs
from socialapp.lib.admin import Admin, Record, link, table

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest


@admin.register(Figure)
class FigureAdmin(Admin[Figure]):
    """Enrolled by ``manage.py enroll_figure``; thresholds are set here."""

    list_display = ("name", "faces", "block", "review", "note", "created")
    search_fields = ("name", "note")
    fields = ("name", "note", "block", "review", "created")
    readonly_fields = ("created",)

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Figure]:
        return super().get_queryset(request).annotate(count=Count("faces"))

    @admin.display(description="Photographs", ordering="count")
    def faces(self, figure: Figure) -> int:
        return int(getattr(figure, "count", 0))


@admin.register(Blocked)
class BlockedAdmin(Record[Blocked]):
    """Written by decisions, and taken off by what undoes them."""

    list_display = ("kind", "subject_key", "pictures_count", "seconds", "created")
    search_fields = ("subject_key",)
    fields = ("kind", "subject_key", "pictures_count", "seconds", "created")

    @admin.display(description="Pictures")
    def pictures_count(self, row: Blocked) -> int:
        return len(row.pictures) // 32

    @admin.display(description="Seconds of film")
    def seconds(self, row: Blocked) -> int:
        return len(row.frames) // 32


@admin.register(KnownBad)
class KnownBadAdmin(Admin[KnownBad]):
    list_display = ("short", "list_name", "cuts", "reason", "created")
    list_filter = ("list_name", "created")
    search_fields = ("pdq", "list_name", "reason")
    fields = ("pdq", "list_name", "reason", "created")
    readonly_fields = ("pdq", "created")

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        return False

    @admin.display(description="PDQ", ordering="pdq")
    def short(self, entry: KnownBad) -> str:
        return f"{entry.pdq[:16]}…"

    @admin.display(description="Cuts")
    def cuts(self, entry: KnownBad) -> int:
        return len(entry.crops)


@admin.register(LikenessConsent)
class LikenessConsentAdmin(Record[LikenessConsent]):
    list_display = ("key", "person", "declared", "captured", "revoked")
    list_filter = ("captured", "revoked")
    search_fields = ("key", "owner__username", "sha256")
    list_select_related = ("owner",)
    fields = ("key", "person", "sha256", "declared", "captured", "revoked")

    @admin.display(description="Owner", ordering="owner__username")
    def person(self, consent: LikenessConsent) -> SafeString:
        return link(consent.owner)


@admin.register(PictureCheck)
class PictureCheckAdmin(Record[PictureCheck]):
    list_display = ("key", "person", "state", "why", "unchecked", "decided_by")
    list_filter = ("state", "unchecked", "created")
    search_fields = ("key", "owner__username", "sha256")
    list_select_related = ("owner", "decided_by")
    fields = (
        "blurred",
        "key",
        "person",
        "state",
        "reasons",
        "version",
        "unchecked",
        "tries",
        "sha256",
        "decided_by",
        "decided",
        "created",
    )
    actions = ("approve", "refuse")

    @admin.display(description="Owner", ordering="owner__username")
    def person(self, check: PictureCheck) -> SafeString:
        return link(check.owner)

    @admin.display(description="Why")
    def why(self, check: PictureCheck) -> str:
        told = [f"{one['rule']} {one['layer']}" for one in check.findings]
        return ", ".join(told) or ("nobody could look" if check.unchecked else "–")

    @admin.display(description="Findings")
    def reasons(self, check: PictureCheck) -> SafeString:
        return table(
            ("Rule", "Found by", "Score", "Asks for"),
            (
                (one["rule"], one["layer"], one["score"], one["action"])
                for one in check.findings
            ),
        )

    @admin.display(description="Picture")
    def blurred(self, check: PictureCheck) -> SafeString:
        if not check.ref:
            return SafeString("–")
        return format_html(
            '<img src="{}" alt="The picture, blurred until focused" tabindex="0"'
            ' loading="lazy" style="height:240px"'
            ' class="max-w-none blur-xl hover:blur-none focus:blur-none">',
            blobs.url(check.ref),
        )

    @admin.action(description="Approve", permissions=["operate"])
    def approve(self, request: HttpRequest, chosen: QuerySet[PictureCheck]) -> None:
        self._decide(request, chosen, approve=True)

    @admin.action(description="Refuse", permissions=["operate"])
    def refuse(self, request: HttpRequest, chosen: QuerySet[PictureCheck]) -> None:
        self._decide(request, chosen, approve=False)

    def _decide(
        self, request: HttpRequest, chosen: QuerySet[PictureCheck], *, approve: bool
    ) -> None:
        moderator: Any = request.user
        own = 0
        for check in chosen:
            if check.owner_id == moderator.pk:
                own += 1
                continue
            services.decide(check=check, moderator=moderator, approve=approve)
        if own:
            messages.error(request, "Nobody decides about a picture of their own.")
