"""Public figures: descriptors of their faces, and who looks like one of them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from moderation.models import Figure, FigureFace
from moderation.pictures.errors import EnrolError
from socialapp.engines.errors import EngineError
from socialapp.engines.handler import detectors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from socialapp.engines.protocols import SeenFace

LEAST_PHOTOGRAPHS = 3
LEAST_SCORE = 0.5
"""Of the finder: fainter faces in an enrolment are mistakes of it."""

SAME_PERSON = 0.6
"""Distance up to which two photographs show one person (dlib's own threshold)."""


@dataclass(frozen=True, slots=True)
class Likeness:
    figure: str
    distance: float
    block: bool


@transaction.atomic
def enrol_figure(*, name: str, photographs: Sequence[bytes], note: str = "") -> Figure:
    """Add a figure, or photographs to one. EnrolError names the photograph at fault.

    Only the descriptors and the hashes of the files are kept.
    """
    if not name.strip():
        raise EnrolError("A figure needs a name.")
    found = describe(photographs)
    figure, _ = Figure.objects.get_or_create(name=name.strip()[:80])
    known = {face.source for face in figure.faces.all()}
    new = {source: face for source, face in found.items() if source not in known}
    if len(known) + len(new) < LEAST_PHOTOGRAPHS:
        raise EnrolError(
            f"{len(known) + len(new)} different photographs of {figure.name} are too"
            f" few. Give at least {LEAST_PHOTOGRAPHS}."
        )
    if note:
        figure.note = note[:200]
        figure.save(update_fields=["note"])
    FigureFace.objects.bulk_create(
        FigureFace(figure=figure, descriptor=face.descriptor, source=source)
        for source, face in new.items()
    )
    return figure


@transaction.atomic
def remove_figure(*, name: str) -> None:
    """Forget a figure and its descriptors. EnrolError when there is none."""
    deleted, _ = Figure.objects.filter(name=name).delete()
    if not deleted:
        raise EnrolError(f"No figure is called {name}.")


def describe(photographs: Sequence[bytes]) -> dict[str, SeenFace]:
    """The one face of each photograph, by the SHA-256 of its file."""
    try:
        seen = detectors["faces"].look(photographs)
    except EngineError as error:
        raise EnrolError(f"No face can be read: {error}") from error
    found: dict[str, SeenFace] = {}
    for number, (data, one) in enumerate(zip(photographs, seen, strict=True), start=1):
        faces = [face for face in one.faces if face.score >= LEAST_SCORE]
        if not faces:
            raise EnrolError(
                f"Photograph {number} shows no face. Use one that looks to the camera."
            )
        if len(faces) > 1:
            raise EnrolError(
                f"Photograph {number} shows {len(faces)} faces. Cut it to one."
            )
        found[hashlib.sha256(data).hexdigest()] = faces[0]
    _expect_one_person(list(found.values()))
    return found


def resembled(faces: Sequence[SeenFace]) -> list[Likeness]:
    """Figures that these faces are near enough to, the nearest first."""
    if not faces:
        return []
    found: dict[str, Likeness] = {}
    rows = FigureFace.objects.select_related("figure").iterator()
    for row in rows:
        figure = row.figure
        near = min(distance(face.descriptor, bytes(row.descriptor)) for face in faces)
        known = found.get(figure.name)
        if near <= figure.review and (known is None or near < known.distance):
            found[figure.name] = Likeness(figure.name, near, near <= figure.block)
    return sorted(found.values(), key=lambda one: one.distance)


def distance(a: bytes, b: bytes) -> float:
    """Euclidean, of two descriptors: 0 the same picture, above 0.6 other people."""
    import numpy as np  # noqa: PLC0415  most processes never compare faces

    one, two = np.frombuffer(a, "<f4"), np.frombuffer(b, "<f4")
    return float(np.linalg.norm(one - two))


def _expect_one_person(faces: Sequence[SeenFace]) -> None:
    for number, face in enumerate(faces[1:], start=2):
        if distance(faces[0].descriptor, face.descriptor) > SAME_PERSON:
            raise EnrolError(f"Photographs 1 and {number} do not show the same person.")
