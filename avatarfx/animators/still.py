"""The last rung: the picture as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from avatarfx.animators import pictures
from avatarfx.animators.pictures import cut

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from avatarfx.animators.puppets import Puppet, View
    from socialapp.engines.protocols import Actor
    from socialapp.performance import Face, Rig


class StillMaker:
    """Suits everything that is a picture."""

    def suits(self, rig: Rig) -> str | None:  # noqa: ARG002
        return None

    def build(
        self, actor: Actor, *, view: View, width: int, height: int, cut_out: bool
    ) -> Puppet:
        picture = cut(actor) if cut_out else pictures.decode(actor.portrait)
        opaque = not (cut_out or pictures.has_holes(picture))
        shown = pictures.show(picture, view, width, height, edge=opaque)
        return _Still(shown[..., :3].copy() if opaque else shown, opaque=opaque)


class _Still:
    def __init__(self, shown: NDArray[np.uint8], *, opaque: bool) -> None:
        self.opaque = opaque
        self._shown = shown

    def draw(self, face: Face) -> NDArray[np.uint8]:  # noqa: ARG002
        return self._shown
