"""Who is on stage, before anything is filmed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Met:
    """Who is on stage, as they look at rest; see ``avatarfx.quality.watch.meet``."""

    scene: NDArray[np.int16]
    """What is looked at of the frame, see ``watch.few``."""

    near: NDArray[np.floating[Any]] | None = None
    """Landmarks of the face; None: none was looked for, or found."""

    face: NDArray[np.floating[Any]] | None = None
    """(48, 48) grey of what it looks like."""
