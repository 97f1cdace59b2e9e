"""A conversation as its people take it along: what each of them heard."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from socialapp.chat.models import Message
from socialapp.chat.selectors import participants_of, path_of

if TYPE_CHECKING:
    from socialapp.chat.models import Conversation, Participant


def as_archive(conversation: Conversation, seat: Participant) -> dict[str, Any]:
    """Everything that was said in the presence of whoever sits there, every branch of it,
    and what is remembered of them."""
    owns = conversation.owner_id == seat.person_id
    persona = conversation.persona if owns else None
    participants = participants_of(conversation)
    numbers = {one.pk: n for n, one in enumerate(participants)}
    heard = Message.objects.heard_on(seat)
    messages = list(heard.order_by("pk"))
    keys = {message.pk: message.key for message in messages}
    facts = conversation.facts.filter(about__person=seat.person_id)
    return {
        "format": "troupe-conversation",
        "version": 1,
        "ai_generated": True,
        "key": conversation.key,
        "title": conversation.title,
        "kind": conversation.kind,
        "state": conversation.state,
        "created": conversation.created,
        "persona": (
            {"name": persona.name, "about": persona.about} if persona else None
        ),
        "head": keys.get(conversation.head_id or 0),
        "participants": [
            {
                "role": one.role,
                "name": one.name,
                "character": one.character.key if one.character else None,
                "joined": one.joined,
                "left": one.left,
            }
            for one in participants
        ],
        "messages": [
            {
                "key": message.key,
                "parent": keys.get(message.parent_id or 0),
                "author": numbers[message.author_id],
                "text": "" if message.withheld else message.text,
                "withheld": message.withheld,
                "state": message.state,
                "heard_by": [numbers[pk] for pk in message.heard if pk in numbers],
                "provider": message.provider,
                "expression": message.expression,
                "gesture": message.gesture,
                "pinned": message.pinned,
                "created": message.created,
                "edited": message.edited,
            }
            for message in messages
        ],
        "facts": [
            {
                "text": fact.text,
                "message": keys.get(fact.message_id or 0),
                "known_by": [numbers[pk] for pk in fact.known_by if pk in numbers],
                "created": fact.created,
                "edited": fact.edited,
                "forgotten": fact.forgotten,
            }
            for fact in facts
        ],
    }


def as_text(conversation: Conversation, seat: Participant) -> str:
    """The path that is shown, as one reads it."""
    names = {one.pk: one.name for one in participants_of(conversation)}
    head = [
        conversation.title or "A conversation",
        "Lines of characters were made with AI. All of this is made up.",
        "",
    ]
    lines = [
        f"{names[message.author_id]}: {message.text}"
        for message in path_of(conversation, seat)
        if message.text and not message.withheld
    ]
    return "\n".join([*head, *lines, ""])
