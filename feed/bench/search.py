"""Search among synthetic posts, beside LIKE on the same rows in the same run.

Posts say 24 words each of a vocabulary of 20,000 whose frequencies fall as 1 / rank, as
those of a language do; they are written in one transaction that is rolled back, so it
leaves nothing. Measured is what a page asks: candidates, who may see them, and 24 posts
with all that a card shows; the same rows with `LIKE '%word%'` on title, caption and
script instead, newest first. Common: among the 20 most frequent words. Phrase: three
words of one post, the middle one seldom. Prefix: three letters. Typo: two letters
swapped. Use a scratch DATA_DIR: SQLite is locked meanwhile.
"""

from __future__ import annotations

import statistics
import time
from itertools import accumulate
from random import Random
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AnonymousUser
from django.db import connection, transaction
from django.db.models import Q

from avatarfx.models import Clip
from feed.models import Entry, Post, PostStat
from feed.search import spelling
from feed.search.finding import PAGE, search
from feed.selectors.pages import on_show
from socialapp.accounts.models import User
from socialapp.characters.models import Character

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Callable, Sequence

    from django.db.models import Model

WORDS = 20_000
SAID = 24
CREATORS = 200
_SYLLABLES = [a + b for a in "bcdfghjklmnprstvwz" for b in "aeiou"]


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--posts", type=int, default=100_000)
    parser.add_argument("--asked", type=int, default=40, help="searches of each sort")
    parser.add_argument("--like", type=int, default=8, help="of them, also as LIKE")
    parser.add_argument("--seed", type=int, default=7)


def run(options: dict[str, Any]) -> dict[str, Any]:
    draw = Random(options["seed"])  # noqa: S311  a simulation
    with transaction.atomic():
        began = time.perf_counter()
        words = _vocabulary(draw)
        texts = _fill(options["posts"], words, draw)
        told: dict[str, Any] = {
            "backend": connection.vendor,
            "posts": options["posts"],
            "fill_s": round(time.perf_counter() - began, 1),
        }
        for sort, asked in _questions(words, texts, options["asked"], draw).items():
            told |= _measured(sort, asked, options["like"])
        transaction.set_rollback(True)
    return told


def _vocabulary(draw: Random) -> list[str]:
    made: dict[str, None] = {}
    while len(made) < WORDS:
        made["".join(draw.choices(_SYLLABLES, k=draw.randint(2, 4)))] = None
    return list(made)


def _fill(posts: int, words: Sequence[str], draw: Random) -> list[list[str]]:
    makers = _stored(
        User(username=f"bench{n}", email=f"bench{n}@example.com", password="!")  # noqa: S106  nobody signs in
        for n in range(CREATORS)
    )
    cast = _stored(
        Character(owner=maker, name=f"Bench {n}") for n, maker in enumerate(makers)
    )
    weights = list(accumulate(1.0 / rank for rank in range(1, len(words) + 1)))
    texts: list[list[str]] = []
    for begin in range(0, posts, 5000):
        some = [
            draw.choices(words, cum_weights=weights, k=SAID)
            for _ in range(min(5000, posts - begin))
        ]
        _publish(some, cast, draw)
        texts += some
    spelling.learn_all()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return texts


def _publish(
    texts: Sequence[Sequence[str]], cast: Sequence[Character], draw: Random
) -> None:
    roles = [draw.choice(cast) for _ in texts]
    clips = _stored(
        Clip(
            owner_id=role.owner_id,
            character=role,
            title=text[0].title(),
            script=" ".join(text),
            recipe={},
            state=Clip.State.READY,
            seconds=SAID / 2.0,
        )
        for role, text in zip(roles, texts, strict=True)
    )
    posts = _stored(
        Post(author_id=clip.owner_id, clip=clip, lead=clip.character, caption=text[1])
        for clip, text in zip(clips, texts, strict=True)
    )
    _stored(PostStat(post=post) for post in posts)
    _stored(
        Entry(
            kind=Entry.Kind.POST,
            thing=post.pk,
            owner=post.author_id,
            title=text[0],
            people=f"bench =post @{post.author_id}",
            words=text[1],
            said=" ".join(text),
            lines=[["", [[n / 2.0, word] for n, word in enumerate(text)]]],
        )
        for post, text in zip(posts, texts, strict=True)
    )


def _stored(rows: Any) -> list[Any]:
    made: list[Model] = list(rows)
    manager = type(made[0])._default_manager
    return list(manager.bulk_create(made, batch_size=1000))


def _questions(
    words: Sequence[str], texts: Sequence[Sequence[str]], many: int, draw: Random
) -> dict[str, list[tuple[str, str]]]:
    """Of each sort, what is typed and the plain text that LIKE looks for."""
    asked: dict[str, list[tuple[str, str]]] = {
        "common": [(f"{word} ", word) for word in draw.choices(words[:20], k=many)],
        "phrase": [],
        "prefix": [(word[:3], word[:3]) for word in draw.choices(words, k=many)],
        "typo": [],
    }
    known = set(words)
    while len(asked["phrase"]) < many:
        text = draw.choice(texts)
        at = draw.randrange(len(text) - 2)
        if words.index(text[at + 1]) > 500:
            phrase = " ".join(text[at : at + 3])
            asked["phrase"].append((f'"{phrase}"', phrase))
    while len(asked["typo"]) < many:
        word = draw.choice(words[:5000])
        wrong = f"{word[:2]}{word[3:4]}{word[2:3]}{word[4:]}"
        if len(word) >= 6 and wrong not in known:
            asked["typo"].append((f"{wrong} ", wrong))
    return asked


def _measured(
    sort: str, asked: Sequence[tuple[str, str]], like: int
) -> dict[str, float]:
    nobody = AnonymousUser()
    found: list[int] = []

    def searched(typed: str) -> None:
        shelves = search(nobody, typed, kind="clip").shelves
        found.append(sum(len(shelf.found) for shelf in shelves))

    def liked(text: str) -> None:
        fits = (
            Q(caption__icontains=text)
            | Q(clip__title__icontains=text)
            | Q(clip__script__icontains=text)
        )
        list(on_show(nobody).filter(fits)[:PAGE])

    searched(asked[0][0])
    ours = _times(searched, [typed for typed, _ in asked])
    plain = _times(liked, [text for _, text in asked[:like]])
    return {
        f"{sort}_p50_ms": _at(ours, 0.5),
        f"{sort}_p95_ms": _at(ours, 0.95),
        f"{sort}_like_p50_ms": _at(plain, 0.5),
        f"{sort}_like_p95_ms": _at(plain, 0.95),
        f"{sort}_found": round(statistics.mean(found[1:]), 1),
    }


def _times(ask: Callable[[str], None], texts: Sequence[str]) -> list[float]:
    """Milliseconds of each."""
    times = []
    for text in texts:
        began = time.perf_counter()
        ask(text)
        times.append(1000.0 * (time.perf_counter() - began))
    return sorted(times)


def _at(times: Sequence[float], share: float) -> float:
    return round(times[min(len(times) - 1, int(share * len(times)))], 2)
