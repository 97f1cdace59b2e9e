"""What people write."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils import timezone

from socialapp.chat.errors import ChatError, NotNowError
from socialapp.chat.models import Conversation, Message, Participant, Persona
from socialapp.chat.selectors import GONE
from socialapp.chat.services import checks, memory, news

if TYPE_CHECKING:
    from socialapp.accounts.models import User


def send_message(
    *, conversation: Conversation, text: str, once: str = "", address: str = ""
) -> Message:
    """The owner says something at the head of the path.

    `once`: the same mark sent again gives the first message back. Raises ChatError,
    TextRefusedError (``crisis``: nothing is kept and nobody answers in character) and
    AbuseError. `address`: of the visitor, against spam.
    """
    return _write(conversation, text, once=once, address=address)


def edit_message(*, message: Message, text: str, address: str = "") -> Message:
    """Say it differently: an alternative beside the old one, which stays as a branch."""
    if not message.author.is_person:
        raise ChatError(
            "Only your own messages can be changed. Ask for another reply instead."
        )
    return _write(message.conversation, text, instead=message, address=address)


def _write(
    conversation: Conversation,
    text: str,
    *,
    once: str = "",
    instead: Message | None = None,
    address: str = "",
) -> Message:
    person = conversation.owner
    checks.require_adult(person)
    if once:
        sent = Message.objects.filter(conversation=conversation, once=once).first()
        if sent is not None:
            return sent
    text = checks.cleaned(text, most=checks.MOST_TEXT, what="The message")
    if conversation.state == Conversation.State.ARCHIVED:
        raise ChatError("This conversation is put away. Take it out first.")
    if checks.is_leased(Conversation.objects.get(pk=conversation.pk)):
        raise NotNowError("Somebody is still speaking here. Wait for the end of it.")
    checks.require_room(conversation)
    checks.screen(text, person=person, subject=f"chat:{conversation.key}")
    checks.count(person, text, address)
    try:
        return _keep(conversation, text, once, instead)
    except IntegrityError:
        # The same message came twice at once; the other one won.
        return Message.objects.get(conversation=conversation, once=once)


@transaction.atomic
def _keep(
    conversation: Conversation, text: str, once: str, instead: Message | None
) -> Message:
    fresh = checks.locked(conversation)
    present = list(fresh.participants.filter(left__isnull=True))
    author = next((one for one in present if one.is_person), None)
    if author is None:
        raise ChatError("You are not part of this conversation any more.")
    message = Message.objects.create(
        conversation=fresh,
        parent_id=instead.parent_id if instead else fresh.head_id,
        author=author,
        text=text,
        heard=[one.pk for one in present],
        once=once,
        edited=timezone.now() if instead else None,
    )
    memory.notice(message)
    fresh.head = message
    fresh.changed = timezone.now()
    if not fresh.title and fresh.kind == Conversation.Kind.SOLO:
        fresh.title = _title_of(text)
    fresh.save(update_fields=["head", "changed", "title"])
    conversation.head, conversation.title = fresh.head, fresh.title
    news.tell_soon(conversation.key, "said", message=message.key, text=text)
    return message


def _title_of(text: str) -> str:
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


def forget_person(*, person: User) -> None:
    """Everything that a leaving person said and was told."""
    Conversation.objects.filter(owner=person).delete()
    Persona.objects.filter(owner=person).delete()
    Participant.objects.filter(person=person).delete()
    forget_names()


def forget_names() -> int:
    """Of characters that were erased with their owners: what they said stays with whom
    it was said to, their names do not."""
    erased = Participant.objects.filter(
        role=Participant.Role.CHARACTER, character__isnull=True
    )
    return erased.exclude(name=GONE).update(name=GONE)
