"""What refusals of screening are over HTTP."""

from __future__ import annotations

from moderation.screening.judge import ScreeningUnavailableError
from moderation.screening.normalise import TooLongError
from moderation.screening.refusals import TextRefusedError
from socialapp.lib.api.problems import Problem, refusal


@refusal(TextRefusedError)
def text_refused(error: TextRefusedError) -> Problem:
    """With the rules and the places of the words, so that a program can mark them."""
    code = "care" if error.crisis else "text_refused"
    return Problem(
        422,
        code,
        error.message,
        field=error.field,
        extra={"screening": error.details},
    )


@refusal(ScreeningUnavailableError)
def unavailable(error: ScreeningUnavailableError) -> Problem:
    return Problem(
        503, "screening_unavailable", error.message, headers={"Retry-After": "120"}
    )


@refusal(TooLongError)
def too_long(error: TooLongError) -> Problem:
    return Problem(400, "too_long", str(error))
