"""Everything that a trace tells of one clip, as plain values for page, API and file."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from avatarfx.models import Clip
from avatarfx.traces.attempts import attempts_of, number_in
from avatarfx.traces.privacy import plain, secrets_of
from avatarfx.traces.receipts import receipt_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from avatarfx.models import Render
    from avatarfx.traces.attempts import Attempt
    from avatarfx.traces.receipts import Receipt

MEASURES = {
    "mouth": ("Mouth follows its orders", "", 2),
    "mouth_lag": ("Mouth behind its orders", "frames", 1),
    "sync": ("Lips follow the sound", "", 2),
    "lag_frames": ("Lips behind the sound", "frames", 1),
    "late_ms": ("Sound late in the file", "ms", 1),
    "jitter_px": ("Jitter", "px", 2),
    "identity": ("Distance to the portrait", "", 2),
    "scene": ("Distance of all that is seen", "", 2),
    "lost": ("Face not found", "", 2),
    "beside_touched": ("Refined part of the picture", "", 2),
    "beside_mouth": ("Refined mouth moves as before", "", 2),
    "beside_mouth_lag": ("Refined mouth behind", "frames", 0),
    "beside_opening": ("Refined mouth opens as far", "", 2),
    "beside_follows": ("Refined face moves as before", "", 2),
    "beside_detail": ("Contours left by the refining", "", 2),
    "beside_unlike": ("Refined face differs", "", 3),
    "beside_portrait": ("Further from the portrait", "", 3),
    "beside_flicker": ("Flicker of the refining", "", 2),
    "beside_swims": ("Refined surface swims", "", 2),
    "beside_pulse": ("Light of the refining pulses", "", 2),
    "beside_colour": ("Colour off by", "levels", 1),
    "beside_spoiled": ("Frames wiped out", "", 0),
    "frozen": ("Frames at rest", "", 0),
    "black": ("Black frames", "", 0),
    "flicker": ("Flicker", "", 3),
    "psnr": ("Picture with and without the watermark", "dB", 1),
    "margin": ("Watermark after a re-encoding", "", 2),
    "peak": ("Watermark can be found", "σ", 1),
}
"""Number in an entry of a trace: words, unit, digits behind the point."""

AT_LEAST = frozenset(
    {"mouth", "sync", "psnr", "margin", "peak"}
    | {f"beside_{name}" for name in ("mouth", "opening", "follows", "detail")}
)
"""More is better; of the others less is, either way."""

MOST_ATTEMPTS = 20
"""Told of one clip: whoever tries again for ever gets a page that can be read."""

MEASURED_BY = ("quality", "mark")


@dataclass(frozen=True, slots=True)
class Measure:
    """A quality number of the film that was kept or dropped."""

    name: str
    label: str
    value: str
    """With its unit."""

    number: float
    limit: float | None
    """What it is held to; None: nobody holds it to anything."""

    at_least: bool
    """The limit is a floor; else a ceiling."""

    good: bool

    @property
    def limit_words(self) -> str:
        if self.limit is None:
            return ""
        return f"at {'least' if self.at_least else 'most'} {self.limit:g}"


@dataclass(frozen=True, slots=True)
class Input:
    """Something the clip was made from, or what came of it, by its digest."""

    label: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Carried:
    """What goes along with the film; empty or 0: it does not."""

    signed_by: str = ""
    certificate: str = ""
    source: str = ""
    ingredient: str = ""
    mark: str = ""
    fingerprints: int = 0
    sound_words: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True)
class Story:
    key: str
    state: str
    state_label: str
    rung: str
    rung_label: str
    rung_reason: str
    seed: int
    voice: str
    director: str
    animator: str
    cpu_seconds: float
    """Of all attempts."""

    inputs: tuple[Input, ...]
    outputs: tuple[Input, ...]
    attempts: tuple[Attempt, ...]
    """The newest, the oldest of them first."""

    falls: tuple[str, ...]
    """Why a lower rung went on, in the order in which it happened."""

    measures: tuple[Measure, ...]
    verdict: str
    carried: Carried | None
    receipt: Receipt | None


def story_of(clip: Clip) -> Story:
    """Reads the clip's attempts; a trace that an older version wrote tells less."""
    secrets = secrets_of(clip)
    count = clip.renders.count()
    # One more: the first that is told waited since that one ended.
    renders = list(clip.renders.order_by("-fence")[: MOST_ATTEMPTS + 1])[::-1]
    attempts = attempts_of(clip, renders, secrets, first=count - len(renders) + 1)
    attempts = attempts[-MOST_ATTEMPTS:]
    last = renders[-1] if renders else None
    entries = _entries(last)
    made_by = (clip.performance or {}).get("made_by") or {}
    return Story(
        key=clip.key,
        state=clip.state,
        state_label=Clip.State(clip.state).label,
        rung=clip.rung,
        rung_label=Clip.Rung(clip.rung).label if clip.rung else "",
        rung_reason=plain(clip.rung_reason, secrets),
        seed=int(clip.recipe.get("seed", 0)),
        voice=clip.voice_engine or str(made_by.get("voice", "")),
        director=str(made_by.get("director", "")),
        animator=next(
            (str(one.get("engine", "")) for one in reversed(entries) if _films(one)), ""
        ),
        cpu_seconds=round(sum(one.cpu_seconds for one in attempts), 3),
        inputs=tuple(_inputs(clip)),
        outputs=tuple(_outputs(clip)),
        attempts=attempts,
        falls=tuple(fall for one in attempts for fall in _falls(one)),
        measures=tuple(_measures(entries)),
        verdict=_verdict(entries),
        carried=_carried(entries),
        receipt=receipt_of(last, clip.key) if last else None,
    )


def _falls(attempt: Attempt) -> Iterator[str]:
    """Each once: what a check found out is the note of the check as well."""
    told = ""
    for step in attempt.steps:
        if step.ending == "fell" and step.note != told:
            told = step.note
            yield f"{step.label}: {step.note}"


def _entries(render: Render | None) -> list[dict[str, Any]]:
    if render is None:
        return []
    return [entry for entry in render.trace if isinstance(entry, dict)]


def _films(entry: dict[str, Any]) -> bool:
    return entry.get("name") == "movement"


def _digest(value: Any) -> str:
    body = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(body.encode()).hexdigest()


def _in_ref(ref: str) -> str:
    """The digest in the name of a blob; empty when it has none."""
    if not ref.startswith("sha256:"):
        return ""
    return ref.removeprefix("sha256:").partition(".")[0]


def _inputs(clip: Clip) -> Iterator[Input]:
    yield Input("Recipe", _digest(clip.recipe))
    yield Input("Script", hashlib.sha256(clip.script.encode()).hexdigest())
    if clip.performance:
        yield Input("Performance", _digest(clip.performance))
    actors = clip.actors.select_related("portrait").order_by("seat")
    for number, actor in enumerate(actors, start=1):
        if sha256 := _in_ref(actor.portrait.ref):
            yield Input(
                "Portrait" if len(actors) == 1 else f"Portrait {number}", sha256
            )
    if sha256 := _in_ref(str(clip.recipe.get("background", ""))):
        yield Input("Background", sha256)


def _outputs(clip: Clip) -> Iterator[Input]:
    for label, ref in (
        ("Film", clip.video),
        ("Poster", clip.poster),
        ("Captions", clip.captions),
    ):
        if sha256 := _in_ref(ref):
            yield Input(label, sha256)


def _measures(entries: Sequence[dict[str, Any]]) -> Iterator[Measure]:
    """The newest of each; an entry may say in ``floors`` what its numbers are held to."""
    found: dict[str, Measure] = {}
    for entry in entries:
        if entry.get("name") not in MEASURED_BY:
            continue
        floors = entry.get("floors")
        held_to = floors if isinstance(floors, dict) else {}
        for name, (label, unit, digits) in MEASURES.items():
            value = entry.get(name)
            if isinstance(value, bool) or not isinstance(value, int | float):
                continue
            limit = held_to.get(name)
            limit = float(limit) if isinstance(limit, int | float) else None
            more = name in AT_LEAST
            found[name] = Measure(
                name=name,
                label=label,
                value=f"{value:.{digits}f} {unit}".strip(),
                number=float(value),
                limit=limit,
                at_least=more,
                good=limit is None or (value >= limit if more else abs(value) <= limit),
            )
    yield from found.values()


def _verdict(entries: Sequence[dict[str, Any]]) -> str:
    judged = [one for one in entries if one.get("name") == "quality"]
    return str(judged[-1].get("verdict", "")) if judged else ""


def _carried(entries: Sequence[dict[str, Any]]) -> Carried | None:
    for entry in reversed(entries):
        if entry.get("name") == "sign":
            return Carried(
                signed_by=str(entry.get("engine", "")),
                certificate=str(entry.get("certificate", "")),
                source=str(entry.get("source", "")),
                ingredient=str(entry.get("ingredient", "")),
                mark=str(entry.get("mark", "")),
                fingerprints=int(number_in(entry, "fingerprints")),
                sound_words=int(number_in(entry, "sound_words")),
                note="" if entry.get("engine") else str(entry.get("note", "")),
            )
    return None
