"""What workers do about news."""

from __future__ import annotations

from socialapp.notices import services


def letters() -> None:
    services.send_letters()


def pushes() -> None:
    services.send_pushes()
