"""The signed receipt of an attempt, and whether its signature holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.module_loading import import_string

if TYPE_CHECKING:
    from collections.abc import Callable

    from avatarfx.models import Render

CHECK = "avatarfx.receipts.why_not_valid"
"""By name: takes an attempt and says in words why its receipt cannot be trusted; empty:
it holds."""

UNREADABLE = "It has a form that this copy cannot check."


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a worker signed about its work."""

    told: dict[str, Any]
    """Without the signature."""

    holds: bool
    problem: str
    """Why the signature does not hold."""

    @property
    def lines(self) -> list[tuple[str, str]]:
        """Name and value, for people."""
        return [
            (name.replace("_", " ").capitalize(), _words(value))
            for name, value in self.told.items()
        ]


def receipt_of(render: Render) -> Receipt | None:
    """None: this attempt left none."""
    raw = getattr(render, "receipt", None)
    if not isinstance(raw, dict) or not raw:
        return None
    problem = _checker()(render)
    told = {name: value for name, value in raw.items() if name != "signature"}
    return Receipt(told, holds=not problem, problem=problem)


def _checker() -> Callable[[Render], str]:
    try:
        found: Callable[[Render], str] = import_string(CHECK)
    except ImportError:
        return lambda _: UNREADABLE
    return found


def _words(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_words(one)}" for name, one in value.items())
    if isinstance(value, list):
        return ", ".join(_words(one) for one in value)
    return str(value)
