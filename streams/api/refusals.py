"""What the refusals of streams are over HTTP."""

from __future__ import annotations

from moderation.abuse.services import AbuseError
from moderation.screening import problems
from socialapp.lib.api.problems import Problem, refusal
from streams.errors import StreamError

__all__ = ["problems"]

_STATUS = {
    "signed-out": 401, "rests": 403, "adults": 403, "closed": 403, "quota": 429,
    "full": 503, "no-consent": 403, "no-such-range": 400, "no-words": 400,
}  # fmt: skip
"""By code; the others are 409: not as things stand."""


@refusal(StreamError)
def _stream_refused(error: StreamError) -> Problem:
    usual = 400 if error.code in {"stream-refused", "text-odd"} else 409
    status = _STATUS.get(error.code, usual)
    headers = {"Retry-After": "60"} if status == 503 else {}
    return Problem(status, error.code.replace("-", "_"), error.message, headers=headers)


@refusal(AbuseError)
def _too_much(error: AbuseError) -> Problem:
    headers = {"Retry-After": str(error.wait)} if error.wait else {}
    return Problem(429, "too_much", error.message, headers=headers)
