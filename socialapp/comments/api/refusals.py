"""What the refusals of comments are over HTTP."""

from __future__ import annotations

from moderation.abuse.services import AbuseError
from moderation.screening import problems
from socialapp.comments.errors import ChangedError, CommentError
from socialapp.comments.selectors import CursorError
from socialapp.lib.api.problems import Problem, refusal

__all__ = ["problems"]

_STATUS = {
    "adults": 403, "rests": 403, "closed": 403, "followed": 403, "apart": 403,
    "sign-in": 401, "not-yours": 403, "refused": 422, "not-there": 404,
    "parent-gone": 409, "changed": 409, "too-often": 409, "too-many": 409,
}  # fmt: skip
"""By code; the others are 400."""


@refusal(CommentError)
def _refused(error: CommentError) -> Problem:
    return Problem(
        _STATUS.get(error.code, 400),
        error.code.replace("-", "_"),
        error.message,
        field=error.field,
    )


@refusal(ChangedError)
def _changed(error: ChangedError) -> Problem:
    there = {"edits": error.edits, "text": error.text}
    return Problem(409, "changed", error.message, extra=there)


@refusal(CursorError)
def _no_cursor(error: CursorError) -> Problem:
    return Problem(400, "invalid", str(error), field="after")


@refusal(AbuseError)
def _too_much(error: AbuseError) -> Problem:
    headers = {"Retry-After": str(error.wait)} if error.wait else {}
    return Problem(429, "too_much", error.message, headers=headers)
