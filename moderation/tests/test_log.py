"""The audit log: one chain, and every way to tamper with it is found."""

from __future__ import annotations

import io
import json
import threading
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from moderation import anchors, log, sealing
from moderation.models import LogEntry, LogHead, SealedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from socialapp.accounts.models import User


@pytest.fixture(autouse=True)
def fresh_anchor() -> Iterator[None]:
    anchors.file().unlink(missing_ok=True)
    yield
    anchors.file().unlink(missing_ok=True)


@pytest.fixture
def ten_rows(transactional_db: None) -> None:
    for number in range(1, 11):
        log.record(None, "case.open", f"clip:{number}", {"lane": "normal"})


def sql(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


# The chain -------------------------------------------------------------------


@pytest.mark.database
@pytest.mark.django_db
def test_a_row_follows_the_one_before_it(alice: User) -> None:
    first = log.record(alice, "case.claim", "clip:a", {"until": "12:00"})
    second = log.record(None, "case.expire", "clip:a")
    assert (first.number, first.previous, first.actor) == (
        1,
        log.ZERO,
        f"user:{alice.pk}",
    )
    assert (second.number, second.previous) == (2, first.digest)
    assert second.actor == "system"
    assert log.verify() is None


@pytest.mark.django_db
def test_an_entry_reads_back_as_it_was_sealed() -> None:
    data = {"words": ["Ümlaut", 3, True, None], "deep": {"b": 1, "a": "2"}}
    made = log.record("anonymous", "report.make", "post:x", data)
    found = LogEntry.objects.get(number=made.number)
    assert found.data == data
    assert log.seal(found) == made.digest


@pytest.mark.django_db
@pytest.mark.parametrize("value", [1.5, object(), {1: "a"}, ["x", 0.5]])
def test_what_json_would_change_is_not_logged(value: Any) -> None:
    with pytest.raises(TypeError, match="cannot be logged"):
        log.record(None, "case.open", "clip:a", {"value": value})
    assert LogEntry.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_what_was_rolled_back_leaves_no_row_and_no_anchor() -> None:
    with transaction.atomic():
        log.record(None, "case.open", "clip:a")
        transaction.set_rollback(True)
    assert LogEntry.objects.count() == 0
    assert anchors.kept() == {}
    assert log.record(None, "case.open", "clip:b").number == 1


@pytest.mark.database
@pytest.mark.django_db(transaction=True)
def test_five_hundred_appends_at_once_make_one_chain() -> None:
    failures: list[BaseException] = []

    def append(worker: int) -> None:
        try:
            for number in range(25):
                log.record(None, "case.open", f"clip:{worker}-{number}")
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=append, args=(n,)) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert list(LogEntry.objects.values_list("number", flat=True)) == list(
        range(1, 501)
    )
    assert log.verify() is None
    assert len(anchors.kept()) == 500


# Refusals --------------------------------------------------------------------


@pytest.mark.django_db
def test_the_orm_changes_and_deletes_nothing() -> None:
    entry = log.record(None, "case.open", "clip:a")
    attempts: list[Callable[[], Any]] = [
        entry.save,
        entry.delete,
        LogEntry.objects.all().delete,
        lambda: LogEntry.objects.update(action="case.close"),
        lambda: LogEntry.objects.bulk_update([entry], ["action"]),
        lambda: LogEntry.objects.bulk_create([LogEntry(number=2)]),
    ]
    for attempt in attempts:
        with pytest.raises(SealedError, match="only grows"):
            attempt()
    assert log.verify() is None


@pytest.mark.database
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE moderation_logentry SET action = 'case.close' WHERE number = 1",
        "DELETE FROM moderation_logentry WHERE number = 1",
        "DELETE FROM moderation_logentry",
    ],
)
def test_the_database_changes_and_deletes_nothing(statement: str) -> None:
    log.record(None, "case.open", "clip:a")
    with pytest.raises(DatabaseError, match=sealing.REFUSAL):
        sql(statement)
    assert log.verify() is None


# Tampering -------------------------------------------------------------------


def reseal(first: int) -> None:
    """What a patient attacker does: make the chain fit again from a row on, head too."""
    previous = LogEntry.objects.get(number=first - 1).digest if first > 1 else log.ZERO
    for entry in LogEntry.objects.filter(number__gte=first).order_by("number"):
        entry.previous = previous
        previous = log.seal(entry)
        sql(
            "UPDATE moderation_logentry SET previous = %s, digest = %s WHERE number = %s",
            entry.previous,
            previous,
            entry.number,
        )
    LogHead.objects.update(digest=previous)


def set_field(name: str, value: str) -> Callable[[], None]:
    return lambda: sql(
        f"UPDATE moderation_logentry SET {name} = %s WHERE number = 5",  # noqa: S608
        value,
    )


def delete(*numbers: int) -> Callable[[], None]:
    def run() -> None:
        for number in numbers:
            sql("DELETE FROM moderation_logentry WHERE number = %s", number)

    return run


def swap(first: int, second: int) -> None:
    for old, new in ((first, 1000), (second, first), (1000, second)):
        sql("UPDATE moderation_logentry SET number = %s WHERE number = %s", new, old)


def insert(number: int) -> None:
    sql(
        "INSERT INTO moderation_logentry (number, at, actor, action, subject, data, previous, digest)"
        " SELECT %s, at, actor, action, subject, data, digest, %s"
        " FROM moderation_logentry WHERE number = 10",
        number,
        "f" * 64,
    )


def close_the_gap() -> None:
    delete(5)()
    for number in range(6, 11):
        sql(
            "UPDATE moderation_logentry SET number = %s WHERE number = %s",
            number - 1,
            number,
        )
    LogHead.objects.update(number=9)
    reseal(1)


def cut_with_head() -> None:
    delete(9, 10)()
    last = LogEntry.objects.get(number=8)
    LogHead.objects.update(number=8, digest=last.digest)


def cut_all() -> None:
    sql("DELETE FROM moderation_logentry")
    LogHead.objects.all().delete()


def change_and_reseal(number: int) -> Callable[[], None]:
    def run() -> None:
        sql("UPDATE moderation_logentry SET actor = 'user:9' WHERE number = %s", number)
        reseal(number)

    return run


TAMPERINGS: list[tuple[str, Callable[[], None], int]] = [
    ("actor", set_field("actor", "user:2"), 5),
    ("action", set_field("action", "case.close"), 5),
    ("subject", set_field("subject", "clip:99"), 5),
    ("data", set_field("data", '{"lane": "ncii"}'), 5),
    ("at", set_field("at", "2020-01-01 00:00:00+00:00"), 5),
    ("previous", set_field("previous", "a" * 64), 5),
    ("digest", set_field("digest", "b" * 64), 5),
    ("number", set_field("number", "77"), 5),
    ("delete the first", delete(1), 1),
    ("delete in the middle", delete(5), 5),
    ("delete two", delete(4, 5), 4),
    ("swap neighbours", lambda: swap(5, 6), 5),
    ("swap far apart", lambda: swap(2, 9), 2),
    ("insert at the end", lambda: insert(11), 11),
    ("insert after a gap", lambda: insert(20), 11),
    ("cut off the end", delete(10), 10),
    ("cut off the end and mend the head", cut_with_head, 9),
    ("cut off everything", cut_all, 1),
    ("delete and mend the whole chain", close_the_gap, 5),
    ("change the last row and mend the chain", change_and_reseal(10), 10),
]


@pytest.mark.database
@pytest.mark.parametrize(
    ("tamper", "row"),
    [pytest.param(tamper, row, id=name) for name, tamper, row in TAMPERINGS],
)
def test_a_tampering_is_found_at_its_first_row(
    ten_rows: None, tamper: Callable[[], None], row: int
) -> None:
    sealing.unseal(connection)
    tamper()
    sealing.seal(connection)
    flaw = log.verify()
    assert flaw is not None
    assert flaw.number == row


def test_there_are_twenty_tamperings() -> None:
    assert len(TAMPERINGS) == 20


def test_a_head_that_names_another_row_is_found(ten_rows: None) -> None:
    LogHead.objects.update(digest="c" * 64)
    assert str(log.verify()) == "Row 10: the head of the chain names another row."


@pytest.mark.database
def test_missing_triggers_are_found(ten_rows: None) -> None:
    sealing.unseal(connection)
    flaw = log.verify()
    sealing.seal(connection)
    assert flaw is not None
    assert "no longer refuses changes" in str(flaw)


def test_an_anchor_that_was_appended_later_does_not_rewrite_history(
    ten_rows: None,
) -> None:
    sealing.unseal(connection)
    change_and_reseal(10)()
    sealing.seal(connection)
    anchors.drop(10, LogEntry.objects.get(number=10).digest)
    flaw = log.verify()
    assert flaw is not None
    assert flaw.number == 10


# The command -----------------------------------------------------------------


def test_the_command_says_that_all_is_well(ten_rows: None) -> None:
    out = io.StringIO()
    call_command("verify_audit", stdout=out)
    assert out.getvalue() == "10 rows, each as it was written.\n"


def test_the_command_names_the_first_bad_row(ten_rows: None) -> None:
    sealing.unseal(connection)
    delete(3)()
    sealing.seal(connection)
    out = io.StringIO()
    with pytest.raises(CommandError, match="Row 3: it is missing"):
        call_command("verify_audit", "--json", stdout=out)
    assert json.loads(out.getvalue()) == {
        "rows": 9,
        "sound": False,
        "row": 3,
        "problem": "it is missing.",
    }


def test_a_full_disk_loses_an_anchor_and_no_row(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_args: Any) -> int:
        raise OSError("No space left on device")

    monkeypatch.setattr("os.write", full)
    log.record(None, "case.open", "clip:a")
    assert LogEntry.objects.count() == 1
    assert log.verify() is None


def test_the_webhook_gets_each_new_digest(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    sent: list[tuple[int, str]] = []
    settings.AUDIT_WEBHOOK = "https://audit.example/anchor"
    monkeypatch.setattr(anchors, "post", lambda *anchor: sent.append(anchor))
    entry = log.record(None, "case.open", "clip:a")
    assert sent == [(1, entry.digest)]
