"""What a search could be, while it is typed: public words, and things by their name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from feed.search import spelling
from feed.search.finding import ALLOWED, fitting
from feed.search.queries import Term, parse

if TYPE_CHECKING:
    from feed.search.finding import Viewer

MOST_WORDS = 3
EACH = {"character": 3, "tag": 2, "person": 2, "scene": 2}
"""Of each kind of thing; eight to a dozen lines are what fits above a keyboard."""

_NAMES = {
    "character": ("name", "key"),
    "tag": ("name", "name"),
    "person": ("username", "username"),
    "scene": ("title", "key"),
}
_PATHS = {
    "character": "/c/{}/",
    "tag": "/tag/{}/",
    "person": "/@{}/",
    "scene": "/sc/{}/",
}


@dataclass(frozen=True, slots=True)
class Suggestion:
    kind: str
    """``words`` or one of ``EACH``."""

    text: str
    url: str = ""
    """Empty: the text is to be searched for."""


def suggestions(viewer: Viewer, typed: str) -> list[Suggestion]:
    """In nine queries at most, whatever is typed."""
    query = parse(typed)
    if not query.wanted:
        return []
    found = [Suggestion("words", text) for text in _completed(query.text, query.wanted)]
    for kind, most in EACH.items():
        ids = fitting(query, kind, {}, most * 5, "title")
        if not ids:
            continue
        name, key = _NAMES[kind]
        rows = ALLOWED[kind](viewer).filter(pk__in=ids).order_by()
        named = {pk: (text, ref) for pk, text, ref in rows.values_list("pk", name, key)}
        shown = [named[pk] for pk in ids if pk in named][:most]
        found += [
            Suggestion(kind, text, _PATHS[kind].format(ref)) for text, ref in shown
        ]
    return found


def _completed(text: str, terms: tuple[Term, ...]) -> list[str]:
    """The text with its last word finished, the ways that are said most."""
    last = terms[-1]
    if not (last.begins and len(last.words) == 1 and text.endswith(last.typed)):
        return []
    before = text[: len(text) - len(last.typed)]
    words = spelling.beginning(last.words[0], most=MOST_WORDS)
    return [before + word for word in words]
