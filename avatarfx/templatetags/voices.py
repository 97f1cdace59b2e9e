"""What pages of lower apps show of the voices."""

from __future__ import annotations

from typing import Any

from django import template

from avatarfx.voices import catalogue

register = template.Library()


@register.inclusion_tag("avatarfx/_voices.html")
def voice_choices(chosen: str | None) -> dict[str, Any]:
    """The twelve as radio rows, and a row for a blend of one's own."""
    voice = chosen or catalogue.VOICES[0].id
    known = {v.id for v in catalogue.VOICES}
    return {
        "voices": catalogue.VOICES,
        "chosen": voice,
        "blend": "" if voice in known else voice,
    }


@register.filter
def voice_name(voice: str) -> str:
    """``Front row``; a blend is told by its larger part."""
    return catalogue.name_of(voice)
