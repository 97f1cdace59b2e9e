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
    from socialapp.chat.models import Message

MOST_TEXT = 200
MOST_FACTS = 200


def remember(*, conversation: Conversation, text: str) -> Fact:
    """A fact that its person writes down; all characters present know it next turn."""
    checks.require_adult(conversation.owner)
    text = _checked(conversation, text)
    with transaction.atomic():
        Conversation.objects.select_for_update().get(pk=conversation.pk)
        if conversation.facts.kept().count() >= MOST_FACTS:
            raise ChatError(
                f"{MOST_FACTS} things are remembered here, which is the most. Let some"
                " be forgotten first."
            )
        present = conversation.participants.filter(
            role=Participant.Role.CHARACTER, left__isnull=True
        )
        return Fact.objects.create(
            conversation=conversation,
            text=text,
            known_by=list(present.values_list("pk", flat=True)),
        )


def notice(message: Message) -> list[Fact]:
    """Keep what a message says of its writer, for those who heard it. Within the
    transaction that writes the message."""
    kept = message.conversation.facts.kept()
    known = set(kept.values_list("text", flat=True))
    room = MOST_FACTS - len(known)
    new = [text for text in facts_in(message.text) if text not in known][: max(0, room)]
    return Fact.objects.bulk_create(
        Fact(
            conversation=message.conversation,
            message=message,
            text=text[:MOST_TEXT],
            known_by=message.heard,
        )
        for text in new
    )


def edit_fact(*, fact: Fact, text: str) -> Fact:
    """The new words count from the next turn on."""
    fact.text = _checked(fact.conversation, text)
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


def _checked(conversation: Conversation, text: str) -> str:
    text = checks.cleaned(" ".join(text.split()), most=MOST_TEXT, what="This")
    checks.screen(text, person=conversation.owner, subject=f"chat:{conversation.key}")
    return text
