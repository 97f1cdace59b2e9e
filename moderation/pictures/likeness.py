"""Is it you? A short live check by a camera, of which nothing is kept.

Three pictures from the camera: straight ahead, then turned to the two sides in an order
that was drawn for this try. The faces must be that of the portrait. Somebody who feeds
the browser pictures of their own making can pass; what it stops is the photograph of
somebody else that lies at hand.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from moderation.pictures.errors import LikenessError
from moderation.pictures.figures import distance
from socialapp.engines.errors import EngineError
from socialapp.engines.handler import detectors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from socialapp.engines.protocols import SeenFace, Sighting

DECLARATION = (
    "This is a picture of me. I want my face to speak here, and I can take it back at"
    " any time: then the portrait and every clip made with it disappear."
)

SIDES = ("left", "right")
SECONDS_TO_DO_IT = 180.0

STRAIGHT = 0.16
"""Largest yaw of a face that looks ahead; see ``SeenFace.yaw``."""

TURN = 0.13
"""Least change of yaw that counts as a turn: about 20 degrees, for a nose that stands
out by 0.35 eye distances."""

NEAR = 0.5
"""Distance up to which the face ahead is that of the portrait."""

NEAR_TURNED = 0.6
"""And a turned one, which the network knows less well."""

SAME_FILE = 0.03
"""Two photographs of one person are 0.2 apart and more: this one did not come from a
camera."""

LEAST_SCORE = 0.3

AGAIN = "Nothing of it was kept, and you can try again at once."


@dataclass(frozen=True, slots=True)
class Challenge:
    """What was asked for, kept in the session."""

    turns: tuple[str, ...]
    """``left`` and ``right`` as the person has them."""

    made: float
    """Seconds since 1970."""

    def to_json(self) -> dict[str, Any]:
        return {"turns": list(self.turns), "made": self.made}

    @classmethod
    def from_json(cls, data: Any) -> Challenge | None:
        """None for what is not one."""
        try:
            turns, made = tuple(str(one) for one in data["turns"]), float(data["made"])
        except (KeyError, TypeError, ValueError):
            return None
        return cls(turns, made) if sorted(turns) == sorted(SIDES) else None


def new_challenge(*, now: float) -> Challenge:
    first = secrets.choice(SIDES)
    return Challenge((first, SIDES[1 - SIDES.index(first)]), now)


def check_capture(
    *,
    portrait: bytes,
    ahead: bytes,
    turned: Sequence[bytes],
    challenge: Challenge,
    now: float,
) -> None:
    """LikenessError says what to do better; pictures are cleaned already."""
    if now - challenge.made > SECONDS_TO_DO_IT:
        raise LikenessError(f"That took longer than three minutes. {AGAIN}")
    if len(turned) != len(challenge.turns):
        raise LikenessError(f"A picture from the camera is missing. {AGAIN}")
    if reason := detectors["faces"].available():
        raise LikenessError(f"The live check cannot run just now ({reason}). {AGAIN}")
    try:
        seen = detectors["faces"].look([portrait, ahead, *turned])
    except EngineError:
        raise LikenessError(
            f"The live check could not look just now. {AGAIN}"
        ) from None
    own = _only_face(seen[0], "your picture")
    front = _only_face(seen[1], "the first camera picture")
    _expect_same(own, front, NEAR)
    if distance(own.descriptor, front.descriptor) < SAME_FILE:
        raise LikenessError(f"The camera must see you, not your picture. {AGAIN}")
    if abs(front.yaw) > STRAIGHT:
        raise LikenessError(f"Look straight ahead in the first picture. {AGAIN}")
    for side, one in zip(challenge.turns, seen[2:], strict=True):
        face = _only_face(one, f"the picture turned to the {side}")
        _expect_same(own, face, NEAR_TURNED)
        # Your left is the right of a picture that is not mirrored.
        moved = (face.yaw - front.yaw) * (1 if side == "left" else -1)
        if moved < TURN:
            raise LikenessError(
                f"Turn your head a little further to your {side}. {AGAIN}"
            )


def _only_face(seen: Sighting, where: str) -> SeenFace:
    faces = [face for face in seen.faces if face.score >= LEAST_SCORE]
    if not faces:
        raise LikenessError(
            f"We see no face in {where}. More light from the front helps. {AGAIN}"
        )
    if len(faces) > 1:
        raise LikenessError(f"We see more than one face in {where}. {AGAIN}")
    return faces[0]


def _expect_same(own: SeenFace, other: SeenFace, near: float) -> None:
    if distance(own.descriptor, other.descriptor) > near:
        raise LikenessError(
            "The face before the camera does not look like the one in your picture."
            f" Use a newer picture, or more light. {AGAIN}"
        )
