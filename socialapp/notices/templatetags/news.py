"""What templates say about news."""

from __future__ import annotations

from django import template

from socialapp.notices import kinds
from socialapp.notices.models import Notice

register = template.Library()

ICONS = {
    "shows": "radio",
    "clips": "clapperboard",
    "scenes": "theater",
    "likes": "heart",
    "comments": "message-circle",
    "remixes": "repeat-2",
    "decisions": "scale",
}
OWN: dict[str, str] = {
    Notice.Kind.CLIP_FAILED: "circle-x",
    Notice.Kind.FOLLOWED: "user",
}
"""Kinds that do not look like their group."""


@register.filter
def notice_icon(notice: Notice) -> str:
    kind = notice.kind
    return OWN.get(kind) or ICONS.get(kinds.sort_of(kind).group, "bell")
