"""Tables of moderation, a file for each errand."""

from moderation.models.pictures import (
    Figure,
    FigureFace,
    KnownBad,
    LikenessConsent,
    PictureCheck,
)
from moderation.models.screenings import Screening
from moderation.models.utterances import Utterance

__all__ = [
    "Figure",
    "FigureFace",
    "KnownBad",
    "LikenessConsent",
    "PictureCheck",
    "Screening",
    "Utterance",
]
