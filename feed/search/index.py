"""The two full-text indexes, asked the same things."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection

from feed.search.queries import Query, Term, for_postgres, for_sqlite

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NEWEST = 1000
"""Of the rows that fit, how many are put in order; the newest, where more do. Ordering a
word that is in every second row would cost as much as reading all of them."""

LIMITED = "=limited"

_SQLITE_ORDER = "bm25(feed_found, 8.0, 5.0, 3.0, 1.0) * e.weight"
"""The smaller the better; title, people, words, said."""

_POSTGRES_ORDER = "ts_rank_cd('{0.12, 0.37, 0.62, 1.0}', vector, q) * weight"
"""The same columns and proportions, the last one first."""


def things(
    query: Query,
    *,
    kind: str,
    people: Mapping[str, int],
    most: int,
    column: str = "",
) -> list[int]:
    """Ids of what fits, the best first: of one kind of `Entry`, whoever may see it.
    `people`: ids of the query's handles; one that nobody has fits nothing. `column`: one
    of ``queries.LABELS`` to look in alone."""
    if not query or any(handle not in people for handle in query.by):
        return []
    if connection.vendor == "postgresql":
        return _postgres(query, kind, people, most, column)
    return _sqlite(query, kind, people, most, column)


def _sqlite(
    query: Query, kind: str, people: Mapping[str, int], most: int, column: str
) -> list[int]:
    asked = for_sqlite(query, token=f"={kind}", column=column, people=people)
    bound = _rows(
        "SELECT rowid FROM feed_found WHERE feed_found MATCH %s"  # noqa: S608  constants
        f" ORDER BY rowid DESC LIMIT 1 OFFSET {NEWEST}",
        [asked],
    )
    return _rows(
        "SELECT e.thing FROM feed_found JOIN feed_entry e ON e.id = feed_found.rowid"  # noqa: S608  constants
        " WHERE feed_found MATCH %s AND feed_found.rowid > %s"
        f" ORDER BY {_SQLITE_ORDER}, e.id DESC LIMIT %s",
        [asked, bound[0] if bound else 0, most],
    )


def _postgres(
    query: Query, kind: str, people: Mapping[str, int], most: int, column: str
) -> list[int]:
    asked = for_postgres(query, column=column, people=people)
    return _rows(
        "SELECT thing FROM (SELECT e.id, e.thing, e.weight, e.vector, q.q"  # noqa: S608  constants
        " FROM feed_entry e, (SELECT %s::tsquery AS q) q"
        " WHERE e.kind = %s AND e.vector @@ q.q"
        f" ORDER BY e.id DESC LIMIT {NEWEST}) newest"
        f" ORDER BY {_POSTGRES_ORDER} DESC, id DESC LIMIT %s",
        [asked, kind, most],
    )


def spread(words: Sequence[str], *, most: int) -> dict[str, int]:
    """In how many things that everybody may see each word is; counted up to `most`."""
    found = {}
    for word in words:
        query = Query((Term((word,)),), (Term((LIMITED,)),))
        if connection.vendor == "postgresql":
            asked = for_postgres(query, column="", people={})
            where = "feed_entry WHERE vector @@ %s::tsquery"
        else:
            asked = for_sqlite(query, token="", column="", people={})
            where = "feed_found WHERE feed_found MATCH %s"
        counted = f"SELECT count(*) FROM (SELECT 1 FROM {where} LIMIT {most}) few"  # noqa: S608  constants
        found[word] = _rows(counted, [asked])[0]
    return found


def tidy() -> None:
    """Put the index in order, so that nothing of removed rows is left in its files."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("INSERT INTO feed_found(feed_found) VALUES ('optimize')")
        else:
            cursor.execute("ANALYZE feed_entry")


def _rows(sql: str, values: Sequence[str | int]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [row[0] for row in cursor.fetchall()]
