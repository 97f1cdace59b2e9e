"""Connections to SQLite that are kept for the next request."""

from __future__ import annotations

import os
import sqlite3
from typing import TYPE_CHECKING, Any

import pytest

from socialapp.lib.sqlite import base

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pytest_django import DjangoDbBlocker


@pytest.fixture(autouse=True)
def _none_kept(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    base.close_kept()
    with django_db_blocker.unblock():  # none of these is the tests' own database
        yield
    base.close_kept()


@pytest.fixture
def opened(tmp_path: Path) -> Callable[..., base.DatabaseWrapper]:
    """Opens the same database, as each request does."""

    def opens(keep: int = 2) -> base.DatabaseWrapper:
        settings: dict[str, Any] = {
            "NAME": tmp_path / "kept.sqlite3",
            "OPTIONS": {"keep": keep, "init_command": "PRAGMA journal_mode=WAL"},
            "CONN_MAX_AGE": 0,
            "CONN_HEALTH_CHECKS": False,
            "AUTOCOMMIT": True,
            "ATOMIC_REQUESTS": False,
            "TIME_ZONE": None,
            "HOST": "",
            "PORT": "",
            "USER": "",
            "PASSWORD": "",
            "TEST": {},
        }
        found = base.DatabaseWrapper(settings, "default")
        found.ensure_connection()
        return found

    return opens


def rows(database: base.DatabaseWrapper, sql: str) -> list[tuple[Any, ...]]:
    with database.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


def test_the_next_request_gets_the_connection_of_the_last(
    opened: Callable[..., base.DatabaseWrapper],
) -> None:
    first = opened()
    rows(first, "create table things (name text)")
    was = first.connection
    first.close()
    second = opened()
    assert second.connection is was
    third = opened()
    assert third.connection is not was, "that one is in use"
    rows(third, "insert into things values ('a')")
    assert rows(second, "select name from things") == [("a",)]


def test_no_more_are_kept_than_was_said(
    opened: Callable[..., base.DatabaseWrapper],
) -> None:
    three = [opened(keep=2) for _ in range(3)]
    connections = [one.connection for one in three]
    for one in three:
        one.close()
    again = [opened(keep=2).connection for _ in range(3)]
    assert sum(one in connections for one in again) == 2
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        connections[2].execute("select 1")


def test_none_is_kept_where_nobody_asks_for_it(
    opened: Callable[..., base.DatabaseWrapper],
) -> None:
    one = opened(keep=0)
    was = one.connection
    one.close()
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        was.execute("select 1")


def test_an_open_transaction_goes_with_its_connection(
    opened: Callable[..., base.DatabaseWrapper],
) -> None:
    one = opened()
    rows(one, "create table things (name text)")
    was = one.connection
    was.execute("begin immediate")
    was.execute("insert into things values ('half')")
    one.close()
    other = opened()
    assert other.connection is not was
    rows(other, "insert into things values ('whole')")  # nothing is locked
    assert rows(other, "select name from things") == [("whole",)]


def test_a_database_that_was_replaced_is_opened_anew(
    opened: Callable[..., base.DatabaseWrapper], tmp_path: Path
) -> None:
    one = opened()
    rows(one, "create table old (name text)")
    one.close()
    restored = sqlite3.connect(tmp_path / "restored.sqlite3")
    restored.execute("create table restored (name text)")
    restored.close()
    for path in tmp_path.glob("kept.sqlite3*"):
        path.unlink()
    (tmp_path / "restored.sqlite3").rename(tmp_path / "kept.sqlite3")
    assert rows(opened(), "select name from sqlite_master") == [("restored",)]


def test_a_child_opens_its_own(opened: Callable[..., base.DatabaseWrapper]) -> None:
    one = opened()
    was = one.connection
    one.close()
    pid = os.fork()
    if not pid:
        # 0: what the parent keeps is not handed out here.
        os._exit(int(opened().connection is was))
    _, status = os.waitpid(pid, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    assert opened().connection is was
