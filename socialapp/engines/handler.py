"""Engines by alias, from ``settings.ENGINES``; shaped like ``STORAGES``."""

from __future__ import annotations

import threading
from typing import Any, Generic, TypeVar

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from socialapp.engines.protocols import (
    Aligner,
    Animator,
    Detector,
    Dialogue,
    Director,
    Embedder,
    Rigger,
    Voice,
)

EngineT = TypeVar("EngineT")


class InvalidEngineError(ImproperlyConfigured):
    pass


class EngineHandler(Generic[EngineT]):
    """Builds each engine once per process, on first use, whichever thread asks."""

    def __init__(self, kind: str, protocol: type[EngineT]) -> None:
        self.kind = kind
        self.protocol = protocol
        self._built: dict[str, EngineT] = {}
        # An engine may ask for another while it is built.
        self._building = threading.RLock()

    def __getitem__(self, alias: str) -> EngineT:
        with self._building:
            if alias not in self._built:
                self._built[alias] = self._build(alias)
            return self._built[alias]

    def _build(self, alias: str) -> EngineT:
        try:
            params: dict[str, Any] = settings.ENGINES[self.kind][alias]
        except KeyError:
            raise InvalidEngineError(f"No {self.kind} engine named {alias!r}") from None
        engine = import_string(params["BACKEND"])(**params.get("OPTIONS", {}))
        # Checks that the methods exist, not their signatures: contract tests do that.
        if not isinstance(engine, self.protocol):
            raise InvalidEngineError(
                f"{params['BACKEND']} is not a {self.protocol.__name__}"
            )
        return engine


voices: EngineHandler[Voice] = EngineHandler("voice", Voice)  # type: ignore[type-abstract]
aligners: EngineHandler[Aligner] = EngineHandler("aligner", Aligner)  # type: ignore[type-abstract]
directors: EngineHandler[Director] = EngineHandler("director", Director)  # type: ignore[type-abstract]
animators: EngineHandler[Animator] = EngineHandler("animator", Animator)  # type: ignore[type-abstract]
riggers: EngineHandler[Rigger] = EngineHandler("rigger", Rigger)  # type: ignore[type-abstract]
detectors: EngineHandler[Detector] = EngineHandler("detector", Detector)  # type: ignore[type-abstract]
embedders: EngineHandler[Embedder] = EngineHandler("embedder", Embedder)  # type: ignore[type-abstract]
dialogues: EngineHandler[Dialogue] = EngineHandler("dialogue", Dialogue)  # type: ignore[type-abstract]


def needs_resident(kind: str, alias: str) -> bool:
    """Whether this engine says ``resident = True``: it must not be used after a fork.

    Reads the class and builds nothing.
    """
    try:
        backend = settings.ENGINES[kind][alias]["BACKEND"]
    except KeyError:
        raise InvalidEngineError(f"No {kind} engine named {alias!r}") from None
    return bool(getattr(import_string(backend), "resident", False))
