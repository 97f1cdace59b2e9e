"""Threads that hang under something made for the tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from moderation.models import Utterance
from socialapp.comments import hosts, services
from socialapp.comments.models import Comment, Thread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from socialapp.accounts.models import User

    Say = Callable[..., Comment]


@pytest.fixture(autouse=True)
def wall() -> Iterator[dict[str, bool]]:
    """Something everybody sees, unless a test takes it down."""
    state = {"visible": True, "follows": False}
    hosts.register(
        "wall",
        hosts.Host(
            place=lambda thread: hosts.Place(f"wall:{thread.pk}", "The wall", "/wall/"),
            visible=lambda _thread, _viewer: state["visible"],
            follows=lambda _one, _other: state["follows"],
        ),
    )
    yield state
    hosts.forget("wall")


@pytest.fixture
def thread(alice: User) -> Thread:
    """Alice's."""
    return services.open_thread(kind="wall", owner=alice)


@pytest.fixture
def say(thread: Thread) -> Say:
    """Writes in it, as often as a test likes."""

    def write(author: User, text: str, parent: Comment | None = None) -> Comment:
        made = services.write_comment(
            thread=Thread.objects.get(pk=thread.pk),
            author=author,
            text=text,
            parent=parent,
        )
        Utterance.objects.filter(person=author).delete()
        return made

    return write
