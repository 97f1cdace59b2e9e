"""What the pages of moderation say of rules and measures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import template

from moderation.rules import MEASURES

if TYPE_CHECKING:
    from moderation.rules import Rule

register = template.Library()


@register.filter
def consequences(rule: Rule) -> str:
    """``a label, hidden from feeds and search or removed``."""
    words = [MEASURES[name] for name in rule.measures]
    return " or ".join(part for part in (", ".join(words[:-1]), words[-1]) if part)
