"""Pictures whose faces are known, and pictures that have none, for the bench of finding.

Where eyes and mouth lie is known from what drew the picture (layers of a drawing, the
anchors of the cast), carried through whatever was done to it afterwards; only the
emoji and the photograph were marked by hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]
    Picture = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Pictured:
    """One picture with one face."""

    style: str
    name: str
    rgb: Picture
    points: Floats
    """(3, 2) pixels: the viewer's left eye, right eye, middle of the mouth."""

    speaks: bool = True
    """False: the mouth is hidden or seen from the side, and none may be painted."""


@dataclass(frozen=True, slots=True)
class Empty:
    """A picture in which no face may be found."""

    name: str
    rgb: Picture
