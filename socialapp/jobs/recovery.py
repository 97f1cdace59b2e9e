"""Puts back what dead workers dropped; each app brings its own part of it."""

from __future__ import annotations

import logging

from django.conf import settings
from django.utils.module_loading import import_string

log = logging.getLogger(__name__)


def reconcile(*, lost: str = "") -> dict[str, int]:
    """Run every reconciler of ``settings.RECONCILERS`` and add up what they did.

    `lost` names a worker that is known to be dead.
    """
    done: dict[str, int] = {}
    for path in settings.RECONCILERS:
        for what, count in import_string(path)(lost=lost).items():
            done[what] = done.get(what, 0) + count
    return done


def preload() -> None:
    """Run ``settings.PRELOADERS``: what a worker loads once, before it forks."""
    for path in settings.PRELOADERS:
        import_string(path)()
