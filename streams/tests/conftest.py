"""Streams that are on air, with characters who can be seen and lines that are said."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from avatarfx.tests.conftest import make_character
from moderation.screening.verdicts import Verdict
from socialapp.performance import Caption, Part, Performance, Pose, Viseme
from streams import services
from streams.services import Recording, Screened

if TYPE_CHECKING:
    from socialapp.accounts.models import User
    from streams.models import Stream
    from streams.protocol.events import Line


def made_stream(host: User, **fields: object) -> Stream:
    """Planned: Hob and Sunniva, two topics."""
    cast = [make_character(host, "Hob"), make_character(host, "Sunniva")]
    given = {"title": "Partly Obscured", "topics": ["Clouds", "Bread"], **fields}
    return services.create_stream(host=host, cast=cast, **given)  # type: ignore[arg-type]


def performance(text: str = "Good evening.", seconds: float = 2.0) -> Performance:
    words = text.split()
    step = seconds / len(words)
    return Performance(
        seconds,
        (
            Part(
                "a",
                visemes=(Viseme(0.1, 0.3, "aa"),),
                poses=(Pose(0.0), Pose(1.0, 3.0)),
                captions=tuple(
                    Caption(i * step, (i + 1) * step, word)
                    for i, word in enumerate(words)
                ),
            ),
            Part("b"),
        ),
    )


def passed(text: str) -> Screened:
    """As if screening had let it pass."""
    return Screened(((text, Verdict("allow", (), "test")),))


def say_line(
    stream: Stream,
    text: str = "Good evening.",
    *,
    seconds: float = 2.0,
    sound: bytes = b"",
    at: float | None = None,
    fence: int | None = None,
) -> Line:
    return services.perform_line(
        stream=stream,
        seat="a",
        performance=performance(text, seconds),
        sounds={"a": Recording(sound, "opus")} if sound else {},
        words=passed(text),
        at=at,
        fence=fence,
    )


@pytest.fixture
def stream(alice: User) -> Stream:
    """Alice's, planned."""
    return made_stream(alice)


@pytest.fixture
def live(stream: Stream) -> Stream:
    """Alice's, on air."""
    return services.start_stream(stream=stream)
