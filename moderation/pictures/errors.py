"""Why a picture does not go on; each message is fit for the person who sent it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from socialapp.lib.images import PictureError

if TYPE_CHECKING:
    from moderation.pictures.gate import PictureVerdict


class PictureRefusedError(PictureError):
    """A rule refuses the picture, and no copy was kept."""

    def __init__(self, verdict: PictureVerdict) -> None:
        super().__init__(verdict.message)
        self.verdict = verdict

    @property
    def rule(self) -> str:
        """Its number, as in ``moderation.rules``."""
        return self.verdict.rule

    @property
    def real_person(self) -> bool:
        """Whether a consent of the person shown would let it in."""
        found = self.verdict.findings
        return bool(found) and found[0].category == "real_person"


class PictureWaitsError(PictureError):
    """The picture is kept and may not be shown yet."""


class LikenessError(PictureError):
    """The live check did not pass; nothing of it was kept."""


class EnrolError(Exception):
    """A figure or a known file cannot be entered; the message is for the operator."""
