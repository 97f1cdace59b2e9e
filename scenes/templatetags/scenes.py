"""What the pages of scenes say about lengths."""

from __future__ import annotations

from django import template

register = template.Library()


@register.filter
def minutes(number: float | None) -> int:
    """Whole ones, and never none."""
    return max(1, round(number or 0))
