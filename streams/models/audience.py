"""What those who watch do: write, react, vote; and how they get in."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from socialapp.lib.ids import new_key
from socialapp.lib.models import Withholdable
from streams.models.stream import Stream
from streams.protocol.events import REACTIONS


class ChatMessage(Withholdable):
    stream = models.ForeignKey(Stream, models.CASCADE, related_name="messages")
    key = models.CharField(max_length=16, unique=True, default=new_key, editable=False)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="stream_messages"
    )
    text = models.CharField(max_length=300)
    created = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        indexes = [models.Index(fields=["stream", "-id"], name="stream_message_new")]

    def __str__(self) -> str:
        return f"Message {self.key}"


class ReactionCount(models.Model):
    """A row a kind, not a row a reaction: nobody asks who clapped."""

    stream = models.ForeignKey(Stream, models.CASCADE, related_name="reactions")
    reaction = models.CharField(max_length=8, choices=[(r, r) for r in REACTIONS])
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["stream", "reaction"], name="stream_reaction_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.count} {self.reaction} for stream {self.stream_id}"


class Topic(models.Model):
    """Something the host offers to the audience's vote."""

    stream = models.ForeignKey(Stream, models.CASCADE, related_name="topics")
    number = models.PositiveSmallIntegerField()
    text = models.CharField(max_length=120)
    chosen = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["stream", "number"], name="stream_topic_once"
            )
        ]

    def __str__(self) -> str:
        return self.text


class TopicVote(models.Model):
    """One a person and stream at a time; a new one replaces it."""

    stream = models.ForeignKey(Stream, models.CASCADE, related_name="votes")
    topic = models.ForeignKey(Topic, models.CASCADE, related_name="votes")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="topic_votes"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["stream", "person"], name="stream_vote_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.person_id} votes for topic {self.topic_id}"


class StreamTicket(models.Model):
    """Opens one socket, once; only its digest is kept."""

    stream = models.ForeignKey(Stream, models.CASCADE, related_name="tickets")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="stream_tickets"
    )
    digest = models.CharField(max_length=64, unique=True, editable=False)
    """SHA-256 of the ticket, in hex."""

    expires = models.DateTimeField(db_index=True)
    used = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"Ticket of {self.person_id} to stream {self.stream_id}"


class Presence(models.Model):
    """How many watch through one process; a row that is not renewed does not count."""

    stream = models.ForeignKey(Stream, models.CASCADE, related_name="presences")
    hub = models.CharField(max_length=40)
    """The process, by a name that it made up when it started."""

    viewers = models.PositiveIntegerField(default=0)
    seen = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["stream", "hub"], name="presence_once")
        ]

    def __str__(self) -> str:
        return f"{self.viewers} watch stream {self.stream_id}"
