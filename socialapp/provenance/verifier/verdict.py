"""Weighs what the three layers said. Yes only on proof, never on likeness.

Proof is a signed record of ours that covers this very file, or a watermark whose tag
was made with one of our keys. Likeness alone never says yes; but it may say that a mark
was copied onto something else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from socialapp.provenance.verifier.measured import false_alarms

if TYPE_CHECKING:
    from socialapp.provenance.verifier.layers import (
        Likenesses,
        Match,
        Record,
        Watermark,
    )

MadeHere = Literal["yes", "doubt", "alike", "no"]
"""``doubt``: a mark of ours on something that does not look like what it marks.
``alike``: no mark, but it looks or sounds like something of ours."""

LayerState = Literal["found", "similar", "foreign", "broken", "none", "unchecked"]

NONE_OF_OURS = (
    "We found none of our marks. It may still be AI made somewhere else; this check"
    " cannot tell."
)
NOT_ALL_CHECKED = "Not everything could be checked, so this says less than it should. Try again later."
CERTAIN = (
    "Certain: the signature is ours and covers every byte that can be seen or heard."
)
LIKE_ONLY = "A likeness is no proof: two clips of one character look much the same."


@dataclass(frozen=True, slots=True)
class Layer:
    name: Literal["record", "watermark", "fingerprint"]
    title: str
    state: LayerState
    badge: str
    words: str


@dataclass(frozen=True, slots=True)
class Verdict:
    made_here: MadeHere
    title: str
    words: str
    confidence: str
    subject: str
    """What it is or was copied from; empty: unknown."""

    chain: tuple[str, ...]
    """Subjects from the original to this one, as the signed record tells them."""

    changes: tuple[str, ...]
    """What was removed or done to it."""

    layers: tuple[Layer, Layer, Layer]


def judge(record: Record, mark: Watermark, likenesses: Likenesses) -> Verdict:
    subject = claimed_by(record, mark)
    layers = (_record(record), _watermark(mark), _likeness(likenesses))
    # The sound of a clip names the film it was taken from: both are one thing.
    chain, own = tuple(dict.fromkeys(reversed(record.subjects))), _own(record)
    claimed = likenesses.claimed
    if own:
        answer: MadeHere = "yes"
        title, words = "Yes, made here", "It is as we made it."
        confidence = CERTAIN
    elif mark.found is not None and _contradicted(claimed):
        answer, title = "doubt", "It carries our mark, but looks like something else"
        words = (
            "The watermark is ours. The picture has nothing in common with what it"
            " marks: the mark may have been copied onto it, or little is left of the"
            " original."
        )
        confidence = "We do not say yes to this."
    elif mark.found is not None:
        answer, title = "yes", "Yes, made here"
        words = "Our watermark is in the picture."
        if not mark.made:
            words += " Our log has no entry for it any more."
        confidence = (
            f"{mark.found.agreement:.1%} of the hidden bits arrived as sent."
            f" {false_alarms().words}"
        )
    elif likenesses.nearest is not None:
        answer, title = "alike", "No mark, but it is like a clip of ours"
        subject = likenesses.nearest.subject
        words = (
            "Its marks may have been washed out, or somebody made something similar."
        )
        confidence = LIKE_ONLY
    else:
        answer, title = "no", "None of our marks"
        words, confidence = NONE_OF_OURS, ""
    if answer in {"alike", "no"} and any(x.state == "unchecked" for x in layers):
        words = f"{words} {NOT_ALL_CHECKED}"
    return Verdict(
        made_here=answer,
        title=title,
        words=words,
        confidence=confidence,
        subject=subject,
        chain=chain,
        changes=_changes(record, mark, likenesses)
        if answer in {"yes", "doubt"}
        else (),
        layers=layers,
    )


def claimed_by(record: Record, mark: Watermark) -> str:
    """What the marks say it is; the signed record, which covers the file, comes first."""
    if _own(record) and record.subjects and record.subjects[0]:
        return record.subjects[0]
    return mark.subject


def _own(record: Record) -> bool:
    return record.credential is not None and record.credential.own


def _contradicted(claimed: Match | None) -> bool:
    return (
        claimed is not None
        and claimed.pictured
        and claimed.likeness.unlike
        and not claimed.echo.same
    )


def _changes(
    record: Record, mark: Watermark, likenesses: Likenesses
) -> tuple[str, ...]:
    claimed = likenesses.claimed
    found = list[str]()
    state = record.credential.state if record.credential else ""
    if state == "none":
        found.append("The signed record was removed.")
    elif state == "invalid":
        found.append("The file was changed after it was signed.")
    elif state == "valid":
        found.append("Somebody else signed it again.")
    entries = record.credential.entries if record.credential else ()
    stated = any(entry.payload for entry in entries[:1])
    if _own(record) and stated and not mark.failed and mark.found is None:
        found.append("No watermark can be read in it.")
    flipped = mark.found is not None and mark.found.mirrored
    if flipped or (claimed is not None and claimed.same and claimed.likeness.mirrored):
        found.append("It was mirrored.")
    if mark.found is not None and not 0.9 < mark.found.scale < 1.1:
        found.append(f"It has about {mark.found.scale:.0%} of its size.")
    if claimed is not None:
        if claimed.pictured and not claimed.likeness.same and claimed.likeness.alike:
            found.append("It was cut at the edges, or something covers a part of it.")
        if claimed.sounded and not likenesses.still and not claimed.echo.same:
            found.append("The sound is missing, cut or another.")
    return tuple(found)


def _record(record: Record) -> Layer:
    title = "Signed record (C2PA)"
    credential = record.credential
    if credential is None:
        return Layer("record", title, "unchecked", "Not checked", record.failed)
    signer = credential.entries[0].signer if credential.entries else ""
    if credential.state == "trusted":
        words = f"Signed by {signer}, and whole"
        return Layer("record", title, "found", "Ours", words)
    if credential.state == "valid":
        words = f"Whole, but signed by somebody we do not know: “{signer}”"
        return Layer("record", title, "foreign", "Not ours", words)
    if credential.state == "invalid":
        words = (
            "There is a record, but it does not fit this file: the file was changed, or"
            " the record comes from another"
        )
        return Layer("record", title, "broken", "Does not fit", words)
    return Layer("record", title, "none", "Missing", "There is none in this copy")


def _watermark(mark: Watermark) -> Layer:
    title = "Invisible watermark"
    if mark.failed:
        return Layer("watermark", title, "unchecked", "Not checked", mark.failed)
    if mark.found is None:
        words = "None of ours" if mark.pictured else "It is in pictures, not in sound"
        return Layer("watermark", title, "none", "Not found", words)
    frames = mark.found.frames
    words = f"Read in {frames} frame{'' if frames == 1 else 's'}"
    badge = f"{mark.found.agreement:.1%}"
    return Layer("watermark", title, "found", badge, words)


def _likeness(likenesses: Likenesses) -> Layer:
    title = "Fingerprint"
    if likenesses.failed:
        return Layer(
            "fingerprint", title, "unchecked", "Not checked", likenesses.failed
        )
    match = likenesses.claimed or likenesses.nearest
    if match is None or not (match.same or match.likeness.alike):
        words = "No clip of ours looks or sounds like it"
        if match is not None and match.pictured:
            words = (
                "Not like the clip that its mark names: the nearest frame is"
                f" {match.likeness.nearest} of 256 bits away"
            )
        return Layer("fingerprint", title, "none", "No match", words)
    told = list[str]()
    if match.pictured and match.likeness.share:
        told.append(f"{match.likeness.share:.0%} of its seconds look the same")
    if match.pictured:
        told.append(f"the nearest frame is {match.likeness.nearest} of 256 bits away")
    if match.echo.same:
        told.append(
            f"{match.echo.seconds:.0f} s sound the same, with {match.echo.error:.0%} of"
            " the bits changed"
        )
    state: LayerState = "found" if match.same else "similar"
    badge = "Match" if match.same else "Similar"
    words = "; ".join(told)
    return Layer("fingerprint", title, state, badge, words[:1].upper() + words[1:])
