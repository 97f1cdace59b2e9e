"""The checked film becomes three stored files."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from avatarfx.pipeline import FPS, Rendered
from socialapp.lib import blobs
from socialapp.performance.captions import to_webvtt

if TYPE_CHECKING:
    from avatarfx.pipeline import Work


def store(work: Work) -> Work:
    """Video last: whoever finds it finds the other two.

    OSError when there is no room; nothing that was half written can be reached then,
    because a blob appears under its name only when it is whole.
    """
    film, ladder, performance = work.film, work.ladder, work.performance
    prints = work.prints
    if film is None or ladder is None or performance is None or prints is None:
        raise RuntimeError("There is nothing to store before the check")
    with work.trace.stage("finish"):
        poster = blobs.put(film.poster, "webp")
        captions = blobs.put(to_webvtt(performance, dict(work.names)).encode(), "vtt")
        data = film.path.read_bytes()
        work.tell("finish", 0.5)
        video = blobs.put(data, "mp4")
    return replace(
        work,
        rendered=Rendered(
            video=video,
            poster=poster,
            captions=captions,
            size=len(data),
            seconds=film.expected / FPS,
            width=work.width,
            height=work.height,
            rung=ladder.rung,
            rung_reason=ladder.reason,
            voice_engine=work.voice_engine,
            prints=prints,
            hidden=film.hidden,
            screened=work.screened,
        ),
    )
