"""A database backend (``DATABASES["default"]["ENGINE"]``): Django's own for SQLite, and
connections that are closed are kept for whoever opens the next one.

Under ASGI every request has a context, and so a connection, of its own. Opening one takes
longer than most pages ask of it: some sixty functions are registered, the schema is read,
nothing is in its cache and no statement is prepared. Postgres has a pool for that in
Django; this is the same for SQLite. ``OPTIONS["keep"]`` is how many are kept; 0: none.
"""

from __future__ import annotations

import os
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from django.db.backends.sqlite3 import base

if TYPE_CHECKING:
    from sqlite3 import Connection

    File = tuple[int, int]
    """Device and inode."""

_kept: list[tuple[File, Connection]] = []
_lock = Lock()


def _forget_in_a_child() -> None:
    """A connection must not be used by two processes, nor be closed by the second one:
    SQLite would drop the locks of the first. So it is never freed there."""
    global _kept, _lock
    _of_the_parent.extend(_kept)
    _kept, _lock = [], Lock()


_of_the_parent: list[tuple[File, Connection]] = []
os.register_at_fork(after_in_child=_forget_in_a_child)


class DatabaseWrapper(base.DatabaseWrapper):
    keep = 0
    file: File | None = None
    """Of which the connection is; None: it is not to be kept."""

    def get_connection_params(self) -> dict[str, Any]:
        params: dict[str, Any] = super().get_connection_params()
        self.keep = params.pop("keep", 0)
        return params

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        self.file = self._file()
        kept = _taken(self.file) if self.file is not None else None
        if kept is not None:
            return kept
        new = super().get_new_connection(conn_params)
        # A new database has no file before its first connection.
        self.file = self._file()
        return new

    def _file(self) -> File | None:
        """Of the database as it is now: who restores it puts another in its place."""
        if not self.keep or self.is_in_memory_db():
            return None
        try:
            found = Path(self.settings_dict["NAME"]).stat()
        except FileNotFoundError:
            return None
        return found.st_dev, found.st_ino

    def _close(self) -> None:
        busy = self.in_atomic_block or self.connection.in_transaction
        if self.file is not None and not busy and not self.errors_occurred:
            with _lock:
                if len(_kept) < self.keep:
                    _kept.append((self.file, self.connection))
                    return
        super()._close()  # type: ignore[misc]


def _taken(file: File) -> Connection | None:
    """The one that was put away last, whose cache is the warmest."""
    with _lock:
        while _kept:
            its, connection = _kept.pop()
            if its == file:
                return connection
            connection.close()
    return None


def close_kept() -> None:
    """Close what is kept; for tests."""
    with _lock:
        while _kept:
            _kept.pop()[1].close()
