"""The only writers of cases, decisions and appeals; each is one transaction."""

from moderation.services.appeals import (
    answer_appeal,
    appeal_decision,
    ask_appellant,
    decide_appeal,
    withdraw_appeal,
)
from moderation.services.claims import claim_case, release_case, release_expired
from moderation.services.decisions import (
    Batch,
    decide_batch,
    decide_case,
    decide_together,
    undo_batch,
    undo_decision,
)
from moderation.services.desk import add_note, note_exposure
from moderation.services.reports import (
    hold_case,
    is_trusted_flagger,
    open_case,
    open_ncii_case,
    report_subject,
    rescore,
)

__all__ = [
    "Batch",
    "add_note",
    "answer_appeal",
    "appeal_decision",
    "ask_appellant",
    "claim_case",
    "decide_appeal",
    "decide_batch",
    "decide_case",
    "decide_together",
    "hold_case",
    "is_trusted_flagger",
    "note_exposure",
    "open_case",
    "open_ncii_case",
    "release_case",
    "release_expired",
    "report_subject",
    "rescore",
    "undo_batch",
    "undo_decision",
    "withdraw_appeal",
]
