"""What the validator says of a scene, one thing at a time."""

from __future__ import annotations

from dataclasses import dataclass

ERROR, WARNING, NOTE = "error", "warning", "note"


@dataclass(frozen=True, slots=True)
class Finding:
    severity: str
    """``error`` keeps a scene from being published; ``warning`` and ``note`` do not."""

    code: str
    """Stable, for programs; docs/scenes.md lists them all."""

    message: str
    """In plain words, with the way out."""

    pointer: str
    """JSON pointer (RFC 6901) into the scene's file."""

    state: str = ""
    """Id of the state to open; empty: it concerns the scene."""
