"""What can be reported and withheld. Apps above register their kinds when they start.

Moderation knows no clip and no post: it asks the registered functions. A kind is named
by a short word, a thing by its public key, and both are stored in the case, so a case
outlives its thing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from moderation.errors import NotThereError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from django.contrib.auth.models import AnonymousUser

    from socialapp.accounts.models import User

    Viewer = User | AnonymousUser

_KIND = re.compile(r"[a-z][a-z-]{1,22}")


class SubjectError(Exception):
    """The code registered a kind wrongly, or asks for one that nobody registered."""


@dataclass(frozen=True, slots=True)
class Subject:
    """One kind of thing. All functions but `find` take the thing itself."""

    kind: str
    title: str
    """With a capital, for lists: ``Clip``."""

    find: Callable[[str], Any]
    """By public key, whatever its state; None when it does not exist."""

    key: Callable[[Any], str]
    describe: Callable[[Any], str]
    """One line for the queue."""

    snapshot: Callable[[Any], Mapping[str, str]]
    """What it says: field to text, as a person would read it."""

    author: Callable[[Any], User | None]
    url: Callable[[Any], str]
    visible: Callable[[Any, Viewer], bool]
    """Whether this viewer may see it: nobody can report what they cannot open."""

    hide: Callable[[Any], None]
    """Withhold it from everybody but its author. Must be safe to call twice."""

    remove: Callable[[Any], None]
    """Withhold it from everybody. Files are kept until no appeal can win any more."""

    restore: Callable[[Any], None]
    """Undo `hide` and `remove`, and nothing else: what the author did stays done."""

    media: Callable[[Any], Iterable[str]]
    """Storage names of the files that are its own."""

    content_types: tuple[str, ...] = ("CONTENT_TYPE_TEXT",)
    """Of the EC's statement of reasons."""

    label: Callable[[Any, str], None] | None = None
    """Set the words of a warning; the empty string takes it off."""

    age_limit: Callable[[Any, bool], None] | None = None
    demote: Callable[[Any, bool], None] | None = None
    reach: Callable[[Any], int] | None = None
    """How many have seen it."""

    of_author: Callable[[User], Iterable[Any]] | None = None
    """All of a person's things of this kind, for bans."""


_registered: dict[str, Subject] = {}

_descendants: dict[str, list[Callable[[Any], Iterable[tuple[str, Any]]]]] = {}


def _nothing(_thing: Any) -> tuple[str, ...]:
    return ()


def _everybody(_thing: Any, _viewer: Any) -> bool:
    return True


def _public_key(thing: Any) -> str:
    return str(thing.key)


def register(
    kind: str,
    *,
    title: str,
    find: Callable[[str], Any],
    describe: Callable[[Any], str],
    snapshot: Callable[[Any], Mapping[str, str]],
    author: Callable[[Any], User | None],
    url: Callable[[Any], str],
    hide: Callable[[Any], None],
    restore: Callable[[Any], None],
    remove: Callable[[Any], None],
    key: Callable[[Any], str] = _public_key,
    visible: Callable[[Any, Viewer], bool] = _everybody,
    media: Callable[[Any], Iterable[str]] = _nothing,
    **more: Any,
) -> Subject:
    """Make a kind known; `more` are the optional fields of `Subject`. SubjectError."""
    if not _KIND.fullmatch(kind):
        raise SubjectError(
            f"{kind!r} cannot be a kind. Use 2 to 23 small letters and hyphens."
        )
    if kind in _registered:
        raise SubjectError(
            f"The kind {kind!r} is registered already, as {_registered[kind].title}."
            " Register it once, in AppConfig.ready."
        )
    functions: dict[str, Any] = {
        "find": find,
        "key": key,
        "describe": describe,
        "snapshot": snapshot,
        "author": author,
        "url": url,
        "visible": visible,
        "hide": hide,
        "remove": remove,
        "restore": restore,
        "media": media,
    }
    for name, function in functions.items():
        if not callable(function):
            raise SubjectError(f"{kind}: {name}= must be a function.")
    try:
        subject = Subject(kind=kind, title=title, **functions, **more)
    except TypeError as error:
        raise SubjectError(f"{kind}: {error}") from None
    _registered[kind] = subject
    return subject


def add_descendants(
    kind: str, made_of: Callable[[Any], Iterable[tuple[str, Any]]]
) -> None:
    """Tell what an app above makes of a kind from below: `made_of` takes the thing and
    yields kind and thing. They are withheld and restored together; cycles are allowed.
    """
    if made_of not in _descendants.setdefault(kind, []):
        _descendants[kind].append(made_of)


def forget(kind: str) -> None:
    """For tests that register a kind of their own."""
    _registered.pop(kind, None)
    _descendants.pop(kind, None)


def kinds() -> list[Subject]:
    """In the order in which they were registered."""
    return list(_registered.values())


def get(kind: str) -> Subject:
    """SubjectError when nobody registered it."""
    try:
        return _registered[kind]
    except KeyError:
        known = ", ".join(sorted(_registered)) or "none"
        raise SubjectError(
            f"Nobody registered the kind {kind!r}; known: {known}."
        ) from None


def find(kind: str, key: str) -> Any | None:
    """The thing, or None when it, or its kind, does not exist any longer."""
    subject = _registered.get(kind)
    return subject.find(key) if subject else None


def find_visible(kind: str, key: str, viewer: Viewer) -> Any:
    """The thing, if this viewer may see it. NotThereError for all else alike, so that
    nobody learns what exists."""
    subject = _registered.get(kind)
    thing = subject.find(key) if subject else None
    if subject is None or thing is None or not subject.visible(thing, viewer):
        raise NotThereError
    return thing


def family(kind: str, thing: Any) -> list[tuple[Subject, Any]]:
    """The thing and everything made of it, each once, the thing first."""
    found: dict[tuple[str, str], tuple[Subject, Any]] = {}
    waiting = [(kind, thing)]
    while waiting:
        name, one = waiting.pop()
        subject = get(name)
        mark = (name, subject.key(one))
        if mark in found:
            continue
        found[mark] = (subject, one)
        for made_of in _descendants.get(name, ()):
            waiting.extend(made_of(one))
    return list(found.values())
