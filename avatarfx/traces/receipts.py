"""The signed receipt of an attempt, and whether its signature holds.

A receipt is a statement and its signature: ``{"statement": {...}, "signature": hex}``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from avatarfx.models import WorkerKey
from avatarfx.receipts import ReceiptError, check_signature

if TYPE_CHECKING:
    from collections.abc import Mapping

    from avatarfx.models import Render

OF_THE_HOUSE = ("worker", "key")
"""Names of machines and their keys: for staff alone."""

TOLD_ELSEWHERE = ("format", "version", "clip", "fence", "seed", "outputs", "stages")


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a worker signed about its work."""

    told: dict[str, Any]
    problem: str
    """Why it is not to be believed; empty: it is."""

    @property
    def holds(self) -> bool:
        return not self.problem

    @property
    def public(self) -> dict[str, Any]:
        """What its owner may read."""
        return {n: v for n, v in self.told.items() if n not in OF_THE_HOUSE}

    @property
    def lines(self) -> list[tuple[str, str]]:
        """Name and value of what nothing else on the page says."""
        return _lines(self.public)

    @property
    def lines_of_the_house(self) -> list[tuple[str, str]]:
        return _lines({n: v for n, v in self.told.items() if n in OF_THE_HOUSE})


def receipt_of(render: Render, clip_key: str) -> Receipt | None:
    """None: this attempt left none."""
    raw = render.receipt
    if not raw:
        return None
    said = raw.get("statement")
    told = said if isinstance(said, dict) else {}
    return Receipt(told, _problem(raw, render, clip_key))


def _problem(raw: Mapping[str, Any], render: Render, clip_key: str) -> str:
    try:
        said = check_signature(raw)
    except ReceiptError as error:
        return str(error)
    if not _is_of(said, render, clip_key):
        return "It speaks of another attempt."
    if not _known(str(said.get("key", ""))):
        return "Its key belongs to no worker of this copy, or was withdrawn."
    return ""


def _is_of(said: Mapping[str, Any], render: Render, clip_key: str) -> bool:
    """An attempt that made a new take was numbered as one of that take."""
    if said.get("clip") == clip_key:
        return said.get("fence") == render.fence
    return bool(render.clip.takes.filter(key=said.get("clip")).exists())


def _known(key: str) -> bool:
    return WorkerKey.objects.filter(public=key, withdrawn__isnull=True).exists()


def _lines(told: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [
        (name.replace("_", " ").capitalize(), _words(value))
        for name, value in told.items()
        if name not in TOLD_ELSEWHERE and value not in ("", {}, [])
    ]


def _words(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_words(one)}" for name, one in value.items())
    if isinstance(value, list):
        return ", ".join(_words(one) for one in value)
    return str(value)
