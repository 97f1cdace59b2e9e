"""What a worker tells of itself while it listens, and what it is told: stop taking.

The rows are those of the app that has the work; ``settings.WORKERS`` names its module.
"""

from __future__ import annotations

from importlib import import_module
from typing import Protocol, cast

from django.conf import settings


class Registry(Protocol):
    def join(self, *, queue: str, resident: bool) -> None:
        """This process listens from now on."""
        ...

    def beat(self) -> bool:
        """It lives. False: it must take nothing new."""
        ...

    def stop(self) -> None:
        """It was asked to end: what it has not begun is left to others."""
        ...

    def leave(self) -> None:
        """It listens no more."""
        ...

    def work(self) -> int:
        """Of a process that renders by itself: do what waits; how much was done."""
        ...


def registry() -> Registry:
    return cast("Registry", import_module(settings.WORKERS))
