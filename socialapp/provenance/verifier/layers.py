"""The three questions, each answered for itself: record, watermark, likeness."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from socialapp.engines.errors import EngineError
from socialapp.provenance import selectors
from socialapp.provenance.fingerprints import pictures, sounds

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from socialapp.provenance.credentials import Credential, Entry
    from socialapp.provenance.fingerprints.pictures import Likeness
    from socialapp.provenance.fingerprints.sounds import Echo
    from socialapp.provenance.keys import Key
    from socialapp.provenance.verifier.opening import Opened
    from socialapp.provenance.watermark import Found

log = logging.getLogger(__name__)

TITLE = re.compile(r"([a-z0-9]{6,16})\.(mp4|m4a)( \(poster\))?")
"""How our records are titled: see ``avatarfx.stages.sign``, ``avatarfx.services.audio``."""


@dataclass(frozen=True, slots=True)
class Record:
    """What the signed record says."""

    credential: Credential | None
    """None: it could not be judged."""

    failed: str = ""
    subjects: tuple[str, ...] = ()
    """The thing itself first, then what it was made from; only of records of ours."""


@dataclass(frozen=True, slots=True)
class Watermark:
    found: Found | None = None
    subject: str = ""
    """Empty: the tag verifies, but the log has no such number."""

    made: bool = False
    """Whether the log has a row for it."""

    failed: str = ""
    pictured: bool = True
    """Whether there is a picture that could carry one."""


@dataclass(frozen=True, slots=True)
class Match:
    """One clip of the registry, and how much the file is like it."""

    subject: str
    likeness: Likeness
    echo: Echo
    pictured: bool = True
    """Whether both have pictures that can be compared."""

    sounded: bool = True
    """Whether the clip of the registry can be heard."""

    @property
    def same(self) -> bool:
        return self.likeness.same or self.echo.same


@dataclass(frozen=True, slots=True)
class Likenesses:
    nearest: Match | None = None
    """The most similar clip of all, if any is similar."""

    claimed: Match | None = None
    """The clip that a mark in the file names, however similar; None: not on record."""

    still: bool = False
    """The file is a picture, which has no sound to miss."""

    failed: str = ""


def ask_record(opened: Opened) -> Record:
    credential = opened.credential
    if credential is None:
        return Record(None, opened.failed)
    if not credential.own:
        return Record(credential)
    found = (_subject_of(entry) for entry in credential.entries)
    return Record(credential, subjects=tuple(found))


def ask_watermark(opened: Opened, keys: Sequence[Key]) -> Watermark:
    """A number counts only when its tag was made with one of our keys."""
    if not opened.frames:
        return Watermark(pictured=False)
    if not keys:
        return Watermark(failed="This copy has no watermark key yet.")
    try:
        from socialapp.provenance.watermark import detect  # noqa: PLC0415  OpenCV

        found = detect(opened.frames, keys)
    except (EngineError, ImportError) as error:
        return Watermark(failed=f"The watermark could not be looked for: {error}")
    except Exception:
        log.exception("The watermark detector broke")
        return Watermark(failed="The watermark could not be looked for: it broke.")
    if found is None:
        return Watermark()
    mark = selectors.find_mark(found.payload)
    if mark is None:
        return Watermark(found)
    return Watermark(found, mark.subject, made=True)


def ask_likeness(
    opened: Opened, claimed: str, *, may_know: Callable[[str], bool]
) -> Likenesses:
    """Compared with every clip that the one who asks may know of, and with the one that
    another layer names."""
    try:
        seen = pictures.hashes_of(opened.prints)
        flipped = pictures.hashes_of(
            [np.ascontiguousarray(frame[:, ::-1]) for frame in opened.prints]
        )
    except EngineError as error:
        return Likenesses(failed=str(error))
    heard = sounds.words_of(opened.sound)
    return Likenesses(
        still=opened.mime.startswith("image/"),
        nearest=_nearest(seen, flipped, heard, may_know),
        claimed=_compared(claimed, seen, flipped, heard) if claimed else None,
    )


def _nearest(
    seen: bytes, flipped: bytes, heard: bytes, may_know: Callable[[str], bool]
) -> Match | None:
    """By picture and sound together; clips of one face differ by what is said."""
    subjects = [m.subject for m in selectors.match_sound(heard)]
    subjects += [m.subject for m in selectors.match_pictures(seen, mirrored=flipped)]
    matches = [
        match
        for subject in dict.fromkeys(subjects)
        if may_know(subject)
        and (match := _compared(subject, seen, flipped, heard)) is not None
    ]
    if not matches:
        return None
    return min(
        matches,
        key=lambda m: (
            -(m.likeness.same + m.echo.same),
            m.echo.error if m.echo.same else 1.0,
            -m.likeness.share,
            m.likeness.nearest,
        ),
    )


def _compared(subject: str, seen: bytes, flipped: bytes, heard: bytes) -> Match | None:
    row = selectors.fingerprint_of(subject)
    if row is None:
        return None
    known, crops = bytes(row.pictures), bytes(row.crops)
    straight = pictures.compare(seen, known, crops)
    turned = pictures.compare(flipped, known, crops, mirrored=True)
    likeness = turned if turned.nearest < straight.nearest else straight
    return Match(
        subject,
        likeness,
        sounds.compare(heard, bytes(row.sound)),
        pictured=bool(seen and known),
        sounded=bool(row.sound),
    )


def _subject_of(entry: Entry) -> str:
    """By the watermark's number in it, else by its title; empty: it names nothing."""
    if len(entry.payload) == 6:
        mark = selectors.find_mark(int.from_bytes(entry.payload))
        if mark is not None:
            return mark.subject
    named = TITLE.fullmatch(entry.title)
    return f"clip:{named[1]}" if named else ""
