"""Receipts for people without an account: an address that nobody guesses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core import signing

from moderation.models import Case

if TYPE_CHECKING:
    from collections.abc import Iterable

_SALT = "moderation.receipts"


def token_of(cases: Iterable[Case]) -> str:
    """Signed keys of the cases; nothing is stored, and nobody makes one up."""
    return signing.dumps([case.key for case in cases], salt=_SALT)


def cases_of(token: str) -> list[Case]:
    """Those of a receipt, in its order; empty for a token that we never gave."""
    try:
        keys = signing.loads(token, salt=_SALT)
    except signing.BadSignature:
        return []
    cases = {case.key: case for case in Case.objects.filter(key__in=keys)}
    return [cases[key] for key in keys if key in cases]


def path_of(cases: Iterable[Case]) -> str:
    return f"/takedown/{token_of(cases)}/"
