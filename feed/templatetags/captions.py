"""Captions of posts, with their hashtags as links."""

from __future__ import annotations

from django import template
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from feed import hashtags

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
