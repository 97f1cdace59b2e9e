"""What templates say about icons, tickets, times and counts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from socialapp.lib import blobs

if TYPE_CHECKING:
    from django.forms import BoundField

register = template.Library()

TICKET = (
    "M3 1h26a2 2 0 0 1 2 2v3a3 3 0 0 0 0 6v3a2 2 0 0 1-2 2H3a2 2 0 0 1-2-2v-3"
    "a3 3 0 0 0 0-6V3a2 2 0 0 1 2-2z"
)
"""A ticket of 32 by 18 with a bite out of each short side."""

TINTS = ("plum", "teal", "navy", "emerald", "indigo", "moss")
"""The avatar colours of ``cards.css``."""


@cache
def _sprite() -> str:
    return static("icons/icons.svg")


@register.simple_tag
def icon(name: str, extra: str = "") -> SafeString:
    """``{% icon "heart" %}``; `extra` is the end of a class: ``lg`` or ``fill``."""
    return format_html(
        '<svg class="icon{}" aria-hidden="true"><use href="{}#{}"/></svg>',
        f" icon--{extra}" if extra else "",
        _sprite(),
        name,
    )


@register.simple_tag
def tickets(left: int, of: int) -> SafeString:
    """The day's tickets: whole ones first, then the used outlines."""
    one = (
        '<svg class="quota__ticket" viewBox="0 0 32 18"{}><path d="' + TICKET + '"/>'
        "</svg>"
    )
    return format_html(
        '<span class="quota__tickets" aria-hidden="true">{}</span>',
        format_html_join(
            "",
            one,
            ((mark_safe("" if n < left else " data-used"),) for n in range(of)),  # noqa: S308
        ),
    )


@register.filter
def media(ref: str) -> str:
    """The address of a blob; empty for no blob."""
    return blobs.url(ref) if ref else ""


@register.filter
def tint(key: str) -> str:
    """One of the avatar colours, the same for the same key."""
    return f"avatar--{TINTS[sum(key.encode()) % len(TINTS)]}"


@register.filter
def initial(name: str) -> str:
    return name[:1].upper()


@register.filter
def clock(seconds: float | None) -> str:
    """``0:09``, ``1:04``."""
    whole = int(seconds or 0)
    return f"{whole // 60}:{whole % 60:02d}"


@register.filter
def seconds_words(seconds: float | None) -> str:
    """``14 seconds``, ``1 second``, ``2 minutes``."""
    whole = max(round(seconds or 0), 1)
    if whole < 90:
        return f"{whole} second{'' if whole == 1 else 's'}"
    return f"{round(whole / 60)} minutes"


@register.filter
def compact(number: int) -> str:
    """``4,812``; from ten thousand ``12k``, from a million ``1.2M``."""
    if number < 10_000:
        return f"{number:,}"
    if number < 1_000_000:
        return f"{number // 1000}k"
    # Cut, not rounded: a count never says more than there is.
    return f"{number // 100_000 / 10:g}M"


@register.filter
def ago(moment: datetime, now: datetime | None = None) -> str:
    """``just now``, ``5 minutes ago``, ``3 hours ago``, ``2 days ago``, a date."""
    past = (now or timezone.now()) - moment
    if past < timedelta(minutes=1):
        return "just now"
    for size, word in ((3600, "minute"), (86400, "hour"), (7 * 86400, "day")):
        unit = {"minute": 60, "hour": 3600, "day": 86400}[word]
        if past.total_seconds() < size:
            number = int(past.total_seconds() // unit)
            return f"{number} {word}{'' if number == 1 else 's'} ago"
    return date_format(timezone.localtime(moment), "j F Y")


@register.filter
def stamp(moment: datetime) -> str:
    """For ``<time datetime>``: UTC to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@register.filter
def control(field: BoundField, kind: str = "input") -> SafeString:
    """A form's widget with the class of the house and its state for readers."""
    # The label says it already; a placeholder that repeats it reads as content.
    attributes: dict[str, str | bool] = {"placeholder": ""}
    if kind:
        attributes["class"] = kind
    notes = []
    if field.help_text:
        notes.append(f"{field.auto_id}_hint")
    if field.errors:
        attributes["aria-invalid"] = "true"
        notes.append(f"{field.auto_id}_error")
    if notes:
        attributes["aria-describedby"] = " ".join(notes)
    return field.as_widget(attrs=attributes)
