"""How many faces are found, and found right, in pictures whose faces are known.

Some 190 pictures in two dozen styles: a public-domain photograph, the cast and the avatar
maker in ten renditions, drawings in thirteen artists' styles, emoji, and covered mouths;
beside them pictures without a face. ``before`` is the first detector with its crops
alone, ``after`` the whole search (``avatarfx.riggers.seeking``), in the same run. A face
is *right* when both eyes lie within 0.15 and the mouth within 0.25 eye distances of where
they are. With --sheet a folder gets contact sheets to look at. The pictures of others are
fetched into DATA_DIR the first time.
"""

from __future__ import annotations

import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from django.conf import settings

from avatarfx.bench.facesets import drawn, emoji, fetching, own
from avatarfx.riggers import canonical, looks
from avatarfx.riggers.frame import FaceFrame
from socialapp.engines import handler

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

    from avatarfx.bench.facesets import Empty, Pictured
    from socialapp.performance.rig import Anchors

    Floats = NDArray[np.floating[Any]]
    Picture = NDArray[np.uint8]
    Search = Callable[[Picture], "Seen"]

EYES_WITHIN, MOUTH_WITHIN = 0.15, 0.25
"""Of the distance between the eyes."""

GUESS_WITHIN = 0.6
"""A guess this near leaves a person the last bit of the way only."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What one search made of one picture."""

    points: Floats | None
    """(3, 2) pixels: eyes and mouth; None when no face was found."""

    guess: Floats | None
    how: str
    speaks: bool
    seconds: float
    """CPU."""


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--each", type=int, default=6, help="drawings a style")
    parser.add_argument("--sheet", default="", help="a folder for contact sheets")


def run(options: dict[str, Any]) -> dict[str, Any]:
    faces, empties = pictures(options["each"])
    before, after = searches()
    seen = {
        name: [search(face.rgb) for face in faces]
        for name, search in (("before", before), ("after", after))
    }
    nothing = {
        name: [search(empty.rgb) for empty in empties]
        for name, search in (("before", before), ("after", after))
    }
    if options["sheet"]:
        folder = Path(options["sheet"])
        folder.mkdir(parents=True, exist_ok=True)
        for name, results in seen.items():
            sheet(folder / f"faces-{name}.png", faces, results)
    open_faces = [i for i, face in enumerate(faces) if face.speaks]
    covered = [i for i, face in enumerate(faces) if not face.speaks]
    report: dict[str, Any] = {
        "pictures": len(open_faces),
        "styles": len({faces[i].style for i in open_faces}),
        "empty_pictures": len(empties),
        "covered_pictures": len(covered),
    }
    for name, results in seen.items():
        told = [(faces[i], results[i]) for i in open_faces]
        hidden = [results[i] for i in covered]
        report[name] = {
            **_shares(told),
            "false_faces": sum(s.points is not None for s in nothing[name]),
            "false_in": [
                e.name
                for e, s in zip(empties, nothing[name], strict=True)
                if s.points is not None
            ],
            "cpu_s_empty": _mean(s.seconds for s in nothing[name]),
            "covered_given_a_mouth": sum(
                s.points is not None and s.speaks for s in hidden
            ),
        }
    report["photo_cpu_s"] = {
        name: _mean(
            s.seconds
            for face, s in zip(faces, results, strict=True)
            if face.style == "photo"
        )
        for name, results in seen.items()
    }
    report["by_style"] = _by_style(faces, seen)
    report["by_step"] = _by_step([seen["after"][i] for i in open_faces])
    return report


def pictures(
    each: int, folder: Path | None = None
) -> tuple[list[Pictured], list[Empty]]:
    """The whole set; FetchError when a package cannot be had."""
    folder = folder or Path(settings.DATA_DIR) / "bench-faces"
    home, table = fetching.dicebear(folder), fetching.emoji(folder)
    faces = [
        *own.faces(), *drawn.faces(home, each), *emoji.faces(table),
        *own.covered(), *emoji.covered(table),
    ]  # fmt: skip
    empties = [*own.empties(), *drawn.empties(home, 2), *emoji.empties(table)]
    return faces, empties


def searches() -> tuple[Search, Search]:
    """Without and with what the search goes on to when the first detector fails."""
    rigger: Any = handler.riggers["default"]
    finder, seeker = rigger.finder(), rigger.seeker()
    if finder is None or seeker is None:
        raise RuntimeError(rigger.available() or "The networks cannot run here.")

    def before(rgb: Picture) -> Seen:
        began = time.process_time()
        found = finder.find(rgb)
        spent = time.process_time() - began
        return _seen(rgb, found[0] if found else None, None, "first", spent)

    def after(rgb: Picture) -> Seen:
        began = time.process_time()
        sought = seeker.seek(rgb)
        spent = time.process_time() - began
        return _seen(rgb, sought.face, sought.guess, sought.how, spent)

    return before, after


def right(face: Pictured, points: Floats | None) -> bool:
    if points is None:
        return False
    off = _off(face, points)
    return bool(off[:2].max() <= EYES_WITHIN and off[2] <= MOUTH_WITHIN)


def _off(face: Pictured, points: Floats) -> Floats:
    """(3,) distances from the truth, in eye distances."""
    apart = float(np.linalg.norm(face.points[1] - face.points[0]))
    return np.asarray(np.linalg.norm(points - face.points, axis=1) / apart)


def _seen(
    rgb: Picture, face: Any, guess: Anchors | None, how: str, seconds: float
) -> Seen:
    near = None if guess is None else _points_of(guess)
    if face is None:
        return Seen(None, near, "none", False, seconds)
    anchors = canonical.anchors_of(face.landmarks)
    hidden = looks.hidden_mouth(
        rgb,
        FaceFrame.of(face.landmarks),
        face.presence,
        looks.judge_style(rgb, face.landmarks),
    )
    return Seen(_points_of(anchors), near, how, hidden is None, seconds)


def _points_of(a: Anchors) -> Floats:
    return np.array([a.eye_left, a.eye_right, a.mouth], np.float32)


def _shares(told: list[tuple[Pictured, Seen]]) -> dict[str, Any]:
    count = max(len(told), 1)
    right_ones = sum(right(face, seen.points) for face, seen in told)
    found = sum(seen.points is not None for _, seen in told)
    guessed = sum(
        seen.points is None
        and seen.guess is not None
        and bool(_off(face, seen.guess).max() <= GUESS_WITHIN)
        for face, seen in told
    )
    return {
        "found": round(found / count, 3),
        "found_right": round(right_ones / count, 3),
        "guessed_near": guessed,
        "refused_a_mouth": sum(
            seen.points is not None and not seen.speaks for _, seen in told
        ),
        "cpu_s": _mean(seen.seconds for _, seen in told),
    }


def _by_style(
    faces: list[Pictured], seen: dict[str, list[Seen]]
) -> dict[str, dict[str, Any]]:
    groups: dict[str, list[int]] = defaultdict(list)
    for i, face in enumerate(faces):
        groups[face.style].append(i)
    table = {}
    for style, rows in groups.items():
        entry: dict[str, Any] = {"pictures": len(rows)}
        for name, results in seen.items():
            told = [(faces[i], results[i]) for i in rows]
            entry[f"found_{name}"] = sum(s.points is not None for _, s in told)
            entry[f"right_{name}"] = sum(right(f, s.points) for f, s in told)
            entry[f"cpu_s_{name}"] = _mean(s.seconds for _, s in told)
        table[style] = entry
    return table


def _by_step(results: list[Seen]) -> dict[str, int]:
    steps: dict[str, int] = defaultdict(int)
    for seen in results:
        steps[seen.how] += 1
    return dict(steps)


def _mean(values: Iterable[float]) -> float:
    told = list(values)
    return round(sum(told) / max(len(told), 1), 3)


def sheet(path: Path, faces: list[Pictured], results: list[Seen]) -> None:
    """Every picture with what was found: green where right, red where not, yellow for a
    guess; ten a row."""
    side = 150
    tiles = []
    for face, seen in zip(faces, results, strict=True):
        scale = side / max(face.rgb.shape[:2])
        small = cv2.resize(
            face.rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA
        )
        tile = np.zeros((side, side, 3), np.uint8)
        tile[: small.shape[0], : small.shape[1]] = small[:side, :side]
        points = seen.points if seen.points is not None else seen.guess
        colour = (255, 210, 0)
        if seen.points is not None:
            colour = (0, 230, 0) if right(face, seen.points) else (255, 0, 0)
        for x, y in [] if points is None else points * scale:
            cv2.circle(tile, (round(float(x)), round(float(y))), 2, colour, -1)
        words = f"{seen.how}{'' if seen.speaks or seen.points is None else ' mute'}"
        cv2.putText(tile, words, (2, 146), 0, 0.34, (255, 0, 255), 1)
        tiles.append(tile)
    while len(tiles) % 10:
        tiles.append(np.zeros((side, side, 3), np.uint8))
    rows = [np.hstack(tiles[k : k + 10]) for k in range(0, len(tiles), 10)]
    cv2.imwrite(str(path), np.vstack(rows)[..., ::-1])
