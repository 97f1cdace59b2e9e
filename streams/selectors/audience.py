"""Those who watch: what they write and vote for, and how many they are."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Sum
from django.db.models.functions import Now

from socialapp.accounts.circle import heard
from streams.models import ChatMessage, Direction, Presence, ReactionCount, Topic
from streams.protocol.events import Message, Topics, TopicTally

if TYPE_CHECKING:
    from collections.abc import Collection

    from django.contrib.auth.models import AnonymousUser

    from socialapp.accounts.models import User

    Viewer = User | AnonymousUser


LATEST_MESSAGES = 50
"""That a new viewer is shown."""


PRESENT = timedelta(seconds=15)
"""A process that has not renewed its count for this long has no viewers."""


def messages_since(stream_id: int, after: int) -> list[tuple[int, Message]]:
    """Of the audience, by id, oldest first."""
    shown = _shown(stream_id).filter(pk__gt=after).order_by("pk")[:LATEST_MESSAGES]
    return [(message.pk, message_event(message)) for message in shown]


def latest_messages(stream_id: int, viewer: Viewer | None = None) -> list[ChatMessage]:
    """Oldest first; for a viewer without those whom they do not hear."""
    shown = _shown(stream_id)
    if viewer is not None:
        shown = shown.filter(heard(viewer, "person"))
    return list(shown.order_by("-pk")[:LATEST_MESSAGES])[::-1]


def _shown(stream_id: int) -> Any:
    messages = ChatMessage.objects.filter(stream_id=stream_id, withheld="")
    return messages.filter(person__leaves__isnull=True).select_related("person")


def message_event(message: ChatMessage) -> Message:
    return Message(
        message.key,
        message.person.username,
        message.person.name,
        message.text,
        message.created.timestamp(),
    )


def reactions_of(stream_id: int) -> dict[str, int]:
    rows = ReactionCount.objects.filter(stream_id=stream_id).order_by("reaction")
    return dict(rows.values_list("reaction", "count"))


def tallies(stream_id: int) -> tuple[TopicTally, ...]:
    """What can be voted for, with its votes."""
    rows = (
        Topic.objects.filter(stream_id=stream_id, chosen__isnull=True)
        .annotate(count=Count("votes"))
        .order_by("number")
        .values_list("number", "text", "count")
    )
    return tuple(TopicTally(*row) for row in rows)


def vote_closes(stream_id: int) -> float:
    """When the votes are counted, on the stream's clock; 0: no moment is set."""
    found = Direction.objects.filter(stream_id=stream_id)
    return found.values_list("vote_closes", flat=True).first() or 0.0


def topics_event(stream_id: int) -> Topics:
    return Topics(tallies(stream_id), vote_closes(stream_id))


def topic_of(stream_id: int) -> str:
    """What is talked about now; empty before the first."""
    chosen = Topic.objects.filter(stream_id=stream_id, chosen__isnull=False)
    text = chosen.order_by("-chosen", "-number").values_list("text", flat=True).first()
    return text or ""


def viewers_of(stream_ids: Collection[int]) -> dict[int, int]:
    """How many watch, through all processes that are alive."""
    fresh = Presence.objects.filter(stream_id__in=stream_ids, seen__gt=Now() - PRESENT)
    counted = fresh.values_list("stream_id").annotate(total=Sum("viewers"))
    return dict.fromkeys(stream_ids, 0) | dict(counted)
