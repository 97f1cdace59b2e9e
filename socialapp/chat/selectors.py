"""What pages, programs and turns read of conversations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Prefetch

from socialapp.characters.models import Character
from socialapp.chat.models import Conversation, Fact, Message, Participant, Persona

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.contrib.auth.models import AnonymousUser
    from django.db.models import QuerySet

    from socialapp.accounts.models import User

    Viewer = User | AnonymousUser

MOST_FOUND = 50
"""Messages that a search gives."""

GONE = "Somebody who left"
"""Instead of the name of a character that its viewer may not see any more."""


@dataclass(frozen=True, slots=True)
class Line:
    """A message as it is shown, and which of its alternatives it is."""

    message: Message
    number: int
    of: int


def conversations_of(
    person: Viewer, *, archived: bool = False
) -> QuerySet[Conversation]:
    state = Conversation.State.ARCHIVED if archived else Conversation.State.OPEN
    seats = Participant.objects.select_related("character__portrait")
    return (
        Conversation.objects.of(person)
        .filter(state=state)
        .full()
        .prefetch_related(Prefetch("participants", queryset=seats))
        .order_by("-changed", "-pk")
    )


def conversation_for(person: Viewer, key: str) -> Conversation:
    """Conversation.DoesNotExist for those of others."""
    return Conversation.objects.of(person).full().get(key=key)


def newest_with(person: User, character: Character) -> Conversation | None:
    return (
        Conversation.objects.of(person)
        .filter(kind=Conversation.Kind.SOLO, participants__character=character)
        .order_by("-changed", "-pk")
        .first()
    )


def participants_of(conversation: Conversation) -> list[Participant]:
    """Those who left too, in the order in which they came."""
    seats = conversation.participants.select_related("person", "character__portrait")
    return list(seats)


def present_in(participants: list[Participant]) -> list[Participant]:
    return [one for one in participants if one.left is None]


def can_speak(participant: Participant, person: Viewer) -> bool:
    """Its person may still open its page, nobody took it off the stage, and its words
    do not wait for approval."""
    character = participant.character
    if character is None or participant.left is not None:
        return False
    if character.withheld or character.waits:
        return False
    return Character.objects.visible_to(person).filter(pk=character.pk).exists()


def may_show(participants: list[Participant], person: Viewer) -> set[int]:
    """Ids of the characters whose name and face this person may see now: one query."""
    ids = [one.character_id for one in participants if one.character_id]
    shown = Character.objects.visible_to(person).filter(pk__in=ids)
    return set(shown.values_list("pk", flat=True))


def ids_to(message: Message | None) -> list[int]:
    """Of the path from the first message to this one: one query of numbers."""
    if message is None:
        return []
    rows = Message.objects.filter(conversation=message.conversation_id).order_by()
    return _walk(message.pk, dict(rows.values_list("pk", "parent_id")))


def _walk(leaf: int, parents: Mapping[int, int | None]) -> list[int]:
    ids: list[int] = []
    at: int | None = leaf
    while at is not None:
        ids.append(at)
        at = parents.get(at)
    return ids[::-1]


def path_to(message: Message | None, *, most: int | None = None) -> list[Message]:
    """From the first message to this one, or the last `most` of them: two queries."""
    return _whole(ids_to(message), most)


def _whole(ids: list[int], most: int | None) -> list[Message]:
    wanted = ids[-most:] if most else ids
    rows = Message.objects.select_related("author__character__portrait")
    heavy = ("persona", "card", "portrait__rig", "portrait__recipe", "portrait__hand")
    found = rows.defer(*(f"author__character__{one}" for one in heavy)).in_bulk(wanted)
    return [found[pk] for pk in wanted]


def path_of(conversation: Conversation) -> list[Message]:
    return path_to(conversation.head)


def lines_of(
    conversation: Conversation, *, most: int | None = None
) -> tuple[list[Line], int]:
    """The path as it is shown, or its last `most` lines, each with the count of its
    alternatives; and how many lines come before those."""
    if conversation.head_id is None:
        return [], 0
    rows = conversation.messages.order_by("pk").values_list(
        "pk", "parent_id", "author_id"
    )
    parents: dict[int, int | None] = {}
    beside: dict[tuple[int | None, int], list[int]] = {}
    for pk, parent, author in rows:
        parents[pk] = parent
        beside.setdefault((parent, author), []).append(pk)
    ids = _walk(conversation.head_id, parents)
    lines = []
    for message in _whole(ids, most):
        group = beside[(message.parent_id, message.author_id)]
        lines.append(Line(message, group.index(message.pk) + 1, len(group)))
    return lines, len(ids) - len(lines)


def pins_of(conversation: Conversation) -> list[Message]:
    """What is pinned on the path that is shown."""
    pinned = list(conversation.messages.filter(pinned=True, withheld=""))
    path = set(ids_to(conversation.head)) if pinned else set()
    return [message for message in pinned if message.pk in path]


def alternatives_of(message: Message) -> list[Message]:
    """The message among its alternatives, oldest first."""
    return list(
        Message.objects.filter(
            conversation=message.conversation_id,
            parent=message.parent_id,
            author=message.author_id,
        ).order_by("pk")
    )


def newest_leaf(message: Message) -> Message:
    """The end of the newest path through `message`."""
    rows = Message.objects.filter(conversation=message.conversation_id)
    newest: dict[int | None, int] = {}
    for pk, parent in rows.order_by("pk").values_list("pk", "parent_id"):
        newest[parent] = pk
    at = message.pk
    while at in newest:
        at = newest[at]
    return message if at == message.pk else rows.get(pk=at)


def facts_of(conversation: Conversation) -> list[Fact]:
    """What is remembered on the path that is shown, the oldest first."""
    kept = list(conversation.facts.kept().select_related("message"))
    path = set(ids_to(conversation.head)) if kept else set()
    return [f for f in kept if f.message_id is None or f.message_id in path]


def personas_of(person: User) -> QuerySet[Persona]:
    return Persona.objects.filter(owner=person).order_by("-created", "-pk")


def search(person: Viewer, words: str) -> list[Message]:
    """Messages of this person's conversations with all of these words, newest first."""
    found = Message.objects.of(person).filter(withheld="").full()
    terms = words.split()[:8]
    if not terms:
        return []
    for term in terms:
        found = found.filter(text__icontains=term)
    return list(found.order_by("-pk")[:MOST_FOUND])


def usable_in_clips(person: User, participants: list[Participant]) -> set[int]:
    """Ids of the characters here that this person may make clips with."""
    ids = [one.character_id for one in participants if one.character_id]
    usable = Character.objects.usable_by(person).filter(pk__in=ids)
    return set(usable.values_list("pk", flat=True))


def as_archive(conversation: Conversation) -> dict[str, Any]:
    """Everything of a conversation, every branch of it: nothing is lost on the way."""
    participants = participants_of(conversation)
    numbers = {one.pk: n for n, one in enumerate(participants)}
    messages = conversation.messages.select_related("parent").order_by("pk")
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
            {"name": conversation.persona.name, "about": conversation.persona.about}
            if conversation.persona
            else None
        ),
        "head": conversation.head.key if conversation.head else None,
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
                "parent": message.parent.key if message.parent else None,
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
                "message": fact.message.key if fact.message else None,
                "known_by": [numbers[pk] for pk in fact.known_by if pk in numbers],
                "created": fact.created,
                "edited": fact.edited,
                "forgotten": fact.forgotten,
            }
            for fact in conversation.facts.select_related("message")
        ],
    }


def as_text(conversation: Conversation) -> str:
    """The path that is shown, as one reads it."""
    names = {one.pk: one.name for one in participants_of(conversation)}
    head = [
        conversation.title or "A conversation",
        "Lines of characters were made with AI. All of this is made up.",
        "",
    ]
    lines = [
        f"{names[message.author_id]}: {message.text}"
        for message in path_of(conversation)
        if message.text and not message.withheld
    ]
    return "\n".join([*head, *lines, ""])
