"""Tables of moderation, a file for each errand."""

from moderation.models.approvals import Approval, ApprovalQuerySet, ApprovalState
from moderation.models.cases import Case, CaseQuerySet, Hold, Note, Report
from moderation.models.decisions import (
    RESTRICTING,
    Appeal,
    AppealMessage,
    Decision,
    Measure,
    Statement,
)
from moderation.models.exposure import Exposure
from moderation.models.log import LogEntry, LogHead, SealedError
from moderation.models.pictures import (
    Blocked,
    Figure,
    FigureFace,
    KnownBad,
    LikenessConsent,
    PictureCheck,
)
from moderation.models.screenings import Screening
from moderation.models.standing import Standing
from moderation.models.utterances import Utterance

__all__ = [
    "RESTRICTING",
    "Appeal",
    "AppealMessage",
    "Approval",
    "ApprovalQuerySet",
    "ApprovalState",
    "Blocked",
    "Case",
    "CaseQuerySet",
    "Decision",
    "Exposure",
    "Figure",
    "FigureFace",
    "Hold",
    "KnownBad",
    "LikenessConsent",
    "LogEntry",
    "LogHead",
    "Measure",
    "Note",
    "PictureCheck",
    "Report",
    "Screening",
    "SealedError",
    "Standing",
    "Statement",
    "Utterance",
]
