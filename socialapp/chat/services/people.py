"""Several people in one conversation: asking in, coming, leaving, being sent away."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from socialapp.accounts.circle import blocks_of, not_apart, people_for
from socialapp.chat.errors import ChatError, NotNowError
from socialapp.chat.models import Conversation, Invitation, Participant
from socialapp.chat.services import checks, news
from socialapp.chat.services.conversations import free_name
from socialapp.chat.services.writing import title_of
from socialapp.chat.signals import sharing_ended

if TYPE_CHECKING:
    from socialapp.accounts.models import User

MOST_PEOPLE = 6
"""In one conversation, whoever began it included."""

SHORTEST_HOURS, LONGEST_HOURS = 1, 14 * 24
HOURS = 48
"""That an invitation holds, when nobody says otherwise."""

MOST_ASKED = 30
"""Invitations by handle that one person sends in a day."""

PEACE = timedelta(days=30)
"""For which nobody is asked again by somebody to whom they said no."""


def invite_by_link(
    *, conversation: Conversation, person: User, hours: int = HOURS
) -> Invitation:
    """An address for whoever gets it; an older one stops working."""
    _require_inviter(conversation, person, hours)
    with transaction.atomic():
        fresh = checks.locked(conversation, amid=True)
        for old in fresh.invitations.open().filter(guest=None):
            _close(old, Invitation.Answer.REVOKED)
        return Invitation.objects.create(
            conversation=fresh, expires=timezone.now() + timedelta(hours=hours)
        )


def invite_person(
    *, conversation: Conversation, person: User, handle: str, hours: int = HOURS
) -> Invitation:
    """Ask one person, who sees it among their chats. Asked twice it is the same one.

    Whoever is too young for chats is asked like everybody else and cannot come in: an
    answer here would tell their age.
    """
    _require_inviter(conversation, person, hours)
    handle = handle.strip().removeprefix("@").lower()
    guest = people_for(person).filter(username=handle).first()
    if guest is None:
        raise ChatError(f"There is nobody called @{handle[:40]}. Check the handle.")
    if blocks_of(person, guest):
        raise ChatError(
            f"You blocked @{guest.username}. Unblock them first, on their page."
        )
    now = timezone.now()
    with transaction.atomic():
        fresh = checks.locked(conversation, amid=True)
        if fresh.participants.present().filter(person=guest).exists():
            raise ChatError(f"@{guest.username} is here already.")
        mine = Invitation.objects.filter(conversation__owner=person)
        if mine.filter(
            guest=guest, answer=Invitation.Answer.DECLINED, answered__gt=now - PEACE
        ).exists():
            raise ChatError(
                f"@{guest.username} said no not long ago. You can ask again"
                f" {PEACE.days} days after that."
            )
        if mine.filter(
            guest__isnull=False, created__gt=now - timedelta(days=1)
        ).count() >= (MOST_ASKED):
            raise NotNowError(
                f"You have asked {MOST_ASKED} people in a day, which is the most. Send a"
                " link to those you know, or go on tomorrow."
            )
        fresh.invitations.filter(guest=guest, answer="", expires__lte=now).update(
            answer=Invitation.Answer.REVOKED, answered=now
        )
        made, _ = Invitation.objects.get_or_create(
            conversation=fresh,
            guest=guest,
            answer="",
            defaults={"expires": now + timedelta(hours=hours)},
        )
        return made


def _require_inviter(conversation: Conversation, person: User, hours: int) -> None:
    checks.require_adult(person)
    checks.require_owner(conversation, person, "ask people in")
    if not SHORTEST_HOURS <= hours <= LONGEST_HOURS:
        raise ChatError(
            f"An invitation holds {SHORTEST_HOURS} to {LONGEST_HOURS} hours."
        )
    if conversation.state == Conversation.State.ARCHIVED:
        raise ChatError("This conversation is put away. Take it out first.")


def revoke_invitation(*, invitation: Invitation, person: User) -> None:
    """Nobody comes in by it any more; whoever came stays."""
    checks.require_owner(invitation.conversation, person, "take it back")
    _close(invitation, Invitation.Answer.REVOKED)


def decline_invitation(*, invitation: Invitation, person: User) -> None:
    if invitation.guest_id == person.pk:
        _close(invitation, Invitation.Answer.DECLINED)


def _close(invitation: Invitation, answer: str) -> None:
    now = timezone.now()
    Invitation.objects.filter(pk=invitation.pk, answer="").update(
        answer=answer, answered=now
    )
    invitation.answer, invitation.answered = answer, now


def accept_invitation(*, invitation: Invitation, person: User) -> Participant:
    """Come in: they hear what is said from now on, and nothing of before. Whoever is
    there already keeps their seat."""
    checks.require_adult(person)
    with transaction.atomic():
        fresh = checks.locked(invitation.conversation, amid=True)
        row = Invitation.objects.select_for_update().get(pk=invitation.pk)
        there = fresh.participants.present().filter(person=person).first()
        if there is not None:
            return there
        if not row.is_open or row.guest_id not in {None, person.pk}:
            raise ChatError(
                "This invitation is over: it was taken back or too old. Ask for a new one."
            )
        if _sits_with_others_apart(fresh, person):
            raise ChatError("This chat is not open to you.")
        if fresh.participants.filter(person=person, sent_away=True).exists() and (
            row.guest_id is None
        ):
            raise ChatError(
                f"{fresh.owner.name} sent you away from this chat, so its link does not"
                " work for you."
            )
        if fresh.participants.present().people().count() >= MOST_PEOPLE:
            raise ChatError(
                f"There are {MOST_PEOPLE} people here, which is the most. Somebody has to"
                " leave first."
            )
        seat = _come_in(fresh, person)
        if row.guest_id is not None:
            _close(row, Invitation.Answer.ACCEPTED)
    return seat


def _sits_with_others_apart(conversation: Conversation, person: User) -> bool:
    """Whether somebody is there from whom this person keeps apart."""
    people = conversation.participants.present().people()
    return people.exclude(not_apart(person, "person")).exists()


def part(*, person: User, whom: User) -> None:
    """Neither asks the other in any more; where both are already, both stay."""
    for host, guest in ((person, whom), (whom, person)):
        asked = Invitation.objects.filter(conversation__owner=host, guest=guest)
        asked.filter(answer="").update(
            answer=Invitation.Answer.REVOKED, answered=timezone.now()
        )


def _come_in(conversation: Conversation, person: User) -> Participant:
    earlier = conversation.participants.filter(person=person)
    others = conversation.participants.exclude(pk__in=earlier)
    seat = Participant.objects.create(
        conversation=conversation,
        role=Participant.Role.PERSON,
        person=person,
        name=free_name(others, person.name),
        since=_newest(conversation),
    )
    if conversation.kind == Conversation.Kind.SOLO and _is_quoted(conversation):
        conversation.title = ""
    conversation.kind = Conversation.Kind.GROUP
    conversation.changed = timezone.now()
    conversation.save(update_fields=["kind", "title", "changed"])
    news.tell_soon(conversation.key, "people")
    return seat


def _is_quoted(conversation: Conversation) -> bool:
    """Whether its title is a line that was said before anybody else came."""
    said = conversation.messages.filter(author__role=Participant.Role.PERSON)
    texts = said.values_list("text", flat=True)
    return conversation.title in {title_of(text) for text in texts}


def _newest(conversation: Conversation) -> int:
    """Id of the newest message, on whatever branch: 0 without any."""
    newest = conversation.messages.order_by("-pk").values_list("pk", flat=True).first()
    return newest or 0


@transaction.atomic
def leave(*, conversation: Conversation, person: User) -> None:
    """What they said stays with those who heard it; they hear no more."""
    fresh = checks.locked(conversation, amid=True)
    if fresh.owner_id == person.pk:
        raise ChatError(
            "You began this chat, so you cannot leave it. Put it away or delete it."
        )
    _go(fresh, checks.seat_of(fresh, person), sent_away=False)


@transaction.atomic
def send_away(*, participant: Participant, person: User) -> None:
    """The owner removes another person, who comes back only when asked by name."""
    conversation = participant.conversation
    checks.require_owner(conversation, person, "send somebody away")
    fresh = checks.locked(conversation, amid=True)
    if not participant.is_person or participant.person_id in {None, person.pk}:
        raise ChatError("Only other people are sent away like this.")
    if participant.left is None:
        _go(fresh, participant, sent_away=True)


def _go(conversation: Conversation, seat: Participant, *, sent_away: bool) -> None:
    seat.left = timezone.now()
    seat.until = _newest(conversation)
    seat.sent_away = sent_away
    seat.save(update_fields=["left", "until", "sent_away"])
    news.tell_soon(conversation.key, "people", gone=seat.person_id)


@transaction.atomic
def set_sharing(*, conversation: Conversation, person: User, shares: bool) -> None:
    """Whether others may publish this person's lines; a no reaches what was published."""
    seats = conversation.participants.filter(person=person)
    seats.update(shares=shares)
    if not shares:
        for seat in seats:
            sharing_ended.send(sender=Participant, seat=seat)
