"""What pages, programs and turns read of conversations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Prefetch, Q

from socialapp.accounts.circle import folded, heard, not_apart
from socialapp.characters.models import Character
from socialapp.chat.models import (
    Conversation,
    Fact,
    Invitation,
    Message,
    Participant,
    Persona,
)

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
        Conversation.objects.owned_by(person)
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


def may_show(
    participants: list[Participant], person: Viewer, *, host: int | None = None
) -> set[int]:
    """Ids of the characters whose name and face this person may see now: one query.
    `host`: id of whoever brought them; their own are seen by all whom they asked in."""
    ids = [one.character_id for one in participants if one.character_id]
    there = Character.objects.filter(pk__in=ids)
    shown = Character.objects.visible_to(person).filter(pk__in=ids)
    if host is not None and host != person.pk:
        brought = there.alive().filter(owner=host, withheld="", waits=False)
        shown = there.filter(Q(pk__in=shown) | Q(pk__in=brought))
    return set(shown.values_list("pk", flat=True))


def invitations_to(person: Viewer) -> list[Invitation]:
    """By name, and not answered yet; the newest first."""
    found = Invitation.objects.to(person).select_related("conversation__owner")
    there = found.filter(not_apart(person, "conversation__owner"))
    return list(there.order_by("-pk"))


def invitations_of(conversation: Conversation) -> list[Invitation]:
    """Those by which somebody may still come in."""
    return list(conversation.invitations.open().select_related("guest"))


def people_in(participants: list[Participant]) -> list[Participant]:
    """Those of `participants` who are people and there now."""
    return [one for one in participants if one.is_person and one.left is None]


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


def seat_of(conversation: Conversation, person: User) -> Participant:
    """Where this person sits now. Participant.DoesNotExist for whoever is not there."""
    return conversation.participants.present().get(person=person)


def hearing(person: User, key: str) -> tuple[int, frozenset[int]] | None:
    """Since which message this person hears a conversation, and the seats of those whose
    words they keep away. None: they are not there."""
    there = Participant.objects.filter(conversation__key=key)
    mine = there.present().filter(person=person)
    since = mine.values_list("since", flat=True).first()
    if since is None:
        return None
    away = there.filter(person__in=folded(person)).values_list("pk", flat=True)
    return since, frozenset(away)


def path_of(conversation: Conversation, seat: Participant) -> list[Message]:
    """What is shown to whoever sits there: nothing of before they came."""
    return _folded(_whole(_heard(ids_to(conversation.head), seat), None), seat)


def _folded(messages: list[Message], seat: Participant) -> list[Message]:
    """With ``folded`` set on what was said by people whom this one blocked or muted; no
    query where nobody else sits."""
    others = {one.author.person_id for one in messages} - {None, seat.person_id}
    away = folded(seat.person) if others and seat.person else frozenset()
    for message in messages:
        message.folded = message.author.person_id in away
    return messages


def _heard(ids: list[int], seat: Participant) -> list[int]:
    last = seat.until
    return [pk for pk in ids if pk > seat.since and (last is None or pk <= last)]


def lines_of(
    conversation: Conversation, seat: Participant, *, most: int | None = None
) -> tuple[list[Line], int]:
    """The path as it is shown to whoever sits there, or its last `most` lines, each with
    the count of its alternatives; and how many lines come before those."""
    if conversation.head_id is None:
        return [], 0
    rows = conversation.messages.order_by("pk").values_list(
        "pk", "parent_id", "author_id"
    )
    parents: dict[int, int | None] = {}
    beside: dict[tuple[int | None, int], list[int]] = {}
    for pk, parent, author in rows:
        parents[pk] = parent
        if pk > seat.since:
            beside.setdefault((parent, author), []).append(pk)
    ids = _heard(_walk(conversation.head_id, parents), seat)
    lines = []
    for message in _folded(_whole(ids, most), seat):
        group = beside[(message.parent_id, message.author_id)]
        lines.append(Line(message, group.index(message.pk) + 1, len(group)))
    return lines, len(ids) - len(lines)


def pins_of(conversation: Conversation, seat: Participant) -> list[Message]:
    """What is pinned on the path that is shown."""
    said = Message.objects.heard_on(seat).filter(pinned=True, withheld="")
    if seat.person is not None:
        said = said.filter(heard(seat.person, "author__person"))
    pinned = list(said)
    path = set(ids_to(conversation.head)) if pinned else set()
    return [message for message in pinned if message.pk in path]


def alternatives_of(message: Message, person: Viewer) -> list[Message]:
    """The message among those of its alternatives that this person heard, oldest
    first."""
    return list(
        Message.objects.of(person)
        .filter(
            conversation=message.conversation_id,
            parent=message.parent_id,
            author=message.author_id,
        )
        .order_by("pk")
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


def facts_of(conversation: Conversation, seat: Participant) -> list[Fact]:
    """What is remembered of whoever sits there, on the path that is shown, the oldest
    first."""
    mine = conversation.facts.kept().filter(about__person=seat.person_id)
    kept = list(mine.select_related("message", "about__person"))
    path = set(ids_to(conversation.head)) if kept else set()
    return [f for f in kept if f.message_id is None or f.message_id in path]


def personas_of(person: User) -> QuerySet[Persona]:
    return Persona.objects.filter(owner=person).order_by("-created", "-pk")


def search(person: Viewer, words: str) -> list[Message]:
    """Messages of this person's conversations with all of these words, newest first."""
    there = Message.objects.of(person).filter(heard(person, "author__person"))
    found = there.filter(withheld="").full()
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
