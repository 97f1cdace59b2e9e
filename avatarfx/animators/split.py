"""A frame in panels, each with a scene of its own: side by side, or one above the other."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from avatarfx.animators import framing
from avatarfx.animators.scene import Scene
from socialapp.engines.errors import EngineError
from socialapp.performance import Stage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from avatarfx.animators.puppets import PuppetMaker
    from avatarfx.animators.scene import Drawn, Sight
    from avatarfx.animators.wardrobe import Wardrobe
    from socialapp.engines.protocols import Staging
    from socialapp.performance import Panel

    Pixels = NDArray[np.uint8]

SEAM_COLOUR = (24, 10, 26)
"""RGB of what is between the panels: the curtain away from its lamp."""


def scene_of(
    staging: Staging,
    makers: Sequence[PuppetMaker],
    width: int,
    height: int,
    wardrobe: Wardrobe | None = None,
) -> Scene | Split:
    """What draws a performance. EngineError when its cast cannot be staged."""
    kind = Split if staging.performance.stage.panels else Scene
    return kind(staging, makers, width, height, wardrobe)


class Split:
    """The scenes of all panels; asked and drawn like one."""

    def __init__(
        self,
        staging: Staging,
        makers: Sequence[PuppetMaker],
        width: int,
        height: int,
        wardrobe: Wardrobe | None = None,
    ) -> None:
        stage = staging.performance.stage
        seats = [seat for panel in stage.panels for seat in panel.seats]
        if sorted(seats) != sorted(part.seat for part in staging.performance.parts):
            raise EngineError(
                "In a split frame each seat stands in one panel.", permanent=True
            )
        self._size = (width, height)
        self._panels = tuple(
            (
                box,
                Scene(_alone(staging, panel, shape), makers, box[2], box[3], wardrobe),
            )
            for panel, (shape, box) in zip(
                stage.panels,
                framing.panels(len(stage.panels), stage.shape, width, height),
                strict=True,
            )
        )

    def shot_at(self, t: float) -> DrawnSplit:
        return DrawnSplit(
            self._size, tuple((box, scene.shot_at(t)) for box, scene in self._panels)
        )

    def sights(self, t: float) -> tuple[tuple[framing.Cell, Sight], ...]:
        """What is seen in each panel at `t`."""
        return tuple(
            (box, sight) for box, scene in self._panels for _, sight in scene.sights(t)
        )


@dataclass(frozen=True, slots=True)
class DrawnSplit:
    """The shots of all panels at one time."""

    size: tuple[int, int]
    shots: tuple[tuple[framing.Cell, Drawn], ...]

    def draw(self, t: float) -> Pixels:
        width, height = self.size
        canvas = np.full((height, width, 3), SEAM_COLOUR, np.uint8)
        for (x, y, wide, high), shot in self.shots:
            canvas[y : y + high, x : x + wide] = shot.draw(t)
        return canvas


def _alone(staging: Staging, panel: Panel, shape: str) -> Staging:
    """The part of the performance that a panel shows."""
    whole = staging.performance
    stage = Stage(panel.background, shape, panel.places, panel.camera)
    parts = tuple(part for part in whole.parts if part.seat in panel.seats)
    return replace(
        staging,
        performance=replace(whole, parts=parts, stage=stage),
        background=staging.backdrops.get(panel.background, b""),
    )
