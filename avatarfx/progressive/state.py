"""What may be watched of a clip that is being made: for pages, the API and whoever asks.

An attempt keeps it in `Render.live`; the fence of its clip says whether it still counts.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils import timezone

from avatarfx.models import Clip, Render
from avatarfx.progressive.files import INIT, Attempt, segment
from avatarfx.progressive.pace import begins

if TYPE_CHECKING:
    import datetime as dt

AFTERWARDS = timedelta(minutes=2)
"""For so long segments can be had of a clip that is ready: twice the longest clip, for
whoever is still watching them."""


@dataclass(frozen=True, slots=True)
class Live:
    """The released part of one run, which is one film of one attempt."""

    run: int
    """Counted from 1 in its attempt: a rung that broke left the earlier ones."""

    count: int
    """Segments that were released, numbered from 0."""

    total: float
    """Seconds that the whole will have: about, until all of it is spoken."""

    ready: float
    """Seconds in the released segments."""

    mime: str
    whole: bool
    """The last segment is among them."""

    starts_in: float = 0.0
    """Seconds to wait so that playing does not stop again."""

    captions: str = ""
    """WebVTT of what is spoken so far, until the clip has its performance."""

    @classmethod
    def of(cls, render: Render) -> Live | None:
        """None: nothing was released, or it was taken back."""
        names = {field.name for field in fields(cls)}
        # An attempt that began before an update may tell more, or less.
        told = {name: value for name, value in render.live.items() if name in names}
        return cls(**told) if told else None

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def attempt_of(clip: Clip) -> Attempt:
    """The newest one: nothing else is ever given out."""
    return Attempt(clip.pk, clip.fence)


def watchable(now: dt.datetime | None = None) -> Q:
    """Clips whose newest attempt may be watched: one that is held, stopped or lost is
    over for whoever watches it, in the same moment."""
    since = (now or timezone.now()) - AFTERWARDS
    ready = Q(state=Clip.State.READY, finished__gt=since)
    return Q(removed__isnull=True, withheld="") & (
        Q(state=Clip.State.RENDERING) | ready
    )


def live_of(clip: Clip) -> Live | None:
    """What of it can be watched now."""
    if clip.state not in {Clip.State.RENDERING, Clip.State.READY}:
        return None
    found = Clip.objects.filter(watchable(), pk=clip.pk, fence=clip.fence)
    render = Render.objects.filter(clip__in=found, fence=clip.fence).first()
    return Live.of(render) if render else None


def told(clip: Clip) -> dict[str, Any] | None:
    """What its owner's pages and apps are told; None while there is nothing to watch."""
    if clip.state != Clip.State.RENDERING:
        return None
    live = live_of(clip)
    if live is None:
        return None
    base = address_of(clip, live)
    return {
        "run": f"{clip.fence}-{live.run}",
        "mime": live.mime,
        "playlist": f"{base}index.m3u8",
        "init": base + INIT,
        "segments": base,
        # Another address when more is known, so that it is asked for again.
        "captions": f"{base}captions.vtt?of={_words(clip, live)}",
        "count": live.count,
        "whole": live.whole,
        "ready": round(live.ready, 3),
        "total": round(live.total, 3),
        "starts_in": round(live.starts_in, 1),
    }


def _words(clip: Clip, live: Live) -> str:
    return "all" if clip.performance else str(live.captions.count("-->"))


def address_of(clip: Clip, live: Live) -> str:
    """Of the folder that playlist and segments seem to lie in."""
    return f"/api/v1/clips/{clip.key}/live/{clip.fence}-{live.run}/"


def playlist(live: Live, *, over: bool) -> str:
    """HLS (RFC 8216) of what is released. `over`: nothing more will come."""
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        "#EXT-X-TARGETDURATION:2",
        "#EXT-X-PLAYLIST-TYPE:EVENT",
        "#EXT-X-INDEPENDENT-SEGMENTS",
        f'#EXT-X-MAP:URI="{INIT}"',
    ]
    for number in range(live.count):
        seconds = min(begins(number + 1), live.ready) - begins(number)
        lines += [f"#EXTINF:{seconds:.3f},", segment(number)]
    if over:
        lines.append("#EXT-X-ENDLIST")
    return "\n".join(lines) + "\n"
