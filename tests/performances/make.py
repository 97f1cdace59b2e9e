"""Writes the shared vectors: stored performances and the faces they must give.

    python -m tests.performances.make

Python and JavaScript are both tested on these files. Make them anew only when the
motion model changes on purpose, and look at the difference before committing it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from avatarfx.directors.rules import RulesDirector
from avatarfx.voices.silent import SilentVoice
from socialapp.acting import perform
from socialapp.engines.protocols import VoiceSpec
from socialapp.performance import (
    Blink,
    Caption,
    Expression,
    Glance,
    Part,
    Performance,
    Phone,
    Pose,
    Viseme,
    codec,
    cut,
)
from socialapp.performance.motion import FaceTrack, opening
from socialapp.performance.timeline import MOODS
from socialapp.performance.visemes import VISEMES, from_phones

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
STEP = 0.037
"""Seconds between samples: in step with neither frames nor keys."""


def performances() -> Iterator[tuple[str, Performance]]:
    yield "spoken", _spoken()
    yield "slice", cut(_spoken(), 1.234, 3.5)
    yield "closures", _closures()
    yield "moods", _moods()
    yield "bare", Performance(2.0, (Part("a"),))


def _spoken() -> Performance:
    script = (
        "Bob's puppy made five maps! [whispers] Who knows why? "
        "[pause] [nervous] Because the moon was full..."
    )
    return perform(
        script,
        seat="a",
        spec=VoiceSpec(),
        speakers=[("silent", SilentVoice())],
        director=RulesDirector(),
        seed=7,
        motion="lively",
        put_sound=lambda _: "",
    ).performance


def _closures() -> Performance:
    """Every pair of a closure and another sound, at three speeds of speech."""
    phones = []
    now = 0.2
    for lasts in (0.025, 0.05, 0.11):
        for closure in "pbmfv":
            for other in "ɑiuskpf":
                phones.append(Phone(now, now + lasts, closure))
                phones.append(Phone(now + lasts, now + 2 * lasts, other))
                now += 2 * lasts
        now += 0.3
    seconds = now + 0.3
    return Performance(seconds, (Part("a", visemes=from_phones(phones, seconds)),))


def _moods() -> Performance:
    """Every mood and viseme, uneven keys, blinks within moods, keys at one moment."""
    return Performance(
        8.0,
        (
            Part(
                seat="a",
                visemes=tuple(
                    Viseme(i * 0.3, i * 0.3 + 0.25, name, (i % 5 + 1) / 5)
                    for i, name in enumerate(VISEMES)
                ),
                expressions=tuple(
                    Expression(0.1 + i * 0.21, mood, 1.0 - i / 10)
                    for i, mood in enumerate((*MOODS, *reversed(MOODS)))
                ),
                poses=(
                    Pose(0.5, 0.0, 0.0, 0.0),
                    Pose(0.8, 6.0, -3.0, 1.0, 0.01, -0.02),
                    Pose(0.9, 6.0, -3.0, 1.5, 0.01, -0.02),
                    Pose(2.0, -8.0, 4.0, -2.0, -0.03, 0.02),
                    Pose(2.0, -7.0, 4.0, -2.0, -0.03, 0.02),
                    Pose(6.0, 1.0, 9.0, 4.0, 0.0, 0.0),
                ),
                glances=(Glance(0.0), Glance(1.0, 0.8, -0.4), Glance(1.03, -1.0, 1.0)),
                blinks=(Blink(1.5, 1.65), Blink(2.9, 3.05), Blink(3.0, 3.2)),
                captions=(Caption(0.3, 0.9, "Oh"),),
            ),
        ),
    )


def vectors(whole: Performance) -> dict[str, Any]:
    faces: dict[str, list[dict[str, Any]]] = {}
    for part in whole.parts:
        track = FaceTrack(part)
        samples = []
        t = -0.1
        while t < whole.seconds + 0.2:
            at = round(t, 3)
            face = track.at(at)
            samples.append(
                {"at": at, "face": _short(codec.dump(face)), "opening": opening(face)}
            )
            t += STEP
        faces[part.seat] = samples
    return {"performance": whole.to_json(), "faces": faces}


def _short(face: dict[str, Any]) -> dict[str, Any]:
    """Ten decimals: far below the tolerance, and files that can be read."""
    return {k: round(v, 10) if isinstance(v, float) else v for k, v in face.items()}


def main() -> None:
    for name, whole in performances():
        lines = json.dumps(vectors(whole), separators=(",", ":"))
        # A line a sample keeps the difference between two versions readable.
        text = lines.replace('{"at":', '\n{"at":')
        (HERE / f"{name}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
