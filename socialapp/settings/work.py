"""Queues, what this machine's workers say of themselves, and what runs by the clock."""

from __future__ import annotations

import socket
from typing import Any

from socialapp import env

JOBS = {"BACKEND": env.text("JOBS_BACKEND", "socialapp.jobs.backends.rq")}
QUEUES = env.words("QUEUES", "cpu")
"""Named by resource. One worker process a queue."""

RESIDENT_QUEUES = {"gpu"}
"""Their worker renders in its own process: a GPU must not be touched after a fork."""

MACHINE = env.text("MACHINE", socket.gethostname())[:60]
"""How workers of this machine are called. A process that is gone here gives its clips
back at once; of other machines nobody can tell, and their leases run out."""

WORKERS = "avatarfx.services.workers"
"""The module that keeps the list of workers: see socialapp.jobs.registry."""

WORKER: dict[str, Any] = {
    "rungs": env.words("WORKER_RUNGS"),
    "memory_mb": env.number("WORKER_MEMORY_MB", 0),
    "device": env.text("WORKER_DEVICE", "cpu"),
    "batch": env.number("WORKER_BATCH", 1),
}
"""What a worker of this machine says that it can do; empty, or 0: it finds out."""

WORKER["at_once"] = env.number("NEURAL_JOBS", 0) or (
    1 if WORKER["device"] == "cpu" else WORKER["batch"]
)
"""How many clips of a batch are made at the same time, on a card all of them."""

RECONCILERS = [
    "avatarfx.services.reconcile",
    "avatarfx.services.workers.reconcile",
    "socialapp.accounts.leaving.purge_due",
    "socialapp.accounts.young.guardians.send_due",
    "socialapp.lib.withheld.reconcile",
    "avatarfx.services.recheck",
    "avatarfx.services.sweep_segments",
    "moderation.services.clocks.watch",
    "moderation.services.retention.sweep_hourly",
    "moderation.services.erasing.erase_hourly",
    "moderation.services.keeping.bring_due",
    "moderation.pictures.services.recheck",
    "moderation.approvals.services.recheck",
    "socialapp.characters.services.recheck",
    "avatarfx.services.recheck_words",
    "avatarfx.services.recheck_captioned",
    "avatarfx.services.settle_takes",
    "avatarfx.services.recordings.sweep",
    "avatarfx.services.batches.feed_batches",
    "feed.services.recheck_words",
    "feed.services.forget_lists",
    "feed.services.forget_attention",
    "feed.remixes.requests.expire",
    "feed.search.keeping.sweep",
    "feed.services.talk.sweep",
    "feed.services.answering.reconcile",
    "moderation.abuse.services.reconcile",
    "socialapp.characters.prints.fingerprint_missing",
    "moderation.pictures.profiles.fingerprint_missing",
    "streams.services.sweep",
    "scenes.services.recheck_words",
    "scenes.services.plays.sweep",
    "scenes.services.company.sweep",
    "scenes.services.assets.sweep",
    "socialapp.chat.services.reconcile",
    "socialapp.uploads.services.sweep",
    "socialapp.notices.services.sweep_hourly",
    "socialapp.notices.services.plan_digests",
    "socialapp.notices.services.wake_due",
    "socialapp.webhooks.delivering.reconcile",
    "scenes.services.take_leases.reconcile",
    "scenes.services.take_keeping.sweep_hourly",
    "avatarfx.services.metrics.sample_minutely",
]
"""What `manage.py reconcile` calls: each puts back what dead workers dropped."""

PRELOADERS = ["avatarfx.services.preload"]
"""What a worker calls once, before it forks a process for each job."""
MIN_FREE_DISK_BYTES = env.number("MIN_FREE_DISK_BYTES", 200 * 1024 * 1024)
"""Below this /readyz says no and renders are refused with the reason."""

HEALTH_CHECKS = [
    "socialapp.lib.health.database",
    "socialapp.lib.health.redis",
    "socialapp.jobs.health.worker",
    "socialapp.lib.health.storage",
    "socialapp.lib.health.disk",
]
"""What /readyz asks, in this order."""

METRICS = [
    "avatarfx.metrics.exported.collect",
    "moderation.metrics.collect",
    "socialapp.jobs.metrics.collect",
]
"""What /metrics tells, in this order."""

METRICS_TOKEN = env.text("METRICS_TOKEN")
"""Who may read /metrics; empty: this machine alone, and in production nobody."""

SEEDERS = ["scenes.services.seed"]
"""What `manage.py seed` calls after the cast and its posts: each brings what its app
ships, says in a sentence what it did, and may be called again."""

CROWD = "feed.crowd"
"""The module whose ``make`` is `manage.py seed --posts`."""
