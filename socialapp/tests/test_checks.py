"""The numbered system checks: silent on a whole installation, plain on a broken one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core import checks as django_checks

from socialapp import checks
from socialapp.lib import redis_server

if TYPE_CHECKING:
    from pathlib import Path

    from django.core.checks import CheckMessage
    from pytest_django.fixtures import Settings


def ids(found: list[CheckMessage]) -> list[str]:
    assert all(message.hint for message in found), "each names the way out"
    return [str(message.id) for message in found]


def test_a_whole_installation_has_nothing_to_say() -> None:
    assert django_checks.run_checks(tags=[checks.HOUSE]) == []


def test_a_data_folder_that_cannot_be_used_is_an_error(
    settings: Settings, tmp_path: Path
) -> None:
    settings.DATA_DIR = tmp_path / "nowhere"
    assert ids(checks.data_folder()) == ["socialapp.E001"]


def test_a_weights_folder_must_exist(settings: Settings, tmp_path: Path) -> None:
    settings.WEIGHTS_DIR = str(tmp_path)
    assert checks.weights_folder() == []
    settings.WEIGHTS_DIR = str(tmp_path / "nowhere")
    assert ids(checks.weights_folder()) == ["socialapp.E002"]


@pytest.mark.parametrize("path", ["no.such.Engine", "avatarfx.voices.nobody.Voice"])
def test_an_engine_that_does_not_exist_is_an_error(
    settings: Settings, path: str
) -> None:
    settings.ENGINES = {"voice": {"default": {"BACKEND": path}}}
    (message,) = checks.engines()
    assert message.id == "socialapp.E003"
    assert path in message.msg


def test_what_signs_and_fingerprints_is_missed(
    monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    monkeypatch.setattr(checks, "_there", lambda module: module != "c2pa")
    assert ids(checks.provenance()) == ["socialapp.W005"]
    settings.C2PA = settings.C2PA | {"unsigned": True}
    assert checks.provenance() == []


def test_missing_weights_say_what_is_lost(
    monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    monkeypatch.setattr(checks, "_there", lambda module: module == "ai_edge_litert")
    assert ids(checks.voice()) == ["socialapp.W002"]
    assert ids(checks.faces()) == ["socialapp.W003"]
    settings.WEIGHTS_DIR = "/opt/weights"
    assert checks.voice() == checks.faces() == []


def test_a_machine_without_litert_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "_there", lambda module: module != "ai_edge_litert")
    (message,) = checks.faces()
    assert "set eyes, mouth and chin by hand" in message.msg


def test_a_machine_without_redis_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis_server, "find", lambda: None)
    assert ids(checks.redis()) == ["socialapp.W004"]
    monkeypatch.setenv("REDIS_URL", "redis://elsewhere")
    assert checks.redis() == []


def test_an_untried_python_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert checks.python() == []
    monkeypatch.setattr("sys.version_info", (3, 14, 0))
    assert ids(checks.python()) == ["socialapp.W001"]


def test_a_public_site_is_held_to_more(settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.STAFF_NEEDS_SECOND_FACTOR = False
    numbers = ["W101", "W102", "W103", "W104", "W105"]
    assert ids(checks.production()) == [f"socialapp.{number}" for number in numbers]
    settings.PRODUCTION = True
    settings.SITE_URL = "https://troupe.example"
    settings.ALLOWED_HOSTS = ["troupe.example"]
    settings.STAFF_NEEDS_SECOND_FACTOR = True
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    assert checks.production() == []


def test_neural_rungs_that_cannot_run_are_named(
    monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    settings.NEURAL_RUNGS = ["musetalk"]
    settings.QUEUES = ["cpu", "gpu"]
    monkeypatch.setattr(checks, "_there", lambda module: module != "torch")
    assert ids(checks.neural()) == ["socialapp.W006"]
    monkeypatch.setattr(checks, "_there", lambda _: True)
    assert checks.neural() == []
    settings.QUEUES = ["cpu"]
    (message,) = checks.neural()
    assert message.id == "socialapp.W007"
    assert "musetalk" in message.msg


def test_a_copy_without_neural_rungs_hears_nothing_of_them(
    monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    settings.NEURAL_RUNGS, settings.NEURAL_VOICE = [], ""
    monkeypatch.setattr(checks, "_there", lambda _: False)
    assert checks.neural() == []
