"""The button that follows somebody, wherever they are shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import template

from feed import selectors
from feed.selectors import circles
from socialapp.lib.templatetags.ui import compact

if TYPE_CHECKING:
    from django.template.context import RequestContext

    from socialapp.accounts.models import User
    from socialapp.characters.models import Character

register = template.Library()


@register.inclusion_tag("feed/_follow.html", takes_context=True)
def follow_button(
    context: RequestContext,
    *,
    creator: User | None = None,
    character: Character | None = None,
) -> dict[str, Any]:
    """Of one of both; one query, none for a visitor."""
    request = context["request"]
    return {
        "request": request,
        "user": request.user,
        "csrf_token": context.get("csrf_token"),
        "creator": creator,
        "character": character,
        "name": f"@{creator.username}" if creator else character and character.name,
        "following": selectors.is_following(
            request.user, creator=creator, character=character
        ),
    }


@register.simple_tag
def followers_count(character: Character) -> str:
    return compact(circles.followers_count(character=character))
