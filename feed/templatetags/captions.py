"""Captions of posts, with their hashtags as links."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import template
from django.urls import reverse
from django.utils.html import format_html, format_html_join

from feed import hashtags

if TYPE_CHECKING:
    from django.utils.safestring import SafeString

register = template.Library()


@register.filter
def tagged(caption: str) -> SafeString:
    """The caption, escaped, each hashtag a link to its page."""
    return format_html_join(
        "",
        "{}",
        (
            (
                format_html(
                    '<a href="{}">{}</a>', reverse("tag", args=[piece.tag]), piece.text
                )
                if piece.tag
                else piece.text,
            )
            for piece in hashtags.pieces_of(caption)
        ),
    )
