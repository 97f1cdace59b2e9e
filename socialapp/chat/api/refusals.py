"""What refusals of conversations are over HTTP."""

from __future__ import annotations

from moderation.abuse.services import AbuseError
from socialapp.chat.errors import ChatClosedError, ChatError, NotNowError, NotYoursError
from socialapp.lib.api.problems import Problem, refusal


@refusal(ChatError)
def _chat_refused(error: ChatError) -> Problem:
    return Problem(400, "chat_refused", error.message)


@refusal(ChatClosedError)
def _chat_closed(error: ChatClosedError) -> Problem:
    return Problem(403, "chat_closed", error.message)


@refusal(NotYoursError)
def _not_yours(error: NotYoursError) -> Problem:
    return Problem(403, "not_yours", error.message)


@refusal(NotNowError)
def _not_now(error: NotNowError) -> Problem:
    return Problem(409, "not_now", error.message, headers={"Retry-After": "5"})


@refusal(AbuseError)
def _counted(error: AbuseError) -> Problem:
    headers = {"Retry-After": str(error.wait)} if error.wait else {}
    return Problem(429, "too_much", error.message, headers=headers)
