"""What the pages of streams need of templates."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django import template
from django.utils.safestring import SafeString, mark_safe

if TYPE_CHECKING:
    from streams.models import Stream

register = template.Library()


@register.filter
def as_json(value: Any) -> SafeString:
    """For a data block inside the page: nothing in it can end the element early."""
    body = json.dumps(value).replace("<", "\\u003c")
    return mark_safe(body)  # noqa: S308  escaped in the line above


@register.filter
def cast_words(stream: Stream) -> str:
    """``Hob``, ``Hob and Sunniva``, ``Hob, Sunniva and Kiko``."""
    names = [seat.character.name for seat in stream.seats.all()]
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"
