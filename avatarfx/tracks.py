"""What is heard in a film, for those who load no codec."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Track:
    """Mono sound."""

    samples: NDArray[np.float32]
    rate: int
