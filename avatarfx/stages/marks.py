"""Marks frames on their way to the encoder: a label that is seen, a number that is not."""

from __future__ import annotations

import itertools
import time
from typing import TYPE_CHECKING, Any

from avatarfx.pipeline import Hidden
from avatarfx.stages.label import Label
from socialapp.provenance.watermark import Marker, choose_strength
from socialapp.provenance.watermark.strength import CLEAR, ENOUGH

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from avatarfx.pipeline import Papers
    from socialapp.provenance.watermark.chosen import Chosen

    Picture = NDArray[np.uint8]

LOOK_AT = 24
"""Frames that are waited for before the strength of the mark is chosen."""

EVERY = 2
"""Of those, each second one is tried. Six frames instead of twelve halve the time, but
look weaker than the film is, and half of the clips got 2 dB more than they need."""

METHOD = "tiled spread spectrum 1"


def strength_for(frames: Sequence[Picture], papers: Papers) -> Chosen | None:
    """How strongly to mark a film that looks like these frames, a second of it; None
    when the papers name no number to hide."""
    if papers.key is None or not papers.payload:
        return None
    payload = int.from_bytes(papers.payload, "big")
    return choose_strength(frames, payload, papers.key)


class Inker:
    """Labels every frame of one film and hides its number in it."""

    def __init__(
        self, papers: Papers, width: int, height: int, chosen: Chosen | None = None
    ) -> None:
        """`chosen`: how strongly, where that was found out before."""
        self._papers = papers
        self._known = chosen
        self._size = (width, height)
        self._label = Label(width, height)
        self._marker: Marker | None = None
        self._chosen: dict[str, Any] = {}
        self.seconds = 0.0
        """Spent on marks so far; the drawing may have gone on meanwhile."""

    def marked(self, frames: Iterable[Picture]) -> Iterator[tuple[Picture, Picture]]:
        """Each frame as it was drawn, and as it is shown; unless it is known before, the
        first wait for a second of film, from which the strength is chosen."""
        coming = iter(frames)
        wait = 1 if self._known else LOOK_AT
        first = list(itertools.islice(coming, wait))
        if first:
            began = time.perf_counter()
            self._choose(first[::EVERY])
            self.seconds += time.perf_counter() - began
        for frame in itertools.chain(first, coming):
            began = time.perf_counter()
            shown = self._marker.mark(frame) if self._marker else frame.copy()
            self._label.burn(shown)
            self.seconds += time.perf_counter() - began
            yield frame, shown

    @property
    def hidden(self) -> Hidden | None:
        """How the number was hidden; None: the papers name none."""
        if self._marker is None:
            return None
        return Hidden(
            payload=int.from_bytes(self._papers.payload, "big"),
            strength=round(self._marker.strength, 3),
            psnr=round(self._marker.psnr, 2),
        )

    def entry(self) -> dict[str, Any]:
        """What the trace says of it."""
        hidden = self.hidden
        if hidden is None:
            return {"engine": "", "seconds": round(self.seconds, 3), "note": "No mark."}
        return {
            "engine": METHOD,
            "seconds": round(self.seconds, 3),
            "note": f"{hidden.psnr} dB",
            "strength": hidden.strength,
            "psnr": hidden.psnr,
            **self._chosen,
        }

    def _choose(self, frames: Sequence[Picture]) -> None:
        papers = self._papers
        chosen = self._known or strength_for(frames, papers)
        if chosen is None or papers.key is None:
            return
        self._chosen = {
            "margin": chosen.margin,
            "peak": chosen.peak,
            "tries": chosen.tries,
            "floors": {"margin": ENOUGH, "peak": CLEAR},
        }
        payload = int.from_bytes(papers.payload, "big")
        self._marker = Marker(payload, papers.key, *self._size, chosen.strength)
