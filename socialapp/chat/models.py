"""Conversations as trees of messages, who heard them, and what is remembered."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from socialapp.characters.models import Character
from socialapp.lib.ids import new_key
from socialapp.lib.models import Withholdable

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from socialapp.accounts.models import User


def new_secret() -> str:
    """32 characters that nobody guesses."""
    return secrets.token_hex(16)


class Persona(models.Model):
    """How a person presents themself to characters."""

    key = models.CharField(max_length=16, unique=True, default=new_key, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="personas"
    )
    name = models.CharField(max_length=50)
    about = models.CharField(max_length=300, blank=True)
    created = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        indexes = [models.Index(fields=["owner", "-created"], name="persona_owner")]

    def __str__(self) -> str:
        return self.name


class ConversationQuerySet(models.QuerySet["Conversation"]):
    def of(self, person: User | AnonymousUser) -> ConversationQuerySet:
        """Those that this person is in now. Nobody else reads them, staff included."""
        if not person.is_authenticated:
            return self.none()
        return self.filter(
            Exists(Participant.objects.in_it(person, conversation=OuterRef("pk")))
        )

    def owned_by(self, person: User | AnonymousUser) -> ConversationQuerySet:
        """Those that this person began: they alone rewind, ask in and delete."""
        if not person.is_authenticated:
            return self.none()
        return self.filter(owner=person)

    def full(self) -> ConversationQuerySet:
        return self.select_related("owner", "persona", "head")


class Conversation(models.Model):
    class Kind(models.TextChoices):
        SOLO = "solo", "With one character"
        GROUP = "group", "With several"

    class State(models.TextChoices):
        OPEN = "open", "Open"
        ARCHIVED = "archived", "Put away"

    key = models.CharField(max_length=16, unique=True, default=new_key, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="conversations"
    )
    title = models.CharField(max_length=80, blank=True)
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.SOLO)
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    persona = models.ForeignKey(
        Persona, models.SET_NULL, null=True, blank=True, related_name="conversations"
    )
    head = models.ForeignKey(
        "Message", models.SET_NULL, null=True, blank=True, related_name="+"
    )
    """The last message of the path that is shown; others are branches beside it."""

    fence = models.PositiveIntegerField(default=0, editable=False)
    """Number of the newest turn: an older one may write no more."""

    leased_until = models.DateTimeField(null=True, blank=True, editable=False)
    """While somebody speaks; past: whoever made them speak died."""

    created = models.DateTimeField(default=timezone.now, editable=False)
    changed = models.DateTimeField(default=timezone.now, editable=False)

    objects = models.Manager.from_queryset(ConversationQuerySet)()

    class Meta:
        indexes = [
            models.Index(fields=["owner", "-changed"], name="conversation_owner"),
            models.Index(
                fields=["leased_until"],
                name="conversation_leased",
                condition=Q(leased_until__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.title or f"Conversation {self.key}"

    def get_absolute_url(self) -> str:
        return f"/chats/{self.key}/"


class ParticipantQuerySet(models.QuerySet["Participant"]):
    def present(self) -> ParticipantQuerySet:
        return self.filter(left__isnull=True)

    def people(self) -> ParticipantQuerySet:
        return self.filter(role=Participant.Role.PERSON)

    def in_it(
        self, person: User | AnonymousUser, *, conversation: OuterRef
    ) -> ParticipantQuerySet:
        """The seat that this person has now in the conversation of an outer query."""
        return self.present().filter(person=person.pk, conversation=conversation)


class Participant(models.Model):
    """Who takes part. One who left keeps their lines and hears no new ones.

    A person who comes back gets another seat, so that what a seat heard is one stretch:
    all messages after `since`, up to `until`.
    """

    class Role(models.TextChoices):
        PERSON = "person", "Person"
        CHARACTER = "character", "Character"

    conversation = models.ForeignKey(
        Conversation, models.CASCADE, related_name="participants"
    )
    role = models.CharField(max_length=12, choices=Role)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="seats",
    )
    character = models.ForeignKey(
        Character, models.SET_NULL, null=True, blank=True, related_name="seats"
    )
    name = models.CharField(max_length=50)
    """As it was when they joined: names are how lines are told apart."""

    joined = models.DateTimeField(default=timezone.now, editable=False)
    left = models.DateTimeField(null=True, blank=True, editable=False)
    since = models.PositiveBigIntegerField(default=0, editable=False)
    """Of a person: id of the last message that was begun before they came."""

    until = models.PositiveBigIntegerField(null=True, blank=True, editable=False)
    """Of a person who left: id of the last message that they heard."""

    sent_away = models.BooleanField(default=False, editable=False)
    """By the owner: no link lets them in again."""

    shares = models.BooleanField(default=False)
    """Whether the others may publish what this person says here."""

    objects = models.Manager.from_queryset(ParticipantQuerySet)()

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(
                fields=["conversation", "character"],
                name="seat_once",
                condition=Q(character__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["conversation", "person"],
                name="one_seat_at_a_time",
                condition=Q(person__isnull=False, left__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_person(self) -> bool:
        return self.role == self.Role.PERSON


class MessageQuerySet(models.QuerySet["Message"]):
    def of(self, person: User | AnonymousUser) -> MessageQuerySet:
        """What was said in this person's presence, where they still are."""
        if not person.is_authenticated:
            return self.none()
        seats = Participant.objects.in_it(person, conversation=OuterRef("conversation"))
        return self.filter(Exists(seats.filter(since__lt=OuterRef("pk"))))

    def heard_on(self, seat: Participant) -> MessageQuerySet:
        """What was said while this person was there."""
        heard = self.filter(conversation=seat.conversation_id, pk__gt=seat.since)
        return heard if seat.until is None else heard.filter(pk__lte=seat.until)

    def full(self) -> MessageQuerySet:
        return self.select_related(
            "conversation__owner",
            "author__character__portrait",
            "author__person",
            "parent",
        )


class Message(Withholdable):
    """One line. Messages with the same parent and author are alternatives."""

    class State(models.TextChoices):
        STREAMING = "streaming", "Being said"
        COMPLETE = "complete", "Said"
        REPLACED = "replaced", "Partly replaced by a line of our own"
        REFUSED = "refused", "Not said"
        ERASED = "erased", "Erased with whoever said it"

    key = models.CharField(max_length=16, unique=True, default=new_key, editable=False)
    conversation = models.ForeignKey(
        Conversation, models.CASCADE, related_name="messages"
    )
    parent = models.ForeignKey(
        "self", models.CASCADE, null=True, blank=True, related_name="children"
    )
    author = models.ForeignKey(Participant, models.CASCADE, related_name="messages")
    text = models.TextField(max_length=2000, blank=True)
    state = models.CharField(max_length=12, choices=State, default=State.COMPLETE)
    heard = models.JSONField(default=list)
    """Ids of the participants who were present: nobody else is told of it."""

    provider = models.CharField(max_length=60, blank=True)
    """Who made the words of a character: ``authored``, ``local smollm2``, ``endpoint``."""

    note = models.CharField(max_length=300, blank=True)
    """Why another provider took the line; for the record."""

    expression = models.CharField(max_length=20, blank=True)
    gesture = models.CharField(max_length=20, blank=True)
    pinned = models.BooleanField(default=False)
    edited = models.DateTimeField(null=True, blank=True, editable=False)
    once = models.CharField(max_length=64, blank=True, editable=False)
    """The sender's mark: the same one sent again makes no second message."""

    created = models.DateTimeField(default=timezone.now, editable=False)

    folded = False
    """Set for whoever reads it: its writer is somebody whom they blocked or muted."""

    objects = models.Manager.from_queryset(MessageQuerySet)()

    class Meta:
        ordering = ("pk",)
        indexes = [
            models.Index(fields=["conversation", "id"], name="message_conversation")
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["conversation", "once"],
                name="message_once",
                condition=~Q(once=""),
            )
        ]

    def __str__(self) -> str:
        return f"Message {self.key}"

    def get_absolute_url(self) -> str:
        return f"{self.conversation.get_absolute_url()}#m-{self.key}"


class FactQuerySet(models.QuerySet["Fact"]):
    def of(self, person: User | AnonymousUser) -> FactQuerySet:
        """What is remembered of this person, and what they wrote down, where they are."""
        if not person.is_authenticated:
            return self.none()
        seats = Participant.objects.in_it(person, conversation=OuterRef("conversation"))
        return self.filter(Exists(seats), about__person=person.pk)

    def kept(self) -> FactQuerySet:
        return self.filter(forgotten__isnull=True)


class Fact(models.Model):
    """One thing that is remembered, where it comes from, and who knows it."""

    key = models.CharField(max_length=16, unique=True, default=new_key, editable=False)
    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="facts")
    message = models.ForeignKey(
        Message, models.CASCADE, null=True, blank=True, related_name="facts"
    )
    """Where it was said; null when its person wrote it down themself."""

    about = models.ForeignKey(
        Participant, models.CASCADE, related_name="remembered", editable=False
    )
    """Whose it is: the person who said it of themself, or wrote it down. Nobody else
    sees it, changes it or has it forgotten."""

    text = models.CharField(max_length=200)
    known_by = models.JSONField(default=list)
    """Ids of the participants who know it."""

    created = models.DateTimeField(default=timezone.now, editable=False)
    edited = models.DateTimeField(null=True, blank=True, editable=False)
    forgotten = models.DateTimeField(null=True, blank=True, editable=False)

    objects = models.Manager.from_queryset(FactQuerySet)()

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.text


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open(self) -> InvitationQuerySet:
        return self.filter(answer="", expires__gt=timezone.now())

    def to(self, person: User | AnonymousUser) -> InvitationQuerySet:
        """Those by handle that this person has not answered yet."""
        if not person.is_authenticated:
            return self.none()
        return self.open().filter(guest=person)


class Invitation(models.Model):
    """Asks one person, or whoever has the link, into one conversation."""

    class Answer(models.TextChoices):
        ACCEPTED = "accepted", "Came in"
        DECLINED = "declined", "Said no"
        REVOKED = "revoked", "Taken back"

    key = models.CharField(
        max_length=32, unique=True, default=new_secret, editable=False
    )
    """Of a link: whoever knows it may come in."""

    conversation = models.ForeignKey(
        Conversation, models.CASCADE, related_name="invitations"
    )
    guest = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="chat_invitations",
    )
    """Null: for everybody with the link, several times over."""

    created = models.DateTimeField(default=timezone.now, editable=False)
    expires = models.DateTimeField()
    answer = models.CharField(
        max_length=8, choices=Answer, default="", blank=True, editable=False
    )
    answered = models.DateTimeField(null=True, blank=True, editable=False)

    objects = models.Manager.from_queryset(InvitationQuerySet)()

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(
                fields=["conversation", "guest"],
                name="asked_once",
                condition=Q(guest__isnull=False, answer=""),
            ),
        ]

    def __str__(self) -> str:
        return f"Invitation to {self.conversation_id}"

    def get_absolute_url(self) -> str:
        return f"/invited/{self.key}/"

    @property
    def is_open(self) -> bool:
        return not self.answer and self.expires > timezone.now()
