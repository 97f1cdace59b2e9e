"""Finished films, before anybody sees them: a frame a second is looked at.

A portrait that passed says little about what was made of it: a stylised face may come
out as somebody's, and backgrounds and layers join only here.
"""

from __future__ import annotations

import hashlib
import threading
from contextlib import nullcontext, suppress
from typing import TYPE_CHECKING

from moderation.pictures import blocked, gate, services
from moderation.screening.rules import of_category
from socialapp.engines.errors import EngineError
from socialapp.engines.handler import detectors
from socialapp.engines.protocols import Sighting, Sits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from moderation.pictures.gate import PictureVerdict
    from socialapp.accounts.models import User
    from socialapp.engines.protocols import Sitting
    from socialapp.provenance.fingerprints import Prints

WAITS = (
    "We could not check this clip just now, so it waits. We look again by ourselves;"
    " your ticket is back."
)
REVIEW = (
    "Something in the picture reads as {reads_as} (rule {id}, {title}), so a person"
    " looks at it first. Your ticket is back."
)
SOUNDS = (
    "This clip sounds like {reads_as} (rule {id}, {title}), so a person listens first."
    " Your ticket is back."
)
REFUSED = (
    "The picture reads as {reads_as} (rule {id}, {title}). Nothing was spent, we kept no"
    " film, and your script is safe. Use another portrait."
)


class Memory:
    """What detectors saw in the frames of one film, so that nobody looks at one twice,
    nor comes anew for each. Used as a context; threads may share it."""

    def __init__(self) -> None:
        self._seen: dict[bytes, dict[str, Sighting]] = {}
        self._sittings: dict[str, Sitting] = {}
        self._lock = threading.Lock()

    def __enter__(self) -> Memory:
        return self

    def __exit__(self, *_: object) -> None:
        with self._lock:
            for sitting in self._sittings.values():
                sitting.close()

    def prepare(self) -> None:
        """Let detectors come before there is anything to see."""
        with suppress(EngineError):
            for sitting in self._sitting(gate.worth_asking()).values():
                sitting.look([])

    def look(
        self, frames: Sequence[bytes], kinds: Sequence[str]
    ) -> dict[str, tuple[Sighting, ...]]:
        """As `gate.look`, which is asked only about what is new."""
        names = [hashlib.sha256(frame).digest() for frame in frames]
        new = {
            name: frame
            for name, frame in zip(names, frames, strict=True)
            if set(kinds) - set(self._seen.get(name, {}))
        }
        if new:
            found = gate.look(list(new.values()), kinds, sittings=self._sitting(kinds))
            for number, name in enumerate(new):
                self._seen[name] = {kind: found[kind][number] for kind in kinds}
        return {kind: tuple(self._seen[n][kind] for n in names) for kind in kinds}

    def _sitting(self, kinds: Sequence[str]) -> dict[str, Sitting]:
        with self._lock:
            for kind in set(kinds) - set(self._sittings):
                detector = detectors[kind]
                if isinstance(detector, Sits) and detector.available() is None:
                    self._sittings[kind] = detector.sitting()
            return {k: one for k, one in self._sittings.items() if k in kinds}


def screen_frames(
    frames: Sequence[bytes],
    *,
    person: User,
    subject: str,
    portraits: Sequence[bytes] = (),
    memory: Memory | None = None,
    whole: bool = True,
) -> PictureVerdict:
    """What the rules say to encoded frames, all together; logged as `subject`.

    `portraits`: the uploaded pictures that the film was made with. What looks like
    something that was taken down waits for a person. `memory`: of frames of the same
    film that were looked at before. Not `whole`: a part of a film that is being made,
    logged only when it may not be shown. Never raises for a detector that cannot look:
    the verdict then is that it waits.
    """
    try:
        with nullcontext(memory) if memory else Memory() as known:
            seen = known.look(frames, gate.worth_asking())
        back = gate.taken_down(blocked.match_film(frames, portraits), block=False)
    except EngineError as error:
        verdict = gate.PictureVerdict(
            "pending", version=gate.version(), unchecked=str(error)
        )
    else:
        verdict = gate.judge(
            {kind: _together(sightings) for kind, sightings in seen.items()},
            surface=None,
            circumstances=gate.Circumstances(person=person, gate=False),
            more=back,
        )
    if not whole and verdict.state == "approved":
        return verdict
    services.note(
        surface="frames",
        sha256=hashlib.sha256(b"".join(frames)).hexdigest(),
        person=person,
        verdict=verdict,
        subject=subject,
    )
    return verdict


def words_for_prints(prints: Prints) -> str:
    """Why a film with this fingerprint must wait; empty when it need not."""
    how = blocked.match_prints(prints)
    if not how:
        return ""
    rule = of_category("known_file")
    words = SOUNDS if how == "sound" else REVIEW
    return words.format(reads_as=rule.reads_as, id=rule.id, title=rule.title)


def words_for(verdict: PictureVerdict) -> str:
    """For the owner of the clip; empty when it may be shown."""
    if verdict.state == "approved":
        return ""
    if verdict.unchecked:
        return WAITS
    rule = of_category(verdict.findings[0].category)
    words = REVIEW if verdict.state == "pending" else REFUSED
    return words.format(reads_as=rule.reads_as, id=rule.id, title=rule.title)


def _together(sightings: Sequence[Sighting]) -> Sighting:
    """The worst of every frame."""
    scores: dict[str, float] = {}
    for one in sightings:
        for name, value in one.scores.items():
            scores[name] = max(value, scores.get(name, 0.0))
    return Sighting(
        scores,
        tuple(face for one in sightings for face in one.faces),
        tuple(dict.fromkeys(h for one in sightings for h in one.hashes)),
    )
