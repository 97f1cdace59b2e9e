"""What a model said, before it is put on the clock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Said:
    samples: NDArray[np.floating[Any]]
    """(n,), -1 to 1."""

    rate: int
    lasts: list[float]
    """Seconds of each symbol."""

    head: float = 0.0
    """Seconds before the first of them."""

    tail: float = 0.0
