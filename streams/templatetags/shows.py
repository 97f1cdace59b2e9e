"""What templates ask of streams."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import template

from streams import selectors

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from socialapp.accounts.models import User
    from streams.models import Stream

register = template.Library()


@register.simple_tag
def reminded(stream: Stream, user: User | AnonymousUser) -> bool:
    """Whether this person asked to be told when it begins."""
    return selectors.is_reminded(stream=stream, viewer=user)
