"""Messages as something to be reported and withheld.

A conversation is private: only the people who heard a line can report it, and what a
moderator then sees is the copy that was made with the report.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moderation import subjects
from socialapp.chat import services
from socialapp.chat.models import Message

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.contrib.auth.models import AnonymousUser

    from socialapp.accounts.models import User


def register() -> None:
    subjects.register(
        "chat-message",
        title="Chat message",
        find=lambda key: Message.objects.full().filter(key=key).first(),
        describe=lambda message: f"{message.author.name} in a conversation",
        snapshot=_snapshot,
        author=_author,
        url=lambda message: message.get_absolute_url(),
        visible=_visible,
        hide=_set(Message.Level.HIDDEN),
        remove=_set(Message.Level.REMOVED),
        restore=_set(""),
        content_types=("CONTENT_TYPE_TEXT",),
    )


def _set(level: str) -> Callable[[Any], None]:
    return lambda message: services.set_withheld(message=message, level=level)


def _author(message: Message) -> User | None:
    """Nobody wrote the lines of a character: a machine did, here."""
    person: User | None = message.author.person
    return person


def _snapshot(message: Message) -> dict[str, str]:
    """The line and the one it answers, which tells what it was said to, unless somebody
    who heard the line was not there yet: whoever reports it may be the one."""
    before = ""
    if message.parent and set(message.heard) <= set(message.parent.heard):
        before = message.parent.text
    made_by = message.provider or "a person"
    return {"Said": message.text, "Before it": before, "Made by": made_by}


def _visible(message: Message, viewer: User | AnonymousUser) -> bool:
    return Message.objects.of(viewer).filter(pk=message.pk).exists()
