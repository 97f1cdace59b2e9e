"""Refused texts whose author asked a person to look: a kind of thing that has cases.

Such a text was never published, so there is nothing to hide; leaving it be means that
exactly this text of its author goes through from now on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from moderation import subjects
from moderation.models import Screening
from moderation.screening.rules import of_category

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from socialapp.accounts.models import User

KIND = "text"
LONGEST_TITLE = 80


def register() -> None:
    subjects.register(
        KIND,
        title="Refused text",
        key=lambda row: str(row.pk),
        find=find,
        describe=lambda row: row.text[:LONGEST_TITLE],
        snapshot=lambda row: {"Text": row.text, "Where": row.surface},
        author=lambda row: row.person,
        url=lambda _row: "/decisions/",
        visible=nobody,
        hide=stay,
        remove=stay,
        restore=stay,
    )


def find(key: str) -> Screening | None:
    return Screening.objects.filter(pk=key).first() if key.isdigit() else None


def nobody(_row: Screening, _viewer: User | AnonymousUser) -> bool:
    """Its author asks for a look elsewhere; nobody else has seen it."""
    return False


def stay(_row: Screening) -> None:
    """It is nowhere to be seen already."""


def category_of(row: Screening) -> str:
    """Of the house's rules, under which the case is filed."""
    deciding = [found for found in row.findings if found["action"] == row.action]
    return of_category(deciding[0]["category"]).house
