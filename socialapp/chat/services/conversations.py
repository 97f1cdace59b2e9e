"""Beginning, changing, rewinding and branching conversations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from socialapp.characters.models import Character
from socialapp.chat import selectors
from socialapp.chat.contexts import card_for
from socialapp.chat.dialogues.wording import spoken
from socialapp.chat.errors import ChatError
from socialapp.chat.models import Conversation, Fact, Message, Participant, Persona
from socialapp.chat.services import checks, news

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet

    from socialapp.accounts.models import User

MOST_IN_GROUP = 4
MOST_CONVERSATIONS = 500
TITLE = 80


def start(
    *, person: User, character: Character, persona: Persona | None = None
) -> Conversation:
    """A conversation with one character, who greets. ChatError when they may not talk."""
    return _start(person, [character], persona, Conversation.Kind.SOLO)


def start_group(
    *,
    person: User,
    characters: Sequence[Character],
    persona: Persona | None = None,
    title: str = "",
) -> Conversation:
    """With two to four characters; the first of them opens."""
    chosen = list(dict.fromkeys(characters))
    if not 2 <= len(chosen) <= MOST_IN_GROUP:
        raise ChatError(f"Choose two to {MOST_IN_GROUP} characters for a group.")
    if title.strip():
        title = checks.cleaned(title, most=TITLE, what="The title")
        checks.screen(title, person=person, subject="", field="title")
    return _start(person, chosen, persona, Conversation.Kind.GROUP, title)


def _start(
    person: User,
    characters: list[Character],
    persona: Persona | None,
    kind: str,
    title: str = "",
) -> Conversation:
    checks.require_adult(person)
    if persona is not None and persona.owner_id != person.pk:
        raise ChatError("There is no such persona of yours. Choose another.")
    for character in characters:
        _require_talker(person, character)
    if Conversation.objects.owned_by(person).count() >= MOST_CONVERSATIONS:
        raise ChatError(
            f"You have {MOST_CONVERSATIONS} conversations, which is the most. Delete"
            " some of the old ones."
        )
    return _create(person, characters, persona, kind, title)


@transaction.atomic
def _create(
    person: User,
    characters: list[Character],
    persona: Persona | None,
    kind: str,
    title: str,
) -> Conversation:
    conversation = Conversation.objects.create(
        owner=person, kind=kind, persona=persona, title=title
    )
    listener = persona.name if persona else person.name
    Participant.objects.create(
        conversation=conversation,
        role=Participant.Role.PERSON,
        person=person,
        name=person.name,
    )
    seats = [_seat(conversation, character) for character in characters]
    card = card_for(characters[0])
    meeting = card.group_greetings if kind == Conversation.Kind.GROUP else ()
    for greeting in (*meeting, card.greeting, *card.alternate_greetings):
        said = spoken(greeting, char=seats[0].name, user=listener)
        if said:
            conversation.head = Message.objects.create(
                conversation=conversation,
                author=seats[0],
                text=said,
                heard=_present_ids(conversation),
                provider="authored",
            )
            conversation.save(update_fields=["head"])
            break
    return conversation


def _require_talker(person: User, character: Character) -> None:
    seen = Character.objects.visible_to(person).filter(pk=character.pk)
    # Nobody speaks whose words are not approved, not even to its owner.
    if not seen.filter(withheld="", waits=False).exists():
        raise ChatError("There is no such character, or it is not on stage just now.")


def _seat(conversation: Conversation, character: Character) -> Participant:
    return Participant.objects.create(
        conversation=conversation,
        role=Participant.Role.CHARACTER,
        character=character,
        name=free_name(conversation.participants.all(), character.name),
    )


def free_name(others: QuerySet[Participant], name: str) -> str:
    """Names are how speakers are told apart, so a second Hob is ``Hob 2``."""
    taken = set(others.values_list("name", flat=True))
    free, number = name[:50], 2
    while free in taken:
        free = f"{name[:46]} {number}"
        number += 1
    return free


def _present_ids(conversation: Conversation) -> list[int]:
    present = conversation.participants.present().order_by("pk")
    return list(present.values_list("pk", flat=True))


def add_character(
    *, conversation: Conversation, person: User, character: Character
) -> Participant:
    """They hear what is said from now on, and nothing of before."""
    checks.require_adult(person)
    checks.require_owner(conversation, person, "ask characters in")
    _require_talker(person, character)
    with transaction.atomic():
        fresh = checks.locked(conversation)
        seats = fresh.participants.filter(role=Participant.Role.CHARACTER)
        old = seats.filter(character=character).first()
        if old is not None and old.left is None:
            return old
        if seats.filter(left__isnull=True).count() >= MOST_IN_GROUP:
            raise ChatError(
                f"There are {MOST_IN_GROUP} characters here, which is the most. Let one"
                " of them leave first."
            )
        if old is not None:
            old.left = None
            old.save(update_fields=["left"])
            news.tell_soon(fresh.key, "people")
            return old
        fresh.kind = Conversation.Kind.GROUP
        fresh.save(update_fields=["kind"])
        news.tell_soon(fresh.key, "people")
        return _seat(fresh, character)


@transaction.atomic
def dismiss(*, participant: Participant, person: User) -> None:
    """The character leaves: it keeps what it heard and hears nothing new."""
    checks.require_owner(participant.conversation, person, "send somebody away")
    fresh = checks.locked(participant.conversation)
    others = fresh.participants.filter(
        role=Participant.Role.CHARACTER, left__isnull=True
    ).exclude(pk=participant.pk)
    if not others.exists():
        raise ChatError(
            "This is the last character here. Add another first, or put the"
            " conversation away."
        )
    participant.left = timezone.now()
    participant.save(update_fields=["left"])
    news.tell_soon(fresh.key, "people")


def change_conversation(
    *,
    conversation: Conversation,
    person: User,
    title: str | None = None,
    archived: bool | None = None,
    **persona: Persona | None,
) -> Conversation:
    """Change what was given; ``persona=None`` is without one."""
    checks.require_owner(conversation, person, "change this")
    changes: dict[str, Any] = {}
    if title is not None:
        changes["title"] = title.strip()
        if changes["title"]:
            changes["title"] = checks.cleaned(title, most=TITLE, what="The title")
            checks.screen(
                changes["title"],
                person=person,
                subject=f"chat:{conversation.key}",
                field="title",
            )
    if archived is not None:
        state = Conversation.State
        changes["state"] = state.ARCHIVED if archived else state.OPEN
    if "persona" in persona:
        chosen = persona["persona"]
        if chosen is not None and chosen.owner_id != conversation.owner_id:
            raise ChatError("There is no such persona of yours. Choose another.")
        changes["persona"] = chosen
    if changes:
        Conversation.objects.filter(pk=conversation.pk).update(**changes)
        for name, value in changes.items():
            setattr(conversation, name, value)
    return conversation


@transaction.atomic
def remove_conversation(*, conversation: Conversation, person: User) -> None:
    """For good and for everybody, with all of its branches and all that was
    remembered."""
    checks.require_owner(conversation, person, "delete it")
    news.tell_soon(conversation.key, "closed")
    conversation.delete()


def rewind(*, message: Message, person: User) -> Message:
    """Go on from here; what came after stays as a branch."""
    checks.require_owner(message.conversation, person, "go back to an older line")
    return _show(message, message)


def choose(*, message: Message, person: User) -> Message:
    """Show this alternative, and the newest that followed it."""
    checks.require_owner(message.conversation, person, "change which line is shown")
    return _show(message, selectors.newest_leaf(message))


@transaction.atomic
def _show(message: Message, head: Message) -> Message:
    fresh = checks.locked(message.conversation)
    if not Message.objects.filter(pk=head.pk).exists():
        raise ChatError("This message is not there any more. Load the page again.")
    fresh.head = head
    fresh.changed = timezone.now()
    fresh.save(update_fields=["head", "changed"])
    message.conversation.head = head
    news.tell_soon(fresh.key, "shown")
    return head


def branch(*, message: Message, person: User) -> Conversation:
    """A conversation of its own that begins with all that led to `message`. Other people
    are not in it, and what is remembered of them stays behind."""
    old = message.conversation
    checks.require_adult(person)
    checks.require_owner(old, person, "branch off from it")
    path = selectors.path_to(message)
    said = {one.pk for one in path}
    facts = [
        fact
        for fact in old.facts.kept().filter(about__person=person)
        if fact.message_id is None or fact.message_id in said
    ]
    now, mine = timezone.now(), {None, person.pk}
    with transaction.atomic():
        new = Conversation.objects.create(
            owner=old.owner,
            kind=old.kind,
            persona=old.persona,
            title=old.title,
        )
        seats = {}
        for one in selectors.participants_of(old):
            seats[one.pk] = Participant.objects.create(
                conversation=new,
                role=one.role,
                person=one.person,
                character=one.character,
                name=one.name,
                joined=one.joined,
                left=one.left or (now if one.person_id not in mine else None),
            )
        copies: dict[int, Message] = {}
        parent: Message | None = None
        for line in path:
            parent = Message.objects.create(
                conversation=new,
                parent=parent,
                author=seats[line.author_id],
                text=line.text,
                state=line.state,
                heard=[seats[pk].pk for pk in line.heard if pk in seats],
                provider=line.provider,
                expression=line.expression,
                gesture=line.gesture,
                pinned=line.pinned,
                edited=line.edited,
                created=line.created,
                withheld=line.withheld,
            )
            copies[line.pk] = parent
        for fact in facts:
            Fact.objects.create(
                conversation=new,
                message=copies[fact.message_id] if fact.message_id else None,
                about=seats[fact.about_id],
                text=fact.text,
                known_by=[seats[pk].pk for pk in fact.known_by if pk in seats],
                created=fact.created,
                edited=fact.edited,
            )
        new.head = parent
        new.save(update_fields=["head"])
    return new
