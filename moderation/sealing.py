"""Database triggers that refuse to change or delete what the audit log holds.

They stop a careless hand and a moderator with a database client. Whoever may drop
triggers may still tamper; ``manage.py verify_audit`` finds that out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

TABLE = "moderation_logentry"
REFUSAL = "The audit log only grows"

_SQLITE = {
    name: (
        f"CREATE TRIGGER IF NOT EXISTS {name} BEFORE {event} ON {TABLE}"
        f" BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    )
    for name, event in (("log_no_update", "UPDATE"), ("log_no_delete", "DELETE"))
}

_FUNCTION = (
    "CREATE OR REPLACE FUNCTION log_refuse() RETURNS trigger LANGUAGE plpgsql AS"
    f" $$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$"
)

_POSTGRES = {
    "log_no_change": (
        f"CREATE TRIGGER log_no_change BEFORE UPDATE OR DELETE ON {TABLE}"
        " FOR EACH ROW EXECUTE FUNCTION log_refuse()"
    ),
    "log_no_truncate": (
        f"CREATE TRIGGER log_no_truncate BEFORE TRUNCATE ON {TABLE}"
        " FOR EACH STATEMENT EXECUTE FUNCTION log_refuse()"
    ),
}


def seal(connection: BaseDatabaseWrapper) -> None:
    """Put the triggers on; those that are there stay."""
    missing = set(missing_triggers(connection))
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_FUNCTION)
        for name, sql in _triggers(connection).items():
            if name in missing:
                cursor.execute(sql)


def unseal(connection: BaseDatabaseWrapper) -> None:
    """Take them off: for migrations backwards, and for tests that tamper or clean up."""
    on_table = f" ON {TABLE}" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        for name in _triggers(connection):
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on_table}")


def missing_triggers(connection: BaseDatabaseWrapper) -> list[str]:
    """Names of those that should be there and are not."""
    if connection.vendor == "postgresql":
        query = "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass"
    else:
        query = (
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s"
        )
    with connection.cursor() as cursor:
        cursor.execute(query, [TABLE])
        there = {row[0] for row in cursor.fetchall()}
    return [name for name in _triggers(connection) if name not in there]


def _triggers(connection: BaseDatabaseWrapper) -> dict[str, str]:
    return _POSTGRES if connection.vendor == "postgresql" else _SQLITE
