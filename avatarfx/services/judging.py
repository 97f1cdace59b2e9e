"""What the rules say to the frames of a clip, and to what it looks and sounds like."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from avatarfx import pipeline
from moderation.pictures import frames as screening
from socialapp.characters.models import Portrait
from socialapp.lib import blobs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from avatarfx.models import Clip
    from socialapp.provenance.fingerprints import Prints


def screen(
    clip: Clip,
    frames: Sequence[bytes],
    *,
    memory: screening.Memory | None = None,
    whole: bool = True,
) -> pipeline.Screened:
    """What the rules say to the frames of a clip, or to those of a part of it."""
    verdict = screening.screen_frames(
        frames,
        person=clip.owner,
        subject=f"clip:{clip.key}",
        portraits=_uploads_in(clip),
        memory=memory,
        whole=whole,
    )
    return pipeline.Screened(
        held=screening.words_for(verdict),
        refused=verdict.state == "refused",
        unchecked=bool(verdict.unchecked),
    )


def compared(screened: pipeline.Screened, prints: Prints) -> pipeline.Screened:
    """The same, and held if it looks or sounds like what was taken down."""
    if screened.held:
        return screened
    return pipeline.Screened(held=screening.words_for_prints(prints))


def _uploads_in(clip: Clip) -> list[bytes]:
    """Pictures that came from people; drawings of our own show nobody."""
    uploads = Portrait.objects.filter(
        roles__clip=clip, source=Portrait.Source.UPLOAD
    ).distinct()
    found = []
    for portrait in uploads:
        # Of a clip that is looked at again, the portrait may be gone by now.
        with suppress(FileNotFoundError):
            found.append(blobs.get(portrait.ref))
    return found
