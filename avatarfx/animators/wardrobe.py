"""Puppets that were built, for the next scene that needs one just like it.

A clip is drawn in several scenes one after another: of a second of rehearsal, and of each
sentence as it is spoken. A puppet takes as long to build as some ten frames to draw.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from avatarfx.animators.puppets import Puppet, PuppetMaker, View
    from socialapp.engines.protocols import Actor

MOST = 6
"""Puppets that are kept: one of 512 x 912 pixels is some 15 MB."""

_Key = tuple[int, int, "View", int, int, bool]


class Wardrobe:
    """The puppets of one animator. Threads may share it, and what it gives out: drawing
    changes nothing of a puppet."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._kept: OrderedDict[_Key, tuple[PuppetMaker, Actor, Puppet]] = OrderedDict()

    def puppet(
        self,
        maker: PuppetMaker,
        actor: Actor,
        *,
        view: View,
        width: int,
        height: int,
        cut_out: bool,
    ) -> Puppet:
        """As `PuppetMaker.build`, which is asked the first time."""
        # By identity: to compare pictures would take longer than is won. Both are kept
        # along with the puppet, so nobody else gets their number meanwhile.
        key = (id(maker), id(actor), view, width, height, cut_out)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key][2]
        puppet = maker.build(
            actor, view=view, width=width, height=height, cut_out=cut_out
        )
        with self._lock:
            self._kept[key] = (maker, actor, puppet)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return puppet
