"""Marks, fingerprints and signers, for staff: looked at, and a stolen key withdrawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin, messages

from socialapp.lib.admin import Record
from socialapp.provenance import services
from socialapp.provenance.models import Fingerprint, Mark, Signer

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest

WORDS_A_SECOND = 31.25
"""Of the sound's fingerprint."""


@admin.register(Mark)
class MarkAdmin(Record[Mark]):
    list_display = ("number", "kind", "subject", "key_id", "psnr", "created")
    list_filter = ("kind", "key_id", "created")
    search_fields = ("subject",)
    date_hierarchy = "created"
    fields = (
        "number",
        "kind",
        "subject",
        "owner",
        "key_id",
        "strength",
        "psnr",
        "details",
        "created",
    )

    @admin.display(description="Number", ordering="payload")
    def number(self, mark: Mark) -> str:
        return f"{mark.payload:012x}"


@admin.register(Fingerprint)
class FingerprintAdmin(Record[Fingerprint]):
    list_display = ("subject", "seen", "heard", "created")
    search_fields = ("subject",)
    date_hierarchy = "created"
    fields = ("subject", "mark", "seen", "heard", "created")

    @admin.display(description="Seconds of picture")
    def seen(self, row: Fingerprint) -> str:
        return str(len(row.pictures) // 32)

    @admin.display(description="Seconds of sound")
    def heard(self, row: Fingerprint) -> str:
        return f"{len(row.sound) / 4 / WORDS_A_SECOND:.1f}"


@admin.register(Signer)
class SignerAdmin(Record[Signer]):
    list_display = ("name", "serial", "first_used", "withdrawn")
    search_fields = ("name", "serial")
    fields = ("name", "serial", "certificate", "root", "first_used", "withdrawn")
    actions = ("withdraw",)

    @admin.action(description="Withdraw: its key was stolen", permissions=["operate"])
    def withdraw(self, request: HttpRequest, signers: QuerySet[Signer]) -> None:
        for signer in signers:
            services.withdraw_signer(serial=signer.serial)
        messages.success(
            request,
            "Withdrawn. What they signed is not ours any more; if one of them signs now,"
            " run manage.py credentials --rotate.",
        )
