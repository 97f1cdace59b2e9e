"""Postgres: every table by COPY within one snapshot, and back within one transaction.

Without pg_dump, whose version must be the server's, and which a web machine seldom has:
the migrations are the schema, so rows are all that a backup needs.
"""

from __future__ import annotations

from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

from django.db import DEFAULT_DB_ALIAS, OperationalError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from socialapp.backup.errors import BackupError
from socialapp.backup.manifest import Database, compare

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CHUNK = 1 << 20
LOCK_SECONDS = 10.0
"""For somebody who is in the middle of something with one of the tables."""

_TABLES = """
    select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = current_schema() and c.relkind = 'r' order by c.relname
"""
_COLUMNS = """
    select attname from pg_attribute
    where attrelid = %s::regclass and attnum > 0 and not attisdropped
    and attgenerated = '' order by attnum
"""
_SEQUENCES = """
    select sequencename, last_value from pg_sequences
    where schemaname = current_schema() and last_value is not null
"""
_FUNCTIONS = """
    select distinct tgfoid::regprocedure::text from pg_trigger
    where tgrelid = any(%s::regclass[]) and not tgisinternal
"""
_TRIGGERS = "select exists(select from pg_trigger where tgrelid = %s::regclass and not tgisinternal)"


def dump(folder: Path) -> Database:
    # A connection of its own: the snapshot outlasts whatever the caller is at.
    ours = connection.copy(DEFAULT_DB_ALIAS)
    with closing(ours), ours.cursor() as cursor:
        cursor.execute("begin isolation level repeatable read read only")
        census = {table: _copy_out(cursor, table, folder) for table in _names(cursor)}
        cursor.execute("select app, name from django_migrations order by id")
        migrations = [list(row) for row in cursor.fetchall()]
        cursor.execute(_SEQUENCES)
        sequences = dict(cursor.fetchall())
        cursor.execute("commit")
    return Database("postgresql", migrations, census, sequences)


def check(folder: Path, database: Database) -> None:
    """That each table has its file; how many rows they have is compared before they are
    committed."""
    missing = [t for t in database.census if not (folder / f"{t}.copy").is_file()]
    if missing:
        raise BackupError(
            f"The backup lacks the tables {', '.join(missing)}. Nothing was changed."
        )


def load(folder: Path, database: Database) -> dict[str, int]:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"set local lock_timeout = '{int(LOCK_SECONDS * 1000)}ms'")
            # Postgres alters no table that has rows waiting to be checked.
            cursor.execute("set constraints all immediate")
            applied = [(app, name) for app, name in database.migrations]
            if set(applied) != set(MigrationRecorder(connection).applied_migrations()):
                _drop(cursor, set(database.census))
                _migrate(applied)
            tables = _names(cursor)
            with _emptied(cursor, tables):
                for table in sorted(database.census):
                    _copy_in(cursor, folder / f"{table}.copy", table)
                for sequence, last in database.sequences.items():
                    cursor.execute("select setval(%s::regclass, %s)", [sequence, last])
            found = {table: _count(cursor, table) for table in tables}
            compare(database.census, found)
            return found
    except OperationalError as error:
        raise BackupError(
            f"The database could not be written ({str(error).strip()}). Nothing was"
            " changed. Stop the web servers, workers and directors of this house and"
            " restore again."
        ) from error


def _names(cursor: Any) -> list[str]:
    cursor.execute(_TABLES)
    return [name for (name,) in cursor.fetchall()]


def _count(cursor: Any, table: str) -> int:
    cursor.execute(f"select count(*) from {_quoted(table)}")  # noqa: S608  names of the database's own
    count: int = cursor.fetchone()[0]
    return count


def _copy_out(cursor: Any, table: str, folder: Path) -> int:
    """Rows. The first line names the columns, whose order depends on how old a table
    is."""
    cursor.execute(_COLUMNS, [_quoted(table)])
    columns = ", ".join(_quoted(name) for (name,) in cursor.fetchall())
    with (folder / f"{table}.copy").open("wb") as file:
        file.write(columns.encode() + b"\n")
        with cursor.copy(f"copy {_quoted(table)} ({columns}) to stdout") as rows:
            for block in rows:
                file.write(block)
    return _count(cursor, table)


def _copy_in(cursor: Any, file: Path, table: str) -> None:
    with file.open("rb") as rows:
        columns = rows.readline().decode().strip()
        with cursor.copy(f"copy {_quoted(table)} ({columns}) from stdin") as copy:
            while block := rows.read(CHUNK):
                copy.write(block)


def _drop(cursor: Any, told: set[str]) -> None:
    """What is here of ours, and nobody else's tables."""
    ours = {
        *told,
        *connection.introspection.django_table_names(only_existing=True),
        MigrationRecorder.Migration._meta.db_table,
    }
    there = [_quoted(name) for name in _names(cursor) if name in ours]
    if not there:
        return
    cursor.execute(_FUNCTIONS, [there])
    functions = [name for (name,) in cursor.fetchall()]
    cursor.execute(f"drop table {', '.join(there)} cascade")
    for function in functions:
        cursor.execute(f"drop function {function}")


def _migrate(applied: list[tuple[str, str]]) -> None:
    """An empty database to exactly these."""
    executor = MigrationExecutor(connection)
    known = set(applied)
    children = executor.loader.graph.node_map
    last = [
        one
        for one in applied
        if not any(
            tuple(child.key) in known and child.key[0] == one[0]
            for child in children[one].children
        )
    ]
    executor.migrate(last)


@contextmanager
def _emptied(cursor: Any, tables: list[str]) -> Iterator[None]:
    """Empty tables that check nothing until they are full: rows of one may be told
    before those that they point to."""
    quoted = [_quoted(name) for name in tables]
    guarded = []
    for table in quoted:
        cursor.execute(_TRIGGERS, [table])
        if cursor.fetchone()[0]:
            guarded.append(table)
    for table in guarded:
        # Also the seal of the audit log, whose rows come back as they were.
        cursor.execute(f"alter table {table} disable trigger user")
    cursor.execute(f"truncate {', '.join(quoted)}")
    cursor.execute("set constraints all deferred")
    yield
    cursor.execute("set constraints all immediate")
    for table in guarded:
        cursor.execute(f"alter table {table} enable trigger user")


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
