"""What a card says of remixes, from rows that it has: no query."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import template
from django.contrib.auth.models import AnonymousUser

from feed.remixes.allowances import at_a_glance
from feed.remixes.chips import chip_of

if TYPE_CHECKING:
    from django.template import Context

    from feed.models import Post
    from feed.remixes.chips import Chip

register = template.Library()


@register.simple_tag(takes_context=True)
def remix_level(context: Context, post: Post) -> str:
    """``on``, ``ask`` or ``off``, for whoever looks."""
    return str(at_a_glance(context["user"], post))


@register.filter
def remix_rule(post: Post) -> str:
    """What is said to everybody: ``on``, ``ask`` or ``off``."""
    return str(at_a_glance(AnonymousUser(), post))


@register.filter
def remix_chip(post: Post) -> Chip | None:
    return chip_of(post)
