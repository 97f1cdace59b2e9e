"""``/healthz`` and ``/readyz``, and what each check says when its part is broken."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.storage import default_storage
from django.db import connection

from socialapp.lib import health

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from django.test import Client
    from pytest_django.fixtures import Settings

pytestmark = pytest.mark.django_db


@pytest.fixture
def checks(settings: Settings) -> Callable[..., None]:
    def only(*names: str) -> None:
        settings.HEALTH_CHECKS = [f"socialapp.lib.health.{name}" for name in names]

    return only


def ask(client: Client) -> tuple[int, dict[str, Any]]:
    response = client.get("/readyz")
    return response.status_code, response.json()


def test_healthz_says_that_this_process_answers(client: Client) -> None:
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok\n")
    assert "no-store" in response["Cache-Control"]


def test_readyz_says_yes_when_every_check_passes(
    client: Client, checks: Callable[..., None]
) -> None:
    checks("database", "storage", "disk")
    status, answer = ask(client)
    assert status == 200
    assert answer["ready"] is True
    assert set(answer["checks"]) == {"database", "storage", "disk"}
    assert all(check["ok"] for check in answer["checks"].values())
    assert not default_storage.listdir("health")[1], "the probe's file is gone"


def test_one_failing_check_makes_it_503_and_says_why(
    client: Client, checks: Callable[..., None], settings: Settings
) -> None:
    checks("database", "disk")
    settings.MIN_FREE_DISK_BYTES = 1 << 60
    status, answer = ask(client)
    assert status == 503
    assert answer["ready"] is False
    assert answer["checks"]["database"]["ok"] is True
    assert "MB free" in answer["checks"]["disk"]["reason"]


def test_a_redis_that_is_not_there_is_named_without_its_address(
    client: Client, checks: Callable[..., None], settings: Settings
) -> None:
    checks("redis")
    settings.REDIS_URL = "unix:///nowhere/secret.sock"
    status, answer = ask(client)
    assert status == 503
    reason = answer["checks"]["redis"]["reason"]
    assert reason == "does not answer (ConnectionError)"


def test_a_storage_that_cannot_be_written_is_seen(
    client: Client,
    checks: Callable[..., None],
    settings: Settings,
    tmp_path: Path,
) -> None:
    checks("storage")
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    settings.MEDIA_ROOT = blocked
    status, answer = ask(client)
    assert status == 503
    assert answer["checks"]["storage"]["reason"]


def test_a_database_that_does_not_answer_is_seen(
    client: Client, checks: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    checks("database")

    def broken() -> Iterator[None]:
        raise OSError("host db.internal is gone")

    monkeypatch.setattr(connection, "cursor", broken)
    status, answer = ask(client)
    assert status == 503
    assert "db.internal" not in answer["checks"]["database"]["reason"]


def test_the_free_disk_is_that_of_the_data_folder(settings: Settings) -> None:
    settings.MIN_FREE_DISK_BYTES = shutil.disk_usage(settings.DATA_DIR).free * 2
    with pytest.raises(health.UnhealthyError, match="MIN_FREE_DISK_BYTES"):
        health.disk()
