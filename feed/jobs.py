"""What a worker runs."""

from __future__ import annotations

from feed.services import answering


def answer_comments() -> None:
    """A wake-up: whoever hears it answers the comments that wait."""
    answering.answer_waiting()
