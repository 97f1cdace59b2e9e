"""Queries whose SQL is made once a process.

To build and to compile a query of the feed's kind takes the ORM longer than the database
takes to answer it. What is asked at every page is compiled at its first use, with
stand-ins where its values go; from then on only the values change. The conditions stay
where they are written, in querysets.
"""

from __future__ import annotations

import copy
import datetime as dt
import json
import re
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from django.db import connections, models

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from django.db.backends.base.base import BaseDatabaseWrapper

    _Lookup = models.Lookup[Any]
else:
    _Lookup = models.Lookup

RowT = TypeVar("RowT")

FIRST = 7_771_000_000_000_000
"""Stand-ins for ids: numbers that no row has."""


@models.BigAutoField.register_lookup
@models.ForeignKey.register_lookup
class Among(_Lookup):
    """``pk__among=ids``: as ``in``, but one value, so that the SQL is the same for any
    number of ids."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(
        self, compiler: Any, connection: BaseDatabaseWrapper
    ) -> tuple[str, tuple[Any, ...]]:
        left, values = self.process_lhs(compiler, connection)
        ids = _adapted(self.rhs, connection)
        if connection.vendor == "postgresql":
            return f"{left} = any(%s::bigint[])", (*values, ids)
        sql = f"{left} in (select value from json_each(%s))"  # noqa: S608  a column
        return sql, (*values, ids)


def _adapted(value: Any, connection: BaseDatabaseWrapper) -> Any:
    """As the ORM would hand it to the driver."""
    if isinstance(value, list):
        if connection.vendor == "postgresql":
            # As text: to write a list down, psycopg looks at each number by itself.
            return "{" + ",".join(map(str, value)) + "}"
        return json.dumps(value)
    if isinstance(value, dt.datetime):
        return connection.ops.adapt_datetimefield_value(value)
    if isinstance(value, dt.date):
        return connection.ops.adapt_datefield_value(value)
    return value


def _stand_in(kind: type, number: int) -> Any:
    if kind is int:
        return FIRST + number
    if kind is str:
        return f"stand-in {FIRST + number}"
    if kind is list:
        return [FIRST + number]
    if kind is dt.datetime:
        return dt.datetime(1971, 1, 1, 0, 0, number, 7, tzinfo=dt.UTC)
    if kind is dt.date:
        return dt.date(1971, 1, 1) + dt.timedelta(days=number)
    raise TypeError(f"No stand-in for {kind}")


class Kept(Generic[RowT]):
    """``Kept(make, person=int)(person=7)`` is ``list(make(person=7))``.

    `make` is called once, with stand-ins of the named kinds (int, str, a list of ids for
    ``among``, date, datetime); what it branches on must not be among them. A value may
    stand in several places; ValueError when one stands in none, or when a moment or a
    day that was not given is in the query: it would stand still for good.
    """

    def __init__(
        self, make: Callable[..., models.QuerySet[Any, RowT]], **kinds: type
    ) -> None:
        self._make, self._kinds = make, kinds
        self._compiled: tuple[models.QuerySet[Any, RowT], Any, str, list[Any]] | None
        self._compiled = None

    def __call__(self, **values: Any) -> list[RowT]:
        queryset, compiler, sql, slots = self._compiled or self._compile()
        # Of this thread's connection; what is shared is only read.
        mine = copy.copy(compiler)
        here = connections[queryset.db]
        mine.connection = _Preparing(here) if here.vendor == "postgresql" else here
        given = {name: _adapted(value, here) for name, value in values.items()}
        params = [given[one.name] if type(one) is _Slot else one for one in slots]
        mine.as_sql = lambda *_args, **_more: (sql, params)
        again: Any = queryset.all()
        query = copy.copy(queryset.query)
        query.get_compiler = lambda *_args, **_more: mine  # type: ignore[method-assign]
        again._query = query
        return list(again)

    def _compile(self) -> tuple[models.QuerySet[Any, RowT], Any, str, list[Any]]:
        stand_ins = {
            name: _stand_in(kind, number)
            for number, (name, kind) in enumerate(self._kinds.items(), start=1)
        }
        queryset = self._make(**stand_ins)
        compiler = queryset.query.get_compiler(using=queryset.db)
        sql, params = compiler.as_sql()
        here = connections[queryset.db]
        slots = _slots(params, {n: _adapted(v, here) for n, v in stand_ins.items()})
        if stands_still := [one for one in slots if _tells_time(one)]:
            raise ValueError(
                f"The query looks at the clock ({stands_still[0]!r}): give the moment as"
                " a value, or leave it to the database (`Now`)"
            )
        # By column of the answer; they are the same every time.
        converters = compiler.get_converters(
            [one[0] for one in compiler.select[: compiler.col_count]]
        )
        compiler.get_converters = lambda _fields: converters
        for name in self._kinds:
            if not any(type(one) is _Slot and one.name == name for one in slots):
                raise ValueError(f"The query has no place for {name}")
        self._compiled = (queryset, compiler, sql, slots)
        return self._compiled


class _Preparing:
    """A connection to Postgres whose cursors leave the values to the server: what is
    asked again is then prepared, and planned no more, which takes ten times as long as
    to answer it. Django's own cursors write the values into the query.

    Not for all queries: bound as it is, an int of an expression is cut to 32 bits.
    """

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        self._connection: Any = connection

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def cursor(self) -> Any:
        from django.db.backends.postgresql.base import (  # noqa: PLC0415  needs psycopg
            ServerBindingCursor,
        )

        self._connection.ensure_connection()
        raw = self._connection.connection
        plain, raw.cursor_factory = raw.cursor_factory, ServerBindingCursor
        try:
            return self._connection.cursor()
        finally:
            raw.cursor_factory = plain


def _tells_time(value: Any) -> bool:
    """Also as SQLite's driver is handed moments: as text."""
    if isinstance(value, dt.date | dt.time):
        return True
    return isinstance(value, str) and re.match(r"\d{4}-\d\d-\d\d", value) is not None


class _Slot:
    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name


def _slots(params: Iterable[Any], stand_ins: Mapping[str, Any]) -> list[Any]:
    """`params` with a slot where a stand-in was."""
    found = []
    for value in params:
        same = (
            name
            for name, one in stand_ins.items()
            if type(one) is type(value) and one == value
        )
        name = next(same, None)
        found.append(value if name is None else _Slot(name))
    return found
