"""What /readyz asks of the queue."""

from __future__ import annotations

from django.conf import settings

from socialapp.jobs.queue import BackendDownError, backend
from socialapp.lib.health import UnhealthyError


def worker() -> None:
    """Somebody listens to each queue."""
    try:
        lonely = [name for name in settings.QUEUES if not backend().workers(name)]
    except BackendDownError:
        raise UnhealthyError("nobody can tell while Redis is away") from None
    if lonely:
        raise UnhealthyError(
            f"nobody listens to the queue {', '.join(lonely)}: run manage.py work"
        )
