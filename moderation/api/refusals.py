"""What the errors of moderation are over HTTP."""

from __future__ import annotations

from moderation.errors import ModerationError, NotThereError, TooManyReportsError
from socialapp.lib.api.problems import Problem, refusal


@refusal(ModerationError)
def _refused(error: ModerationError) -> Problem:
    return Problem(400, "moderation_refused", str(error))


@refusal(NotThereError)
def _not_there(error: NotThereError) -> Problem:
    return Problem(404, "not_found", str(error))


@refusal(TooManyReportsError)
def _too_many(error: TooManyReportsError) -> Problem:
    return Problem(429, "too_many_reports", str(error), headers={"Retry-After": "3600"})
