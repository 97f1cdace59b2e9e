"""What the index has of each kind of thing, made from the truth: only what stands in
lists that anyone may read, so nothing else can be found, counted or suggested."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef, Prefetch
from django.utils import timezone

from avatarfx.models import ClipActor
from avatarfx.transcript import lines_of
from feed import hashtags
from feed.models import Entry, Post, Tag
from feed.search.folding import words_of
from feed.search.index import LIMITED
from feed.search.lines import words_of_lines
from scenes.models import Scene
from socialapp.accounts.models import User
from socialapp.accounts.young import birthdays
from socialapp.acting.script import spoken
from socialapp.characters.models import Character

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from django.db.models import Model, QuerySet

    from avatarfx.models import Clip
    from feed.search.lines import Told

Kind = Entry.Kind

MOST_WORDS = 900
"""Of the title and names, twice as many of the words, and of what is said: more than
fits into any of them. Postgres has the columns a thousand places apart."""

NOBODY = AnonymousUser()


def truth(kind: str) -> QuerySet[Any]:
    """What may be found of a kind at all; who may see it is asked again by whoever
    looks."""
    if kind == Kind.POST:
        return Post.objects.listed().filter(demoted=False)
    if kind == Kind.CHARACTER:
        return Character.objects.listed()
    if kind == Kind.SCENE:
        return Scene.objects.listed().filter(demoted=False)
    if kind == Kind.PERSON:
        # Nobody looks up minors; whoever knows their handle opens their page.
        return adults().filter(is_active=True, leaves__isnull=True)
    shown = Post.objects.listed().filter(demoted=False, tags=OuterRef("pk"))
    return Tag.objects.filter(Exists(shown))


def adults() -> QuerySet[User]:
    today = timezone.now().date()
    try:
        born = today.replace(year=today.year - birthdays.ADULT)
    except ValueError:
        born = today.replace(year=today.year - birthdays.ADULT, day=28)
    return User.objects.exclude(birth_date__gt=born)


def entries_of(kind: str, ids: Sequence[int]) -> list[Entry]:
    """One for each of these that may be found, in a handful of queries."""
    return _MAKERS[kind](truth(kind).filter(pk__in=ids))


def _entry(
    kind: str,
    row: Model,
    *,
    owner: int | None,
    title: str,
    people: Iterable[str] = (),
    words: Iterable[str] = (),
    tags: Iterable[str] = (),
    lines: Sequence[Told] = (),
    weight: float = 0.0,
    limited: bool = False,
) -> Entry:
    signs = [f"={kind}", f"@{owner}" if owner else "", LIMITED if limited else ""]
    named = [word for name in people for word in words_of(name)][:MOST_WORDS]
    told = [word for text in words for word in words_of(text)]
    # A hashtag is found as a word too.
    told += [word for tag in tags for word in words_of(tag)]
    told = told[: MOST_WORDS * 2] + [f"#{tag}" for tag in tags]
    return Entry(
        kind=kind,
        thing=row.pk,
        owner=owner,
        title=" ".join(words_of(title)[:MOST_WORDS]),
        people=" ".join([*named, *(sign for sign in signs if sign)]),
        words=" ".join(told),
        said=" ".join(words_of_lines(lines)[: MOST_WORDS * 2]),
        lines=list(lines),
        weight=1.0 + min(2.0, math.log10(1.0 + weight) / 2.0),
    )


def _posts(rows: QuerySet[Any]) -> list[Entry]:
    actors = ClipActor.objects.select_related("character").only(
        "clip_id", "seat", "character__name"
    )
    found = list(
        rows.select_related("clip__character", "snippet__lead", "stat")
        .prefetch_related(
            "tags", "snippet__lines", Prefetch("clip__actors", queryset=actors)
        )
        .defer(
            "clip__recipe",
            *(
                f"{lead}__{heavy}"
                for lead in ("clip__character", "snippet__lead")
                for heavy in ("persona", "card")
            ),
        )
    )
    fit = _fit(Post.objects.fit_for(NOBODY), found)
    return [
        _entry(
            Kind.POST,
            post,
            owner=post.author_id,
            title=post.clip.title if post.clip else "",
            people=_cast(post),
            words=[post.caption],
            tags=[tag.name for tag in post.tags.all()],
            lines=_lines(post),
            weight=post.stat.likes + post.stat.views / 10.0,
            limited=post.pk not in fit,
        )
        for post in found
    ]


def _cast(post: Post) -> list[str]:
    names = [post.character.name]
    if post.clip is not None:
        names += [one.character.name for one in post.clip.actors.all()]
    elif post.snippet is not None:
        names += [one.name for one in post.snippet.lines.all() if one.character_id]
    return list(dict.fromkeys(names))


def _lines(post: Post) -> list[Told]:
    if post.snippet is not None:
        return [
            (line.name, [(None, word) for word in line.text.split()])
            for line in post.snippet.lines.all()
        ]
    assert post.clip is not None  # noqa: S101  the database holds it
    return _spoken(post.clip)


def _spoken(clip: Clip) -> list[Told]:
    performance = clip.as_performance()
    if performance is None:
        return [("", [(None, word) for word in spoken(clip.script).split()])]
    names = {one.seat: one.character.name for one in clip.actors.all()}
    parts = {part.seat: part.captions for part in performance.parts}
    return [
        (
            names.get(line.seat, "") if len(names) > 1 else "",
            [
                (round(word.at, 2), word.text.strip())
                for word in parts[line.seat]
                if line.at <= word.at <= line.until
            ],
        )
        for line in lines_of(performance)
    ]


def _characters(rows: QuerySet[Any]) -> list[Entry]:
    return [
        _entry(
            Kind.CHARACTER,
            one,
            owner=one.owner_id,
            title=one.name,
            words=[one.tagline, one.greeting],
            tags=_tags(one.tags),
        )
        for one in rows.defer("persona", "card")
    ]


def _scenes(rows: QuerySet[Any]) -> list[Entry]:
    found = list(rows.select_related("stat").defer("draft"))
    fit = _fit(Scene.objects.fit_for(NOBODY), found)
    return [
        _entry(
            Kind.SCENE,
            one,
            owner=one.owner_id,
            title=one.title,
            words=[one.logline, one.genre],
            tags=_tags(one.tags),
            weight=one.stat.plays + one.stat.likes if hasattr(one, "stat") else 0,
            limited=one.pk not in fit,
        )
        for one in found
    ]


def _people(rows: QuerySet[Any]) -> list[Entry]:
    return [
        _entry(
            Kind.PERSON,
            one,
            owner=one.pk,
            title=f"{one.username} {one.display_name}",
            # A handle with dots is found without them.
            words=[one.bio, one.username.replace(".", "").replace("_", "")],
        )
        for one in rows
    ]


def _tag_entries(rows: QuerySet[Any]) -> list[Entry]:
    fit = Post.objects.listed().fit_for(NOBODY).filter(demoted=False)
    shown = Exists(fit.filter(tags=OuterRef("pk")))
    return [
        _entry(
            Kind.TAG,
            one,
            owner=None,
            title=one.name.replace("_", " "),
            words=[one.name.replace("_", "")],
            tags=[one.name],
            limited=not one.fit,
        )
        for one in rows.annotate(fit=shown)
    ]


_MAKERS: dict[str, Callable[[QuerySet[Any]], list[Entry]]] = {
    Kind.POST: _posts,
    Kind.CHARACTER: _characters,
    Kind.SCENE: _scenes,
    Kind.PERSON: _people,
    Kind.TAG: _tag_entries,
}


def _fit(fit: QuerySet[Any], rows: Sequence[Model]) -> set[int]:
    ids = [row.pk for row in rows]
    return set(fit.filter(pk__in=ids).values_list("pk", flat=True))


def _tags(tags: object) -> list[str]:
    """Of a character or a scene, by the rules of hashtags."""
    named = tags if isinstance(tags, list) else []
    return [name for name in (hashtags.folded(str(tag)) for tag in named) if name]
