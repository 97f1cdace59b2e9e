"""What is remembered: noticed in messages or written down, changed, forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from socialapp.chat.errors import ChatError
from socialapp.chat.models import Conversation, Fact, Participant
from socialapp.chat.noticing import facts_in
from socialapp.chat.services import checks

if TYPE_CHECKING:
    from socialapp.accounts.models import User
    from socialapp.chat.models import FactQuerySet, Message

MOST_TEXT = 200
MOST_FACTS = 200


def remember(*, conversation: Conversation, person: User, text: str) -> Fact:
    """A fact that a person writes down; all characters present know it next turn."""
    checks.require_adult(person)
    text = _checked(conversation, person, text)
    with transaction.atomic():
        Conversation.objects.select_for_update().get(pk=conversation.pk)
        seat = checks.seat_of(conversation, person)
        if _kept_of(seat).count() >= MOST_FACTS:
            raise ChatError(
                f"{MOST_FACTS} things are remembered here, which is the most. Let some"
                " be forgotten first."
            )
        present = conversation.participants.present().filter(
            role=Participant.Role.CHARACTER
        )
        return Fact.objects.create(
            conversation=conversation,
            about=seat,
            text=text,
            known_by=list(present.values_list("pk", flat=True)),
        )


def _kept_of(seat: Participant) -> FactQuerySet:
    """What is remembered of whoever sits there, of earlier visits too."""
    kept = Fact.objects.kept().filter(conversation=seat.conversation_id)
    return kept.filter(about__person=seat.person_id)


def notice(message: Message) -> list[Fact]:
    """Keep what a message says of its writer, for those who heard it. Within the
    transaction that writes the message."""
    known = set(_kept_of(message.author).values_list("text", flat=True))
    room = MOST_FACTS - len(known)
    new = [text for text in facts_in(message.text) if text not in known][: max(0, room)]
    return Fact.objects.bulk_create(
        Fact(
            conversation=message.conversation,
            message=message,
            about=message.author,
            text=text[:MOST_TEXT],
            known_by=message.heard,
        )
        for text in new
    )


def edit_fact(*, fact: Fact, text: str) -> Fact:
    """The new words count from the next turn on."""
    person = fact.about.person
    if person is None:
        raise ChatError("Whoever this is about has left Troupe.")
    fact.text = _checked(fact.conversation, person, text)
    fact.edited = timezone.now()
    fact.save(update_fields=["text", "edited"])
    return fact


def forget_fact(*, fact: Fact) -> None:
    """No character is told of it again."""
    fact.forgotten = timezone.now()
    fact.save(update_fields=["forgotten"])


def recall_fact(*, fact: Fact) -> None:
    """Undo `forget_fact`."""
    fact.forgotten = None
    fact.save(update_fields=["forgotten"])


def _checked(conversation: Conversation, person: User, text: str) -> str:
    text = checks.cleaned(" ".join(text.split()), most=MOST_TEXT, what="This")
    checks.screen(text, person=person, subject=f"chat:{conversation.key}")
    return text
