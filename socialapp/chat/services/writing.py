"""What people write."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models.functions import Coalesce
from django.utils import timezone

from socialapp.chat.errors import ChatError, NotNowError
from socialapp.chat.models import (
    Conversation,
    Fact,
    Invitation,
    Message,
    Participant,
    Persona,
)
from socialapp.chat.selectors import GONE
from socialapp.chat.services import checks, memory, news

if TYPE_CHECKING:
    from socialapp.accounts.models import User


def send_message(
    *,
    conversation: Conversation,
    person: User,
    text: str,
    once: str = "",
    address: str = "",
) -> Message:
    """Somebody who is there says something at the head of the path. Among several people
    it is kept while a character speaks, too, and answered afterwards.

    `once`: the same mark sent again gives the first message back. Raises ChatError,
    TextRefusedError (``crisis``: nothing is kept and nobody answers in character) and
    AbuseError. `address`: of the visitor, against spam.
    """
    return _write(conversation, person, text, once=once, address=address)


def edit_message(
    *, message: Message, person: User, text: str, address: str = ""
) -> Message:
    """Say it differently: an alternative beside the old one, which stays as a branch."""
    conversation = message.conversation
    if message.author.person_id != person.pk:
        raise ChatError(
            "Only your own messages can be changed. Ask for another reply instead."
        )
    if conversation.owner_id != person.pk and _others_after(message):
        raise ChatError(
            "Somebody else has said something since, and would lose it. Say it again"
            " instead."
        )
    return _write(conversation, person, text, instead=message, address=address)


def _others_after(message: Message) -> bool:
    """Whether another person's line is younger: what follows it would be set aside."""
    younger = message.conversation.messages.filter(pk__gt=message.pk)
    return (
        younger.filter(author__person__isnull=False)
        .exclude(author__person=message.author.person_id)
        .exists()
    )


def _write(
    conversation: Conversation,
    person: User,
    text: str,
    *,
    once: str = "",
    instead: Message | None = None,
    address: str = "",
) -> Message:
    checks.require_adult(person)
    marked = Message.objects.filter(
        conversation=conversation, once=once, author__person=person
    )
    if once and (sent := marked.first()) is not None:
        return sent
    text = checks.cleaned(text, most=checks.MOST_TEXT, what="The message")
    if conversation.state == Conversation.State.ARCHIVED:
        raise ChatError("This conversation is put away. Take it out first.")
    amid = instead is None and checks.has_several_people(conversation)
    if not amid and checks.is_leased(Conversation.objects.get(pk=conversation.pk)):
        raise NotNowError("Somebody is still speaking here. Wait for the end of it.")
    checks.require_room(conversation)
    checks.screen(text, person=person, subject=f"chat:{conversation.key}")
    checks.count(person, text, address)
    try:
        return _keep(conversation, person, text, once, instead, amid=amid)
    except IntegrityError:
        # The same message came twice at once; the other one won.
        sent = marked.first()
        if sent is None:
            raise ChatError("Send it again: its mark was taken.") from None
        return sent


@transaction.atomic
def _keep(
    conversation: Conversation,
    person: User,
    text: str,
    once: str,
    instead: Message | None,
    *,
    amid: bool,
) -> Message:
    fresh = checks.locked(conversation, amid=amid)
    author = checks.seat_of(fresh, person)
    present = fresh.participants.present().values_list("pk", flat=True)
    message = Message.objects.create(
        conversation=fresh,
        parent_id=instead.parent_id if instead else fresh.head_id,
        author=author,
        text=text,
        heard=list(present.order_by("pk")),
        once=once,
        edited=timezone.now() if instead else None,
    )
    memory.notice(message)
    fresh.head = message
    fresh.changed = timezone.now()
    if not fresh.title and fresh.kind == Conversation.Kind.SOLO:
        fresh.title = title_of(text)
    fresh.save(update_fields=["head", "changed", "title"])
    conversation.head, conversation.title = fresh.head, fresh.title
    news.tell_soon(
        conversation.key,
        "said",
        at=message.pk,
        message=message.key,
        speaker=author.pk,
        name=author.name,
        text=text,
    )
    return message


def title_of(text: str) -> str:
    """What a conversation with one character is called: the first thing one said."""
    line = " ".join(text.split())
    return line if len(line) <= 60 else f"{line[:59].rsplit(' ', 1)[0]}…"


def pin_message(*, message: Message, pinned: bool) -> Message:
    message.pinned = pinned
    message.save(update_fields=["pinned"])
    return message


def set_withheld(*, message: Message, level: str) -> None:
    """For moderation: ``hidden``, ``removed`` or empty, which is back."""
    Message.objects.filter(pk=message.pk).update(withheld=level)
    message.withheld = level


@transaction.atomic
def forget_person(*, person: User) -> None:
    """Everything that a leaving person said and was told. In conversations of others
    their lines are emptied: what was answered to them belongs to those who heard it."""
    for conversation in Conversation.objects.owned_by(person):
        news.tell_soon(conversation.key, "closed")
        conversation.delete()
    Persona.objects.filter(owner=person).delete()
    Invitation.objects.filter(guest=person).delete()
    seats = Participant.objects.filter(person=person)
    Message.objects.filter(author__in=seats).update(
        text="", state=Message.State.ERASED, once=""
    )
    Fact.objects.filter(about__in=seats).delete()
    for seat in seats.present().select_related("conversation"):
        news.tell_soon(seat.conversation.key, "people")
    now = timezone.now()
    seats.update(name=GONE, left=Coalesce("left", now), shares=False, person=None)
    forget_names()


def forget_names() -> int:
    """Of characters that were erased with their owners: what they said stays with whom
    it was said to, their names do not."""
    erased = Participant.objects.filter(
        role=Participant.Role.CHARACTER, character__isnull=True
    )
    return erased.exclude(name=GONE).update(name=GONE)
