"""The queue's part of /readyz."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from socialapp.jobs import health
from socialapp.jobs.backends import inline
from socialapp.lib.health import UnhealthyError

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings


def test_jobs_that_run_at_once_need_no_worker() -> None:
    health.worker()


def test_a_queue_without_a_worker_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inline, "workers", {"cpu": 0}.__getitem__)
    with pytest.raises(UnhealthyError, match="queue cpu: run manage"):
        health.worker()


def test_without_redis_nobody_can_tell(settings: Settings) -> None:
    settings.JOBS = {"BACKEND": "socialapp.jobs.backends.rq"}
    settings.REDIS_URL = "unix:///nowhere/redis.sock"
    with pytest.raises(UnhealthyError, match="while Redis is away"):
        health.worker()
