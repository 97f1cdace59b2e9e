"""Rows of workers, as they are listed."""

from __future__ import annotations

from typing import Any

from django.db.models.functions import Now

from avatarfx.abilities import Abilities
from avatarfx.models import RenderWorker, WorkerKey


def listed(name: str, **more: Any) -> RenderWorker:
    """A worker that gave a sign of life just now; its machine's key is known."""
    key, _ = WorkerKey.objects.get_or_create(
        public="ab" * 32, defaults={"host": name.partition(":")[0]}
    )
    can = Abilities(frozenset({"warp", "still"}), memory_mb=2000)
    row: dict[str, Any] = {
        "name": name,
        "host": name.partition(":")[0],
        "queue": "cpu",
        "abilities": can.to_json(),
        "key": key.public,
        "started": Now(),
        "seen": Now(),
    }
    return RenderWorker.objects.create(**(row | more))
