"""What a viewer finds. The index says what fits; who may see it is asked of the same
rows as on every page, at the moment of looking."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef

from feed import cursors
from feed.models import Entry, Post, Tag
from feed.search import index, spelling
from feed.search.entries import truth
from feed.search.lines import Said, line_with
from feed.search.queries import Query, Term, parse
from feed.selectors.pages import on_show
from scenes.posters import posters
from scenes.selectors.browsing import scenes_for
from socialapp.accounts.circle import heard
from socialapp.accounts.models import User
from socialapp.characters.models import Character

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from django.contrib.auth.models import AnonymousUser
    from django.db.models import QuerySet

    Viewer = User | AnonymousUser

PAGE = 24
MOST = 200
"""Results of one search: whoever wants more says more."""

TRIED = 400
"""Candidates that are looked at, so that those whom a viewer may not see leave room."""

FEW = 3
"""Results below which another spelling is tried."""

SHELVES = {"said": 3, "clip": 6, "character": 6, "scene": 4, "person": 4, "tag": 8}
"""How many of each kind stand on the page of everything, in this order."""

_ENTRY = {
    "clip": Entry.Kind.POST,
    "said": Entry.Kind.POST,
    "character": Entry.Kind.CHARACTER,
    "scene": Entry.Kind.SCENE,
    "person": Entry.Kind.PERSON,
    "tag": Entry.Kind.TAG,
}


@dataclass(frozen=True, slots=True)
class Found:
    kind: str
    """One of ``queries.KINDS``."""

    thing: Any
    """Post, Character, ``scenes.posters.Poster``, User or Tag."""

    said: Said | None = None
    """Of a post: the line with the words, if they are spoken in it."""

    @property
    def url(self) -> str:
        """Where it is; of a spoken line, at that second."""
        if self.kind == "tag":
            return f"/tag/{self.thing.name}/"
        if self.kind == "scene":
            return str(self.thing.scene.get_absolute_url())
        path = str(self.thing.get_absolute_url())
        if self.said and self.said.at is not None:
            return f"{path}?t={self.said.at:g}"
        return path


@dataclass(frozen=True, slots=True)
class Shelf:
    kind: str
    found: list[Found]
    more: bool
    """There is more of this kind than stands here."""


@dataclass(frozen=True, slots=True)
class Results:
    query: Query
    shelves: list[Shelf] = field(default_factory=list)
    after: str = ""
    """Where the next page of one kind begins; empty: there is none."""

    mended: str = ""
    """What was looked for instead, when what was typed is nowhere."""

    @property
    def nothing(self) -> bool:
        return not any(shelf.found for shelf in self.shelves)


def search(
    viewer: Viewer,
    typed: str,
    *,
    kind: str = "",
    after: str = "",
    mend: bool = True,
    strict: bool = False,
) -> Results:
    """The best of each kind, or a page of one `kind`. `mend`: what is nowhere is looked
    for in another spelling. The queries are as many for a hundred results as for one.
    A cursor of another search begins anew; with `strict` it is a CursorError."""
    query = parse(typed)
    kind = kind or query.kind
    rest = (
        ids_in(cursors.opened(_list_of(query, kind), after)) if query and kind else []
    )
    if after and strict and not rest:
        raise cursors.CursorError(field="cursor")
    if not query:
        return Results(query)
    if rest:
        return _further(viewer, query, kind, rest)
    found = _found(viewer, query, kind)
    if mend and sum(len(shelf.found) for shelf in found.shelves) < FEW:
        better = _mended(query)
        if better is not None:
            other = _found(viewer, better, kind)
            if found.nothing and not other.nothing:
                return replace(other, mended=better.text)
    return found


def _found(viewer: Viewer, query: Query, kind: str) -> Results:
    people = _people(query)
    if not kind:
        shelves = [
            _shelf(viewer, query, one, people, most) for one, most in SHELVES.items()
        ]
        return Results(query, [shelf for shelf in shelves if shelf.found])
    ids = _allowed(viewer, kind, fitting(query, kind, people, TRIED))[:MOST]
    shown = ids[:PAGE]
    shelf = Shelf(kind, _read(viewer, query, kind, shown), len(ids) > PAGE)
    return Results(query, [shelf], _after(query, kind, ids[PAGE:]))


def _further(viewer: Viewer, query: Query, kind: str, ids: Sequence[int]) -> Results:
    """A cursor is the rest of the list: nothing that is added or removed meanwhile makes
    a result come twice or be skipped."""
    found = _read(viewer, query, kind, _allowed(viewer, kind, ids[:PAGE]))
    rest = ids[PAGE:]
    shelf = Shelf(kind, found, bool(rest))
    return Results(query, [shelf], _after(query, kind, rest))


def _after(query: Query, kind: str, rest: Sequence[int]) -> str:
    return cursors.sealed(_list_of(query, kind), cursor_of(rest)) if rest else ""


def _list_of(query: Query, kind: str) -> str:
    return f"search:{kind}:{query.text}"


def _shelf(
    viewer: Viewer, query: Query, kind: str, people: Mapping[str, int], most: int
) -> Shelf:
    ids = _allowed(viewer, kind, fitting(query, kind, people, TRIED))
    found = _read(viewer, query, kind, ids[:most])
    return Shelf(kind, found, len(ids) > most)


def fitting(
    query: Query,
    kind: str,
    people: Mapping[str, int],
    most: int,
    column: str = "",
) -> list[int]:
    """Ids of what fits, the best first, whoever may see it."""
    column = "said" if kind == "said" else column
    return index.things(
        query, kind=_ENTRY[kind], people=people, most=most, column=column
    )


def _people(query: Query) -> dict[str, int]:
    """Ids of the handles in it that there are."""
    if not query.handles:
        return {}
    named = User.objects.filter(username__in=query.handles)
    return dict(named.values_list("username", "pk"))


# Who may see what -------------------------------------------------------------


def _characters(viewer: Viewer) -> QuerySet[Any]:
    return Character.objects.listed().filter(heard(viewer, "owner"))


def _scenes(viewer: Viewer) -> QuerySet[Any]:
    return scenes_for(viewer).filter(heard(viewer, "owner"))


def people_for(viewer: Viewer) -> QuerySet[Any]:
    """Those whom this viewer may look up."""
    return truth(Entry.Kind.PERSON).filter(heard(viewer, "pk"))


def tags_for(viewer: Viewer) -> QuerySet[Any]:
    """Those under which something stands that this viewer may see."""
    shown = (
        Post.objects.listed()
        .fit_for(viewer)
        .filter(heard(viewer, "author"), demoted=False, tags=OuterRef("pk"))
    )
    return Tag.objects.filter(Exists(shown))


ALLOWED: dict[str, Callable[[Viewer], QuerySet[Any]]] = {
    "clip": on_show,
    "said": on_show,
    "character": _characters,
    "scene": _scenes,
    "person": people_for,
    "tag": tags_for,
}


def _allowed(viewer: Viewer, kind: str, ids: Sequence[int]) -> list[int]:
    """Of these, in this order, what this viewer may see now."""
    if not ids:
        return []
    rows = ALLOWED[kind](viewer).filter(pk__in=ids).order_by()
    seen = set(rows.values_list("pk", flat=True))
    return [one for one in ids if one in seen]


# What is shown of it ----------------------------------------------------------


def _read(viewer: Viewer, query: Query, kind: str, ids: Sequence[int]) -> list[Found]:
    """With all that a list shows; `ids` are those that this viewer may see."""
    if not ids:
        return []
    rows = ALLOWED[kind](viewer).filter(pk__in=ids)
    if kind in {"clip", "said"}:
        said = _lines(query, ids)
        found = [
            Found(kind, post, said.get(post.pk))
            for post in rows
            if kind == "clip" or post.pk in said
        ]
    elif kind == "scene":
        found = [Found(kind, poster) for poster in posters(rows, viewer)]
    elif kind == "character":
        heavy = ("persona", "card", *(f"portrait__{x}" for x in ("recipe", "hand")))
        found = [
            Found(kind, one)
            for one in rows.select_related("owner", "portrait").defer(*heavy)
        ]
    else:
        found = [Found(kind, row) for row in rows]
    places = {pk: place for place, pk in enumerate(ids)}
    return sorted(found, key=lambda one: places[_pk(one)])


def _pk(found: Found) -> int:
    thing = found.thing.scene if found.kind == "scene" else found.thing
    return int(thing.pk)


def _lines(query: Query, ids: Sequence[int]) -> dict[int, Said]:
    rows = Entry.objects.filter(kind=Entry.Kind.POST, thing__in=ids).exclude(said="")
    found = {
        thing: line_with(query, [(name, list(words)) for name, words in lines])
        for thing, lines in rows.values_list("thing", "lines")
    }
    return {thing: said for thing, said in found.items() if said is not None}


# Spelling ---------------------------------------------------------------------


def _mended(query: Query) -> Query | None:
    """The query with words that are said here; None when it has none that is not. What
    it finds is filtered like all else: a word alone says nothing of anybody."""
    text, changed = query.text, False
    for term in query.wanted:
        better = spelling.nearest(term.words[0]) if _mendable(term) else ""
        if better:
            # As a word of its own, so that no other one is touched.
            # A mended word has neither backslashes nor anything else that re reads.
            text = re.sub(rf"(?<!\S){re.escape(term.typed)}(?!\S)", better, text)
            changed = True
    return parse(text) if changed else None


def _mendable(term: Term) -> bool:
    return bool(term.typed) and len(term.words) == 1


# Cursors ----------------------------------------------------------------------

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_CURSOR = re.compile(r"[0-9a-z]{1,12}(?:\.[0-9a-z]{1,12})*")


def cursor_of(ids: Sequence[int]) -> str:
    return ".".join(_base36(one) for one in ids)


def ids_in(cursor: str) -> list[int]:
    """Empty for a cursor that nobody gave out."""
    if not _CURSOR.fullmatch(cursor):
        return []
    return [int(one, 36) for one in cursor.split(".")[:MOST]]


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, rest = divmod(number, 36)
        digits = _DIGITS[rest] + digits
    return digits or "0"
