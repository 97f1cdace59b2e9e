"""What every writer of a conversation asks first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from moderation.abuse import services as abuse
from moderation.screening.judge import ScreeningUnavailableError
from moderation.screening.refusals import check_text
from socialapp.chat.errors import ChatClosedError, ChatError, NotNowError, NotYoursError
from socialapp.chat.models import Conversation, Message, Participant

if TYPE_CHECKING:
    from socialapp.accounts.models import User

MOST_TEXT = 2000
"""Characters of a message, as in ``socialapp.chat.models.Message``."""

STOPPED = "A sentence was stopped"
"""How a note begins when screening kept something back."""

MOST_MESSAGES = 4000
"""Of one conversation, all branches together: a path is read whole at every turn."""


def open_to(person: User) -> bool:
    """Teenagers have no open conversations."""
    return not person.is_minor


def require_adult(person: User) -> None:
    if not open_to(person):
        raise ChatClosedError


def require_owner(conversation: Conversation, person: User, what: str) -> None:
    """`what`: as in “Only Ann can `what`”."""
    if conversation.owner_id != person.pk:
        raise NotYoursError(
            f"Only {conversation.owner.name}, who began this chat, can {what}."
        )


def seat_of(conversation: Conversation, person: User) -> Participant:
    """Where this person sits now. ChatError for whoever is not there."""
    seat = conversation.participants.present().filter(person=person).first()
    if seat is None:
        raise ChatError("You are not part of this conversation any more.")
    return seat


def has_several_people(conversation: Conversation) -> bool:
    return conversation.participants.present().people().count() > 1


def cleaned(text: str, *, most: int, what: str) -> str:
    """Without white space around it. ChatError when it is empty or too long."""
    text = text.replace("\r\n", "\n").replace("\x00", "").strip()
    if not text:
        raise ChatError(f"{what} is empty. Write something first.")
    if len(text) > most:
        raise ChatError(
            f"{what} has {len(text)} characters; {most} fit. Shorten it and try again."
        )
    return text


def screen(text: str, *, person: User, subject: str, field: str = "text") -> None:
    """TextRefusedError for what may not be said, a crisis included, and ChatError when
    nobody can look. Outside of the transaction, so that the log keeps what is refused."""
    try:
        check_text(text, surface="chat", person=person, subject=subject, field=field)
    except ScreeningUnavailableError as error:
        raise NotNowError(
            "We cannot check texts just now, so nothing was sent. Nothing is lost. Try"
            " again in a few minutes."
        ) from error


def count(person: User, text: str = "", address: str = "") -> None:
    """AbuseError for too much in a while. Nobody else reads it, so only the rate is
    counted."""
    abuse.allow(person=person, text=text, surface="chat", address=address, private=True)


def locked(conversation: Conversation, *, amid: bool = False) -> Conversation:
    """The row as it is now, locked. NotNowError while somebody speaks, unless `amid`;
    the line of a speaker whose process died is closed first."""
    rows = Conversation.objects.select_for_update()
    fresh = rows.filter(pk=conversation.pk).first()
    if fresh is None:
        raise ChatError("This conversation was deleted.")
    if is_leased(fresh):
        if amid:
            return fresh
        raise NotNowError("Somebody is still speaking here. Wait for the end of it.")
    if fresh.leased_until is not None:
        settle(fresh)
    return fresh


def settle(conversation: Conversation) -> None:
    """End the lease of a locked row: what was heard until now is the whole line, and a
    line of which nothing was heard is gone."""
    state = Message.State
    for message in conversation.messages.filter(state=state.STREAMING):
        stopped = message.note.startswith(STOPPED)
        if message.text or stopped:
            message.state = state.REPLACED if stopped else state.COMPLETE
            if not message.text:
                message.state = state.REFUSED
            message.save(update_fields=["state"])
            continue
        if conversation.head_id == message.pk:
            conversation.head_id = message.parent_id
        message.children.update(parent=message.parent_id)
        message.delete()
    conversation.leased_until = None
    conversation.save(update_fields=["leased_until", "head"])


def is_leased(conversation: Conversation) -> bool:
    until = conversation.leased_until
    return until is not None and until > timezone.now()


def require_room(conversation: Conversation) -> None:
    if conversation.messages.count() >= MOST_MESSAGES:
        raise ChatError(
            f"This conversation has {MOST_MESSAGES} messages, which is the most."
            " Branch off from the last one: the new one remembers it all."
        )
