"""What people write about themselves; accounts ask by ``TEXT_SCREENER``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moderation.screening.judge import ScreeningUnavailableError
from moderation.screening.refusals import TextRefusedError, check_text

if TYPE_CHECKING:
    from socialapp.accounts.models import User


def complaint(text: str, *, surface: str, person: User | None) -> str:
    """Why `text` may not stay, in words for its author; empty when it may."""
    if not text:
        return ""
    subject = f"person:{person.pk}" if person else ""
    try:
        check_text(text, surface=surface, person=person, subject=subject)
    except (TextRefusedError, ScreeningUnavailableError) as error:
        return error.message
    return ""
