"""The rules for a picture: what the detectors saw, and what follows from it.

Nothing is written here. A detector that cannot look never means that a picture is fine:
the verdict then is that it waits.
"""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from django.conf import settings
from django.utils import timezone

from moderation.models import FigureFace, KnownBad
from moderation.pictures import blocked, figures, known
from moderation.screening.rules import of_category
from moderation.screening.verdicts import ACTIONS, Finding
from socialapp.accounts.young import birthdays
from socialapp.engines.errors import EngineError
from socialapp.engines.handler import detectors
from socialapp.engines.protocols import Sighting

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from socialapp.accounts.models import User
    from socialapp.engines.protocols import SeenFace, Sitting
    from socialapp.performance.rig import Anchors

State = Literal["approved", "pending", "refused"]

KINDS = ("pdq", "nsfw", "faces")
ADULT = 18

WAITS = (
    "We could not check this picture just now, so it waits. It is safe with us and only"
    " you can see it; we look again by ourselves."
)
REVIEW = (
    "A person looks at this picture before anybody else sees it. Nothing was spent; you"
    " can go on with everything but publishing."
)
REAL_PERSON = (
    "This looks like a photo of a real person (rule 2.1). Use a drawing, or confirm it"
    " is you with a live check. We kept no copy."
)
REFUSED = (
    "This picture reads as {reads_as} (rule {id}, {title}). Nothing was spent and we"
    " kept no copy. Use another picture."
)


@dataclass(frozen=True, slots=True)
class PictureVerdict:
    state: State
    findings: tuple[Finding, ...] = ()
    """The strongest first."""

    scores: Mapping[str, float] = field(default_factory=dict)
    version: str = ""
    unchecked: str = ""
    """Why a detector could not look; empty when all of them did."""

    @property
    def rule(self) -> str:
        """The number of the rule that decided; empty when none did."""
        return self.findings[0].rule if self.findings else ""

    @property
    def message(self) -> str:
        """For the person who sent it; empty when it may be shown."""
        if self.state == "approved":
            return ""
        if self.state == "pending":
            return WAITS if self.unchecked else REVIEW
        rule = of_category(self.findings[0].category)
        if rule.category == "real_person":
            return REAL_PERSON
        return REFUSED.format(reads_as=rule.reads_as, id=rule.id, title=rule.title)


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the rules need to know besides the picture."""

    person: User | None = None
    consent: bool = False
    """A valid consent of the person shown: their own likeness."""

    painting: bool = False
    """Its owner says that it is a painting, and waits for a person to look."""

    gate: bool = True
    """Whether a photograph of a face matters: not in finished frames."""


def screen(
    picture: bytes,
    *,
    circumstances: Circumstances,
    anchors: Anchors | None = None,
) -> PictureVerdict:
    """What the rules say to one encoded picture. `anchors`: a face that another finder
    saw, which counts when ours sees none."""
    try:
        by_kind = look([picture])
        surface = _surface(picture, by_kind["faces"][0], anchors)
        back = taken_down(blocked.match_picture(picture), block=True)
    except EngineError as error:
        return PictureVerdict("pending", version=version(), unchecked=str(error))
    seen = {kind: sightings[0] for kind, sightings in by_kind.items()}
    return judge(seen, surface=surface, circumstances=circumstances, more=back)


def look(
    pictures: Sequence[bytes],
    kinds: Sequence[str] = KINDS,
    *,
    sittings: Mapping[str, Sitting] | None = None,
) -> dict[str, tuple[Sighting, ...]]:
    """Every picture's sighting by each detector. EngineError when one cannot.
    `sittings`: of those that are at it already."""
    at_it = sittings or {}
    for kind in kinds:
        if reason := detectors[kind].available():
            raise EngineError(reason)
    # Each waits for a process of its own: two cores, half the wait.
    with ThreadPoolExecutor(max_workers=len(KINDS)) as pool:
        asked = {
            kind: pool.submit((at_it.get(kind) or detectors[kind]).look, pictures)
            for kind in kinds
        }
    try:
        return {kind: future.result() for kind, future in asked.items()}
    except EngineError:
        raise
    except Exception as error:  # a third party's detector may raise anything at all
        raise EngineError(f"A detector broke: {type(error).__name__}") from error


def worth_asking() -> tuple[str, ...]:
    """The detectors that finished frames need: who has no list has no match on it."""
    return (
        "nsfw",
        *(["faces"] if FigureFace.objects.exists() else []),
        *(["pdq"] if KnownBad.objects.exists() else []),
    )


def version() -> str:
    return ", ".join(detectors[kind].version for kind in KINDS)


def judge(
    seen: Mapping[str, Sighting],
    *,
    surface: float | None,
    circumstances: Circumstances,
    more: Sequence[Finding] = (),
) -> PictureVerdict:
    """`surface`: how photographic the most photographic face is; None without one.
    A kind that is missing in `seen` had nothing to compare with. `more`: what was found
    without a detector."""
    nsfw = seen["nsfw"].scores.get("nsfw", 0.0)
    nothing = Sighting()
    faces = seen.get("faces", nothing).faces
    findings = [
        *more,
        *_known(seen.get("pdq", nothing)),
        *_nudity(nsfw, circumstances.person),
        *_figures(faces),
    ]
    if surface is not None and circumstances.gate:
        findings += _real_person(surface, circumstances)
    findings.sort(key=lambda f: (ACTIONS.index(f.action), f.score), reverse=True)
    strongest = findings[0].action if findings else "allow"
    states: dict[str, State] = {"allow": "approved", "review": "pending"}
    scores = {"nsfw": round(nsfw, 3), "faces": float(len(faces))}
    if surface is not None:
        scores["photo"] = round(surface, 3)
    return PictureVerdict(
        states.get(strongest, "refused"), tuple(findings), scores, version()
    )


def limits_for(person: User | None) -> Mapping[str, float]:
    """Thresholds of nudity by age; whose age we do not know is treated as young."""
    limits: Mapping[str, Mapping[str, float]] = settings.PICTURE_NSFW
    born = getattr(person, "birth_date", None)
    if born is None:
        return limits["teen"]
    age = birthdays.age(born, today=timezone.localdate())
    return limits["adult" if age >= ADULT else "teen"]


def taken_down(how: str, *, block: bool) -> list[Finding]:
    """What `blocked` says, as a finding: a file is refused, a film is looked at."""
    layer = f"{how} takedown"
    return [_finding("known_file", 1.0, layer, block=block)] if how else []


def _known(seen: Sighting) -> list[Finding]:
    match = known.matched(seen.hashes)
    if match is None:
        return []
    return [_finding("known_file", 1.0, f"pdq {match.list_name}", block=True)]


def _nudity(score: float, person: User | None) -> list[Finding]:
    limits = limits_for(person)
    if score < limits["review"]:
        return []
    return [_finding("nudity", score, "nsfw", block=score >= limits["block"])]


def _figures(faces: Sequence[SeenFace]) -> list[Finding]:
    return [
        _finding(
            "public_figure",
            max(0.0, 1 - one.distance),
            f"face {one.figure}",
            block=one.block,
        )
        for one in figures.resembled(faces)
    ]


def _real_person(surface: float, circumstances: Circumstances) -> list[Finding]:
    limits = settings.PICTURE_PHOTO
    free = circumstances.consent or settings.REAL_PERSON_GATE == "off"
    if free or surface < limits["review"]:
        return []
    block = surface >= limits["refuse"] and not circumstances.painting
    return [_finding("real_person", surface, "photo", block=block)]


def _finding(category: str, score: float, layer: str, *, block: bool) -> Finding:
    return Finding(
        category=category,
        rule=of_category(category).id,
        start=None,
        end=None,
        score=round(score, 3),
        layer=layer,
        action="block" if block else "review",
    )


def _surface(picture: bytes, seen: Sighting, anchors: Anchors | None) -> float | None:
    if seen.faces:
        return max(face.photo for face in seen.faces)
    if anchors is None:
        return None
    if reason := detectors["photo"].available():
        raise EngineError(reason)
    found = detectors["photo"].look([_cut(picture, anchors)])[0]
    return found.scores.get("photo", 1.0)


def _cut(picture: bytes, anchors: Anchors) -> bytes:
    """The face, from a picture that we encoded ourselves."""
    from PIL import Image  # noqa: PLC0415  most processes never open a picture

    with Image.open(io.BytesIO(picture)) as whole:
        width = whole.width
        eyes, chin = (anchors.eye_left, anchors.eye_right), anchors.chin
        middle = sum(x for x, _ in eyes) / 2 * width
        apart = max(8.0, abs(eyes[1][0] - eyes[0][0]) * width)
        top = min(y for _, y in eyes) * width - apart
        bottom = max(chin[1] * width, top + 2 * apart)
        box = (
            max(0, round(middle - 1.25 * apart)),
            max(0, round(top)),
            min(whole.width, round(middle + 1.25 * apart)),
            min(whole.height, round(bottom)),
        )
        part = whole.crop(box) if box[0] < box[2] and box[1] < box[3] else whole
        file = io.BytesIO()
        part.convert("RGB").save(file, "PNG")
    return file.getvalue()
