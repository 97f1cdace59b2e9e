"""``/healthz``: this process answers. ``/readyz``: it can do its work, and if not, why.

Each check of ``settings.HEALTH_CHECKS`` is a function without arguments that returns
nothing, or raises UnhealthyError with words for the operator. The answer is open to
anybody who reaches the port, so the words name no host, path or password.
"""

from __future__ import annotations

import logging
import shutil
import time
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.module_loading import import_string
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

if TYPE_CHECKING:
    from collections.abc import Callable

log = logging.getLogger(__name__)

PATIENCE_SECONDS = 2.0
"""A probe that waits longer is itself the problem."""


class UnhealthyError(Exception):
    """What does not work, in words for the operator."""


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:  # noqa: ARG001
    """``{"ready": bool, "checks": {name: {"ok", "reason", "seconds"}}}``; 503 if not."""
    checks = {
        path.rpartition(".")[2]: _run(import_string(path))
        for path in settings.HEALTH_CHECKS
    }
    ready = all(check["ok"] for check in checks.values())
    return JsonResponse(
        {"ready": ready, "checks": checks}, status=200 if ready else 503
    )


def _run(check: Callable[[], None]) -> dict[str, Any]:
    started = time.monotonic()
    reason = ""
    try:
        check()
    except UnhealthyError as error:
        reason = str(error)
    except Exception as error:
        # Any failure means not ready; details belong to the log, not to the public.
        log.exception("The check %s failed", check.__name__)
        reason = f"does not answer ({type(error).__name__})"
    seconds = round(time.monotonic() - started, 3)
    return {"ok": not reason, "reason": reason, "seconds": seconds}


def database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def redis() -> None:
    """With its own short-lived connection: a pool would hide a server that came back."""
    with Redis.from_url(
        settings.REDIS_URL,
        socket_connect_timeout=PATIENCE_SECONDS,
        socket_timeout=PATIENCE_SECONDS,
        retry=Retry(NoBackoff(), 0),
    ) as server:
        server.ping()


def storage() -> None:
    name = default_storage.save("health/written", ContentFile(b"ok"))
    try:
        with default_storage.open(name) as file:
            if file.read() != b"ok":
                raise UnhealthyError("what was written was not what was read")
    finally:
        default_storage.delete(name)


def disk() -> None:
    free = shutil.disk_usage(settings.DATA_DIR).free
    if free < settings.MIN_FREE_DISK_BYTES:
        raise UnhealthyError(
            f"{free // 1024**2} MB free, {settings.MIN_FREE_DISK_BYTES // 1024**2} MB"
            " needed (MIN_FREE_DISK_BYTES)"
        )
