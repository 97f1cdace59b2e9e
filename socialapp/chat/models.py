"""Conversations as trees of messages, who heard them, and what is remembered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from socialapp.characters.models import Character
from socialapp.lib.ids import new_key
from socialapp.lib.models import Withholdable

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from socialapp.accounts.models import User


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
        """A conversation is its owner's and nobody else's, staff included."""
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


class Participant(models.Model):
    """Who takes part. One who left keeps their lines and hears no new ones."""

    class Role(models.TextChoices):
        PERSON = "person", "Person"
        CHARACTER = "character", "Character"

    conversation = models.ForeignKey(
        Conversation, models.CASCADE, related_name="participants"
    )
    role = models.CharField(max_length=12, choices=Role)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
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

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(
                fields=["conversation", "character"],
                name="seat_once",
                condition=Q(character__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_person(self) -> bool:
        return self.role == self.Role.PERSON


class MessageQuerySet(models.QuerySet["Message"]):
    def of(self, person: User | AnonymousUser) -> MessageQuerySet:
        if not person.is_authenticated:
            return self.none()
        return self.filter(conversation__owner=person)

    def full(self) -> MessageQuerySet:
        return self.select_related(
            "conversation__owner", "author__character__portrait", "parent"
        )


class Message(Withholdable):
    """One line. Messages with the same parent and author are alternatives."""

    class State(models.TextChoices):
        STREAMING = "streaming", "Being said"
        COMPLETE = "complete", "Said"
        REPLACED = "replaced", "Partly replaced by a line of our own"
        REFUSED = "refused", "Not said"

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
        if not person.is_authenticated:
            return self.none()
        return self.filter(conversation__owner=person)

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
