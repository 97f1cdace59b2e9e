"""Whole columns into a table at once: COPY on Postgres, executemany on SQLite."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from itertools import repeat
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from django.core.management.color import no_style
from django.db import connection, models, transaction

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from feed.ranking.facts import Ints

    Make = Callable[[int, int], Sequence[Any]]
    """(first row, row after the last) to the values of a column there, as the database
    takes them: moments and JSON as text."""

CHUNK = 20_000
"""Rows that are in memory as Python's objects at once."""


def first_id(model: type[models.Model]) -> int:
    """That no row has, nor has one after it."""
    newest = model._default_manager.aggregate(most=models.Max("pk"))["most"]
    return (newest or 0) + 1


def write(
    model: type[models.Model],
    rows: int,
    columns: Mapping[str, Make],
    same: Mapping[str, Any] | None = None,
) -> None:
    """`columns` and `same` (one value for all rows) by column; the others get what their
    fields have by default. All rows or none."""
    fixed = _defaults(model, {*columns, *(same or {})}) | dict(same or {})
    names = [*columns, *fixed]
    quoted = ", ".join(connection.ops.quote_name(name) for name in names)
    table = connection.ops.quote_name(model._meta.db_table)
    values = _rows(rows, columns, list(fixed.values()))
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"copy {table} ({quoted}) from stdin") as copy:
                for row in values:
                    copy.write_row(row)
        else:
            marks = ", ".join(["%s"] * len(names))
            sql = f"insert into {table} ({quoted}) values ({marks})"  # noqa: S608  names of our own
            # Of rows as they are made: a million are never in memory at once.
            cursor.executemany(sql, cast("Any", values))


def _rows(
    rows: int, columns: Mapping[str, Make], fixed: Sequence[Any]
) -> Iterator[tuple[Any, ...]]:
    for start in range(0, rows, CHUNK):
        stop = min(rows, start + CHUNK)
        made = [make(start, stop) for make in columns.values()]
        same = (repeat(value, stop - start) for value in fixed)
        yield from zip(*made, *same, strict=True)


def _defaults(model: type[models.Model], given: Iterable[str]) -> dict[str, Any]:
    """Of the columns that nobody gave; ValueError for those that have to differ."""
    found: dict[str, Any] = {}
    known = set(given)
    for field in model._meta.concrete_fields:
        name = str(field.column)
        if name in known or (field.primary_key and field.db_returning):
            continue
        value = field.get_default()
        if field.unique and value is not None:
            raise ValueError(f"{model._meta.label}.{name} differs from row to row")
        if isinstance(field, models.JSONField) and value is not None:
            found[name] = json.dumps(value)
        elif isinstance(value, dt.datetime):
            found[name] = moment(value)
        else:
            found[name] = field.get_db_prep_save(value, connection)
    return found


def moment(value: dt.datetime) -> str:
    """As both databases read it; with a fraction, so that SQLite sorts it right."""
    return value.astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


@contextlib.contextmanager
def quickly() -> Iterator[None]:
    """SQLite waits for no disk meanwhile, and keeps more pages at hand: what a loss of
    power leaves of it is to be thrown away."""
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("pragma synchronous")
        waits = cursor.fetchone()[0]
        cursor.execute("pragma cache_size")
        pages = cursor.fetchone()[0]
        cursor.execute("pragma synchronous = off")
        cursor.execute("pragma cache_size = -400000")
        try:
            yield
        finally:
            cursor.execute(f"pragma synchronous = {int(waits)}")
            cursor.execute(f"pragma cache_size = {int(pages)}")


def settle(written: Sequence[type[models.Model]]) -> None:
    """Numbers of new rows go on where these end, and the planner knows them."""
    reset = connection.ops.sequence_reset_sql(no_style(), list(written))
    with connection.cursor() as cursor:
        for statement in reset:
            cursor.execute(statement)
        if connection.vendor == "postgresql" and not connection.in_atomic_block:
            cursor.execute("vacuum analyze")
        else:
            cursor.execute("analyze")
            if connection.vendor == "sqlite" and not connection.in_atomic_block:
                cursor.execute("pragma wal_checkpoint(truncate)")


def nth(pairs: Sequence[Sequence[str]], place: int) -> Make:
    return lambda a, b: [both[place] for both in pairs[a:b]]


def numbers(first: int) -> Make:
    return lambda a, b: range(first + a, first + b)


def column(values: Any) -> Make:
    return lambda a, b: values[a:b].tolist()


def texts(at: Ints) -> list[str]:
    """Moments as both databases read them."""
    found = np.datetime_as_string(at.astype("datetime64[us]")).tolist()
    return [text.replace("T", " ") for text in found]


def days(at: Ints) -> list[str]:
    found: list[str] = np.datetime_as_string(
        at.astype("datetime64[us]"), unit="D"
    ).tolist()
    return found


def viewers(ids: Ints) -> list[str]:
    return [f"user:{one}" for one in ids.tolist()]
