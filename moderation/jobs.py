"""What a worker runs."""

from __future__ import annotations

from moderation.pictures import services


def check_again(check_id: int) -> None:
    services.check_again(check_id)
