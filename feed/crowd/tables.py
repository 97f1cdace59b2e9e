"""The rows of a crowd: what ``draws`` drew, as the tables have it.

Everything is approved, as it would be after screening: the records of it are rows too,
so that the reconcilers find nothing to ask about.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from avatarfx.approving import KIND
from avatarfx.models import Clip, ClipActor
from feed import approving
from feed.crowd import bulk, draws, words
from feed.crowd.films import HERE, Film, hashed
from feed.models import Follow, Impression, Like, Post, PostStat, Tag, View
from moderation.models import Approval, ApprovalState
from socialapp.accounts import handles
from socialapp.accounts.models import User
from socialapp.characters import wording
from socialapp.characters.models import Character

if TYPE_CHECKING:
    from collections.abc import Sequence

    from feed.ranking.facts import Ints

DOMAIN = "crowd.invalid"
"""Of their e-mails: by it a crowd is told from people."""

VOUCHED = "manage.py seed --posts"
PERSONA = (
    "Keeps an eye on the harbour and an opinion on everything else. Speaks in short"
    " sentences, forgives slowly, and has never once been on time."
)


@dataclass
class Crowd:
    """Ids of its rows are numbers from `*_from` on."""

    size: draws.Size
    now: int
    draw: np.random.Generator
    films: Sequence[Film]
    people_from: int = field(default_factory=lambda: bulk.first_id(User))
    cast_from: int = field(default_factory=lambda: bulk.first_id(Character))
    clips_from: int = field(default_factory=lambda: bulk.first_id(Clip))
    posts_from: int = field(default_factory=lambda: bulk.first_id(Post))
    tags: list[tuple[int, str]] = field(default_factory=list)
    cast_keys: Sequence[str] = ()
    posts: draws.Posts = field(init=False)
    graph: draws.Follows = field(init=False)
    after: Ints = field(init=False)
    """Of each follow the post that won it, -1 for none."""

    def people(self) -> int:
        size, count = self.size, self.size.people
        began = self.now - draws.DAYS * draws.DAY
        joined = began + self.draw.integers(-90 * draws.DAY, 0, count)
        named = [words.person(n) for n in range(count)]
        # Creators are grown up; of who only looks, one in thirty is not.
        young = (np.arange(count) >= size.creators) & (self.draw.random(count) < 0.033)
        grown, minor = "1990-04-01", f"{self._year() - 15}-01-15"
        bulk.write(
            User,
            count,
            {
                "id": bulk.numbers(self.people_from),
                "username": lambda a, b: [handle for handle, _ in named[a:b]],
                "skeleton": lambda a, b: [
                    handles.skeleton(handle) for handle, _ in named[a:b]
                ],
                "email": lambda a, b: [f"{h}@{DOMAIN}" for h, _ in named[a:b]],
                "display_name": lambda a, b: [name for _, name in named[a:b]],
                "birth_date": lambda a, b: [
                    minor if one else grown for one in young[a:b].tolist()
                ],
                "date_joined": lambda a, b: bulk.texts(joined[a:b]),
            },
            # No password fits.
            {"password": "!", "bio": "One of a crowd."},
        )
        return count

    def _year(self) -> int:
        return (
            int(np.datetime64(self.now, "us").astype("datetime64[Y]").astype(int))
            + 1970
        )

    def characters(self) -> int:
        size, films = self.size, self.films
        count = size.characters
        self.cast_keys = draws.Keys(count, self.draw)
        owner = np.arange(count)
        owner[size.creators :] -= size.creators
        began = self.now - draws.DAYS * draws.DAY
        made = began + self.draw.integers(1, draws.DAY, count)

        def of_film(name: str) -> bulk.Make:
            values = [getattr(film.character, name) for film in films]
            return lambda a, b: [values[n % len(films)] for n in range(a, b)]

        columns: dict[str, bulk.Make] = {
            "id": bulk.numbers(self.cast_from),
            "key": lambda a, b: self.cast_keys[a:b],
            "owner_id": lambda a, b: (owner[a:b] + self.people_from).tolist(),
            "name": lambda a, b: [words.character(n) for n in range(a, b)],
            "created": lambda a, b: bulk.texts(made[a:b]),
            "changed": lambda a, b: bulk.texts(made[a:b]),
        }
        for name in ("portrait_id", "voice", "voice_speed", "motion"):
            columns[name] = of_film(name)
        same = {
            "visibility": Character.Visibility.PUBLIC,
            "persona": PERSONA,
            "tagline": "One of a crowd.",
        }
        bulk.write(Character, count, columns, same)
        hashes = [
            [facet.sha256 for facet in wording.facets_of(self._character(n))]
            for n in range(count)
        ]
        for place, facet in enumerate(wording.FIELDS):
            self._approve(
                wording.KIND,
                facet,
                self.cast_keys,
                bulk.nth(hashes, place),
                owner=owner,
                at=made,
            )
        return count

    def _character(self, number: int) -> Character:
        """As it was written, without asking the database."""
        film = self.films[number % len(self.films)].character
        return Character(
            name=words.character(number),
            persona=PERSONA,
            tagline="One of a crowd.",
            voice=film.voice,
            voice_speed=film.voice_speed,
        )

    def clips(self) -> int:
        """And the posts that show them."""
        self.posts = made = draws.posts(self.size, self.draw, self.now)
        films, count = self.films, len(made)
        keys = draws.Keys(count, self.draw)
        film = (made.character % len(films)).tolist()
        rendered = made.published - 60_000_000
        recipes = [one.recipe(HERE).split(HERE) for one in films]

        def of_film(name: str) -> bulk.Make:
            values = [getattr(one.clip, name) for one in films]
            return lambda a, b: [values[n] for n in film[a:b]]

        def recipe(a: int, b: int) -> list[str]:
            cast = made.character[a:b].tolist()
            return [
                self.cast_keys[one].join(recipes[film[a + n]])
                for n, one in enumerate(cast)
            ]

        columns: dict[str, bulk.Make] = {
            "id": bulk.numbers(self.clips_from),
            "key": lambda a, b: keys[a:b],
            "owner_id": lambda a, b: (made.author[a:b] + self.people_from).tolist(),
            "character_id": lambda a, b: (
                made.character[a:b] + self.cast_from
            ).tolist(),
            "recipe": recipe,
        }
        for name in (
            *("title", "script", "shape", "rung", "voice_engine", "seconds", "width"),
            *("height", "video", "poster", "captions", "size"),
        ):
            columns[name] = of_film(name)
        for name in ("queued_at", "created", "finished", "state_changed"):
            columns[name] = lambda a, b: bulk.texts(rendered[a:b])
        same = {"state": Clip.State.READY, "percent": 100, "fence": 1, "attempts": 1}
        bulk.write(Clip, count, columns, same)
        self._actors(film)
        facets = [one.facets(HERE) for one in films]
        voices = [
            films[n % len(films)].facets(key)[1] for n, key in enumerate(self.cast_keys)
        ]

        def said(a: int, b: int) -> list[str]:
            return [facets[n][0] for n in film[a:b]]

        def spoken(a: int, b: int) -> list[str]:
            return [voices[n] for n in made.character[a:b].tolist()]

        for facet, hashes in (("script", said), ("voice", spoken)):
            self._approve(KIND, facet, keys, hashes, owner=made.author, at=rendered)
        return count

    def _actors(self, film: Sequence[int]) -> None:
        made = self.posts
        portraits = [one.character.portrait_id for one in self.films]
        bulk.write(
            ClipActor,
            len(made),
            {
                "clip_id": bulk.numbers(self.clips_from),
                "character_id": lambda a, b: (
                    made.character[a:b] + self.cast_from
                ).tolist(),
                "portrait_id": lambda a, b: [portraits[n] for n in film[a:b]],
            },
            {"seat": "a"},
        )

    def tag_names(self) -> int:
        """Those that are there already are used as well."""
        names = [words.tag(n) for n in range(self.size.tags)]
        Tag.objects.bulk_create([Tag(name=n) for n in names], ignore_conflicts=True)
        ids = dict(Tag.objects.filter(name__in=names).values_list("name", "pk"))
        self.tags = [(ids[name], name) for name in names]
        return len(names)

    def shown(self) -> int:
        """Posts with their captions and tags."""
        made, count = self.posts, len(self.posts)
        keys = draws.Keys(count, self.draw)
        tags = draws.tagged(count, len(self.tags), self.draw)

        def caption(number: int) -> str:
            names = [self.tags[one][1] for one in tags.of(number)]
            return words.caption(number, names)

        hidden = np.where(made.private, "private", "public")
        hidden = np.where(made.unlisted, "unlisted", hidden)
        bulk.write(
            Post,
            count,
            {
                "id": bulk.numbers(self.posts_from),
                "key": lambda a, b: keys[a:b],
                "author_id": lambda a, b: (
                    made.author[a:b] + self.people_from
                ).tolist(),
                "clip_id": bulk.numbers(self.clips_from),
                "lead_id": lambda a, b: (made.character[a:b] + self.cast_from).tolist(),
                "caption": lambda a, b: [caption(n) for n in range(a, b)],
                "visibility": lambda a, b: hidden[a:b].tolist(),
                "published": lambda a, b: bulk.texts(made.published[a:b]),
                "removed": lambda a, b: [
                    at if gone else None
                    for at, gone in zip(
                        bulk.texts(made.published[a:b] + 1),
                        made.removed[a:b].tolist(),
                        strict=True,
                    )
                ],
                "adults_only": lambda a, b: made.adults_only[a:b].tolist(),
                "demoted": lambda a, b: made.demoted[a:b].tolist(),
            },
        )
        post, place = np.nonzero(tags.used)
        ids = np.array([pk for pk, _ in self.tags])
        bulk.write(
            Post.tags.through,
            len(post),
            {
                "post_id": bulk.column(post + self.posts_from),
                "tag_id": bulk.column(ids[tags.drawn[post, place]]),
            },
        )
        wordless = (np.arange(count) % 5 == 4) & ~tags.used.any(axis=1)
        worded = np.flatnonzero(~wordless)
        self._approve(
            approving.KIND,
            approving.FACET,
            [keys[n] for n in worded.tolist()],
            lambda a, b: hashed([caption(n) for n in worded[a:b].tolist()]),
            owner=made.author[worded],
            at=made.published[worded],
        )
        return count

    def looks(self) -> int:
        """Impressions, views, likes and all counters."""
        made = self.posts
        rows = draws.looks(self.size, made, self.draw, self.now)
        self.graph = draws.follows(self.size, self.draw)
        self.after = draws.won(made, rows, self.graph, self.draw)
        seconds = np.array([film.clip.seconds or 1.0 for film in self.films])
        length = seconds[made.character % len(self.films)]
        counted = draws.counters(
            made, rows, after=self.after, length=length, draw=self.draw, now=self.now
        )
        names = [f.name for f in PostStat._meta.concrete_fields if f.name != "post"]
        drawn = {name: getattr(counted, name, None) for name in names}
        bulk.write(
            PostStat,
            len(made),
            {
                "post_id": bulk.numbers(self.posts_from),
                **{n: bulk.column(c) for n, c in drawn.items() if c is not None},
            },
        )
        stayed = draws.stayed(rows, length)
        bulk.write(
            Impression,
            len(rows),
            {
                "viewer": lambda a, b: bulk.viewers(
                    rows.person[a:b] + self.people_from
                ),
                "post_id": bulk.column(rows.post + self.posts_from),
                "day": lambda a, b: bulk.days(rows.at[a:b]),
                "seconds": bulk.column(stayed),
                "watched": bulk.column(rows.watched),
                "place": bulk.column(self.draw.integers(0, 60, len(rows))),
                "created": lambda a, b: bulk.texts(rows.at[a:b]),
            },
        )
        seen = np.flatnonzero(rows.viewed)
        bulk.write(
            View,
            len(seen),
            {
                "viewer": lambda a, b: bulk.viewers(
                    rows.person[seen[a:b]] + self.people_from
                ),
                "post_id": bulk.column(rows.post[seen] + self.posts_from),
                "day": lambda a, b: bulk.days(rows.at[seen[a:b]]),
                "seconds": bulk.column((rows.watched * length[rows.post])[seen]),
            },
            {"completed": False},
        )
        liked = np.flatnonzero(rows.liked)
        bulk.write(
            Like,
            len(liked),
            {
                "user_id": bulk.column(rows.person[liked] + self.people_from),
                "post_id": bulk.column(rows.post[liked] + self.posts_from),
                "created": lambda a, b: bulk.texts(rows.at[liked[a:b]]),
            },
        )
        return len(rows) + len(seen) + len(liked)

    def follows(self) -> int:
        """Of those whom they watched some after a post, which counts them."""
        drawn = self.graph
        since = np.sort(
            self.now - self.draw.integers(1, draws.DAYS * draws.DAY, len(drawn))
        )

        def some(ids: Ints, first: int) -> bulk.Make:
            return lambda a, b: [
                n + first if n >= 0 else None for n in ids[a:b].tolist()
            ]

        bulk.write(
            Follow,
            len(drawn),
            {
                "person_id": bulk.column(drawn.person + self.people_from),
                "creator_id": some(drawn.creator, self.people_from),
                "character_id": some(drawn.character, self.cast_from),
                "post_id": some(self.after, self.posts_from),
                "created": lambda a, b: bulk.texts(since[a:b]),
            },
        )
        return len(drawn)

    def _approve(
        self,
        kind: str,
        facet: str,
        things: Sequence[str],
        hashes: bulk.Make,
        *,
        owner: Ints,
        at: Ints,
    ) -> None:
        keys = draws.Keys(len(things), self.draw)
        columns: dict[str, bulk.Make] = {
            "key": lambda a, b: keys[a:b],
            "subject_key": lambda a, b: things[a:b],
            "sha256": hashes,
            "owner_id": lambda a, b: (owner[a:b] + self.people_from).tolist(),
        }
        for name in ("next_try", "asked", "created", "decided"):
            columns[name] = lambda a, b: bulk.texts(at[a:b])
        same = {
            "kind": kind,
            "facet": facet,
            "state": ApprovalState.APPROVED,
            "version": VOUCHED,
        }
        bulk.write(Approval, len(things), columns, same)


WRITTEN = (
    User, Character, Clip, ClipActor, Tag, Post, Post.tags.through, Impression, View,
    Like, Follow, Approval,
)  # fmt: skip
"""Tables whose rows have numbers."""
