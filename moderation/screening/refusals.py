"""A refusal in words: which ones, which rule, what it cost, and the way out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import timezone

from moderation.screening.judge import screen_text
from moderation.screening.rules import of_category
from socialapp.accounts.young import birthdays

if TYPE_CHECKING:
    from moderation.screening.verdicts import Finding, Verdict
    from socialapp.accounts.models import User

_MOST_WORDS = 80
_HELP = (
    "This sounds like somebody who may be in danger, so it is not shown. It breaks no"
    " rule, nothing was spent and nobody was told. If it is about you, you deserve a"
    " person who listens."
)


class TextRefusedError(Exception):
    """A text does not go on; `message` is for the person who wrote it."""

    def __init__(self, verdict: Verdict, text: str, *, field: str = "") -> None:
        self.verdict = verdict
        self.field = field
        self.message = message_of(verdict, text)
        self.details = details_of(verdict, text)
        super().__init__(self.message)

    @property
    def crisis(self) -> bool:
        return self.verdict.action == "crisis"


def check_text(
    text: str,
    *,
    surface: str,
    person: User | None,
    subject: str = "",
    field: str = "",
    beside: str = "",
) -> Verdict:
    """Screen and log `text`; TextRefusedError when it may not go on, and what
    `screen_text` raises. `field`: what the person calls it, for the message."""
    verdict = screen_text(
        text,
        surface=surface,
        age=age_of(person),
        person=person,
        subject=subject,
        beside=beside,
    )
    if verdict.stops:
        raise TextRefusedError(verdict, text, field=field)
    return verdict


def age_of(person: User | None) -> int | None:
    if person is None or person.birth_date is None:
        return None
    return birthdays.age(person.birth_date, today=timezone.now().date())


def message_of(verdict: Verdict, text: str) -> str:
    """Empty for what goes on."""
    if not verdict.stops:
        return ""
    if verdict.action == "crisis":
        return _HELP
    found = verdict.deciding[0]
    rule = of_category(found.category)
    words = words_of(found, text)
    lead = f"“{words}”" if words else "This"
    way = "Change it, or ask a person to look." if rule.appeal else "Change it."
    return (
        f"{lead} reads as {rule.reads_as} (rule {rule.id}, {rule.title})."
        f" Nothing was spent. {way}"
    )


def details_of(verdict: Verdict, text: str) -> dict[str, Any]:
    """For pages and programs: what to mark, and whether a person may be asked."""
    crisis = verdict.action == "crisis"
    return {
        "action": verdict.action,
        "message": message_of(verdict, text),
        "marks": [
            {
                "start": found.start,
                "end": found.end,
                "words": words_of(found, text),
                "rule": found.rule,
                "title": of_category(found.category).title,
            }
            for found in verdict.deciding
            if verdict.stops and not crisis
        ],
        "appeal": verdict.stops
        and not crisis
        and all(of_category(found.category).appeal for found in verdict.deciding),
        "screening": None if crisis else verdict.screening,
        "help": help_lines() if crisis else [],
    }


def words_of(found: Finding, text: str) -> str:
    """The words that were found, as written; empty when it is about the whole."""
    if found.start is None or found.end is None:
        return ""
    words = " ".join(text[found.start : found.end].split())
    return words if len(words) <= _MOST_WORDS else words[: _MOST_WORDS - 1] + "…"


def help_lines() -> list[dict[str, str]]:
    """The operator's lines: region, name, phone and address of each."""
    lines: list[dict[str, str]] = settings.CRISIS_LINES
    return lines
