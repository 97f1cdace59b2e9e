"""Puppets: one actor of one clip, drawn a frame at a time; the stage composites them.

The makers know faces, the stage knows framing. They meet in a `View`: the rectangle of
the portrait that is to be drawn.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from socialapp.engines.protocols import Actor
    from socialapp.performance import Face, Rig


@dataclass(frozen=True, slots=True)
class View:
    """Which part of the portrait is drawn, in units of the portrait's width.

    The origin is the portrait's upper left corner. It may reach beyond the picture:
    what lies outside is transparent, or for an opaque puppet an extension of the edge.
    ``width / height`` is the ratio of the canvas, so pixels stay square.
    """

    x: float
    y: float
    width: float
    height: float


class Puppet(Protocol):
    """One actor of one clip: built once, drawn once a frame.

    `draw` is called from two threads at the same time, with frames out of order: it
    must not change anything of the puppet that another call reads.
    """

    opaque: bool
    """True: it fills its canvas (a photo with its own background)."""

    def draw(self, face: Face) -> NDArray[np.uint8]:
        """(h, w, 4) RGBA with straight alpha; (h, w, 3) RGB when opaque.

        The array is new, or one that nobody changes afterwards.
        """
        ...


@runtime_checkable
class Painter(Protocol):
    """A puppet that can be painted onto what is behind it: a canvas of its own, its
    colours freed of their alpha and mixed again, would cost a sixth of the drawing."""

    def paint(self, face: Face, canvas: NDArray[np.uint8]) -> None:
        """Onto (h, w, 4) RGBA whose alpha is 255 everywhere and stays so. As safe to
        share between threads as `draw`."""
        ...


class PuppetMaker(Protocol):
    """Builds puppets for the rigs it suits. Made without arguments, by dotted path."""

    def suits(self, rig: Rig) -> str | None:
        """None, or the reason, in words for a user, why it cannot draw this rig."""
        ...

    def build(
        self, actor: Actor, *, view: View, width: int, height: int, cut_out: bool
    ) -> Puppet:
        """A puppet whose canvas is `width` x `height` pixels and shows `view`.

        `cut_out`: the actor stands before a stage background, so a photo uses its
        matte (the whole picture where it has none). EngineError if it cannot.
        """
        ...
