"""Copies of what was taken down: found, and kept from coming back.

Moderation knows no clip and no portrait. Whoever does registers a finder, a blocker and a
locator of files when the app starts; what may not come back is kept in
``moderation.pictures.blocked``.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Copy:
    """Something that looks or sounds like something else."""

    kind: str
    key: str
    how: str
    """In words for the moderator: ``same watermark``, ``picture, distance 12 of 256``."""

    exact: bool = False
    """The same content, not only a similar one: it is withheld at once."""


Finder = Callable[[str, str], Iterable[Copy]]
"""Kind and key of a thing to its copies here, whatever their state."""

Blocker = Callable[[str, str, bool], None]
"""Kind, key and whether to block: uploads that match are refused, or no longer are."""

Locator = Callable[[str], tuple[str, str] | None]
"""Storage name of a file to kind and key of whose it is."""

_finders: dict[str, Finder] = {}
_blockers: dict[str, Blocker] = {}
_locators: dict[str, Locator] = {}


def register(
    name: str,
    *,
    find: Finder | None = None,
    block: Blocker | None = None,
    locate: Locator | None = None,
) -> None:
    """Add what an app can do; a second call of the same name takes its place."""
    tables: tuple[tuple[dict[str, Any], Any], ...] = (
        (_finders, find),
        (_blockers, block),
        (_locators, locate),
    )
    for table, function in tables:
        if function is not None:
            table[name] = function


def forget(name: str) -> None:
    """For tests that register something of their own."""
    for table in (_finders, _blockers, _locators):
        table.pop(name, None)


def copies_of(kind: str, key: str) -> list[Copy]:
    """Each copy once, exact ones first. A finder that fails is logged: the others, and
    the request itself, go on."""
    found: dict[tuple[str, str], Copy] = {}
    for name, find in _finders.items():
        try:
            for copy in find(kind, key):
                mark = (copy.kind, copy.key)
                known = found.get(mark)
                if mark != (kind, key) and (known is None or copy.exact > known.exact):
                    found[mark] = copy
        except Exception:
            log.exception("The finder %r failed for %s:%s", name, kind, key)
    return sorted(
        found.values(), key=lambda copy: (not copy.exact, copy.kind, copy.key)
    )


def block(kind: str, key: str, *, blocked: bool = True) -> bool:
    """Refuse uploads that match from now on, or allow them again. False: somebody who
    should have failed, and it has to be tried again."""
    done = True
    for name, change in _blockers.items():
        try:
            change(kind, key, blocked)
        except Exception:
            log.exception("The blocker %r failed for %s:%s", name, kind, key)
            done = False
    return done


def owner_of(file: str) -> tuple[str, str] | None:
    """Kind and key of the thing that a stored file belongs to."""
    for locate in _locators.values():
        if owner := locate(file):
            return owner
    return None
