"""Portraits that talk: displacement grids, a painted mouth, and lids."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from avatarfx.animators import pictures
from avatarfx.animators.warp.fine import FinePuppet, finer
from avatarfx.animators.warp.grids import Grids, GridsError
from avatarfx.animators.warp.motion import Motion
from avatarfx.animators.warp.puppet import WarpPuppet
from avatarfx.animators.warp.texture import Texture
from socialapp.engines.errors import EngineError

if TYPE_CHECKING:
    from avatarfx.animators.puppets import View
    from socialapp.engines.protocols import Actor
    from socialapp.performance import Rig

__all__ = ["WarpMaker"]


class WarpMaker:
    """Makes puppets of rigs with grids: photo, paint and flat."""

    def suits(self, rig: Rig) -> str | None:
        if rig.style == "layers":
            return "This portrait is made of layers."
        if rig.anchors is None:
            return rig.reason or "No face is known in this picture."
        if not rig.mouth_drawn:
            return rig.reason or "The mouth of this face cannot be seen."
        if not rig.grids:
            return "This picture has no face rig yet."
        return None

    def build(
        self, actor: Actor, *, view: View, width: int, height: int, cut_out: bool
    ) -> WarpPuppet | FinePuppet:
        rig = actor.rig
        blob = actor.blobs.get(rig.grids)
        if blob is None:
            raise EngineError(
                "The face rig of this picture is missing.", permanent=True
            )
        try:
            found = Grids.unpack(blob)
        except GridsError as error:
            raise EngineError(
                "The face rig of this picture cannot be read.", permanent=True
            ) from error
        portrait = pictures.decode(actor.portrait)
        matte = actor.blobs.get(rig.matte)
        person = pictures.decode_grey(matte) if matte else None
        landmarks = np.asarray(rig.landmarks, np.float32).reshape(-1, 3)[:, :2]
        flat = rig.style == "flat"

        def shown(part: View, wide: int, tall: int) -> WarpPuppet:
            texture = Texture(
                portrait, person, view=part, width=wide, height=tall, cut_out=cut_out
            )
            motion = Motion(found, view=part, width=wide, height=tall, flat=flat)
            return WarpPuppet(
                found,
                texture,
                motion,
                palette=rig.palette,
                style=rig.style,
                landmarks=landmarks,
            )

        whole = shown(view, width, height)
        return finer(whole, found.face, view, (width, height), shown)
