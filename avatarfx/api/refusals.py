"""What the refusals of clips are over HTTP, and the headers that tell the quota."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.utils import timezone

from avatarfx import services
from moderation.screening import problems
from socialapp.accounts import quotas
from socialapp.engines.errors import EngineError
from socialapp.lib.api.problems import Problem, refusal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from socialapp.accounts.models import User


__all__ = ["problems", "quota_headers_of", "script_at"]


@refusal(services.ScriptError)
def _script_refused(error: services.ScriptError) -> Problem:
    return Problem(400, "script_refused", str(error), field="script")


@contextmanager
def script_at(field: str) -> Iterator[None]:
    """A refused script, named as the field that the person sent."""
    try:
        yield
    except services.ScriptError as error:
        raise Problem(400, "script_refused", str(error), field=field) from None


@refusal(services.NoTicketsError)
def _no_tickets(error: services.NoTicketsError) -> Problem:
    headers = _quota_headers(0, error.of, error.resets_at)
    headers["Retry-After"] = headers["X-Quota-Reset"]
    return Problem(429, "no_tickets", str(error), headers=headers)


@refusal(services.DiskFullError)
def _disk_full(error: services.DiskFullError) -> Problem:
    return Problem(507, "disk_full", str(error))


@refusal(services.IdempotencyConflictError)
def _key_reused(error: services.IdempotencyConflictError) -> Problem:
    return Problem(422, "idempotency_key_reused", str(error))


@refusal(services.NotNowError)
def _not_now(error: services.NotNowError) -> Problem:
    return Problem(409, "not_now", str(error))


@refusal(services.LineFullError)
def _line_full(error: services.LineFullError) -> Problem:
    headers = {"Retry-After": str(error.retry_after)}
    return Problem(429, "line_full", str(error), headers=headers)


@refusal(EngineError)
def _engine_failed(error: EngineError) -> Problem:
    return Problem(503, "engine_failed", str(error), headers={"Retry-After": "30"})


def _quota_headers(left: int, of: int, resets_at: datetime) -> dict[str, str]:
    seconds = max(1, int((resets_at - timezone.now()).total_seconds()) + 1)
    return {
        "X-Quota-Limit": str(of),
        "X-Quota-Remaining": str(left),
        "X-Quota-Reset": str(seconds),
    }


def quota_headers_of(user: User) -> dict[str, str]:
    quota = quotas.left(user)
    return _quota_headers(quota.left, quota.of, quota.resets_at)
