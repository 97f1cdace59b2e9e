"""Approving what things say, and looking again at what could not be judged.

``ask`` is the one call for every kind of thing. Where the row of the thing is written in
the same breath, ``judge`` goes before the transaction, so that the log keeps what is
refused, and ``keep`` inside it.
"""

from moderation.approvals.services.again import check_again, recheck
from moderation.approvals.services.asking import (
    KIND,
    Ruling,
    apply_case,
    ask,
    ask_late,
    decide,
    doubt,
    forget_content,
    forget_owner,
    judge,
    keep,
    keep_content,
    reopen,
    waiting,
)

__all__ = [
    "KIND",
    "Ruling",
    "apply_case",
    "ask",
    "ask_late",
    "check_again",
    "decide",
    "doubt",
    "forget_content",
    "forget_owner",
    "judge",
    "keep",
    "keep_content",
    "recheck",
    "reopen",
    "waiting",
]
