"""By what a clip, post, portrait or character is known again once it was taken down."""

from __future__ import annotations

from typing import TYPE_CHECKING

from avatarfx.copies.likeness import clips_of, portraits_of
from moderation.pictures import blocked as block_list
from moderation.pictures.blocked import Traces
from socialapp.characters import prints
from socialapp.provenance import selectors
from socialapp.provenance.fingerprints import stills
from socialapp.provenance.models import Fingerprint, Mark

if TYPE_CHECKING:
    from socialapp.characters.models import Portrait
    from socialapp.provenance.fingerprints import Prints


def keep_away(kind: str, key: str, blocked: bool) -> None:
    """Put it on the block list, or take it off."""
    if not blocked:
        block_list.unblock(kind=kind, key=key)
    elif traces := traces_of(kind, key):
        block_list.block(kind=kind, key=key, traces=traces)


def traces_of(kind: str, key: str) -> Traces:
    """Its uploaded portraits, the seconds and sound of its film, and all marks.

    Frames only where an uploaded picture is in them: those of a drawn character are in
    the clips of everybody who uses it.
    """
    clips = list(clips_of(kind, key))
    portraits = list(portraits_of(kind, key, clips))
    names = [f"clip:{clip.key}" for clip in clips]
    films = list(Fingerprint.objects.filter(subject__in=names))
    found = [print_ for one in portraits if (print_ := _still(one)).pictures]
    bearers = [*names, *(prints.subject_of(one) for one in portraits)]
    carried = Fingerprint.objects.filter(subject__in=bearers, mark__isnull=False)
    payloads = [
        *Mark.objects.filter(subject__in=bearers).values_list("payload", flat=True),
        *carried.values_list("mark__payload", flat=True),
    ]
    return Traces(
        stills=found,
        frames=b"".join(bytes(film.pictures) for film in films) if portraits else b"",
        sound=b"".join(bytes(film.sound) for film in films),
        payloads=list(dict.fromkeys(payloads)),
    )


def _still(portrait: Portrait) -> Prints:
    """As it was recorded; else, where no worker came by yet, from the file."""
    row = selectors.fingerprint_of(prints.subject_of(portrait))
    if row is not None:
        return selectors.prints_of(row)
    try:
        return stills.prints_of(prints.pixels_of(portrait))
    except FileNotFoundError:
        return stills.NOTHING
