"""What the refusals of scenes are over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moderation.abuse.services import AbuseError
from moderation.screening import problems
from scenes.errors import ConflictError, NotPublishableError, StoryError
from socialapp.lib.api.problems import Problem, refusal

if TYPE_CHECKING:
    from scenes.machine import Finding

__all__ = ["finding_of", "problems"]

_STATUS = {
    "not-remixable": 403, "withheld": 403, "removed": 404, "too-large": 413,
    "too-many": 409, "no-look": 409, "not-on-stage": 409, "unapproved": 409,
}  # fmt: skip
"""By code; the others are 400: it cannot be so."""


def finding_of(finding: Finding) -> dict[str, str]:
    return {
        "severity": finding.severity,
        "code": finding.code,
        "message": finding.message,
        "pointer": finding.pointer,
        "state": finding.state,
    }


@refusal(StoryError)
def _story_refused(error: StoryError) -> Problem:
    return Problem(
        _STATUS.get(error.code, 400),
        error.code.replace("-", "_"),
        error.message,
        field=error.field,
    )


@refusal(ConflictError)
def _conflict(error: ConflictError) -> Problem:
    there: dict[str, Any] = {"rev": error.rev, "document": error.document}
    return Problem(409, "conflict", error.message, extra=there)


@refusal(NotPublishableError)
def _not_publishable(error: NotPublishableError) -> Problem:
    found = [finding_of(one) for one in error.findings]
    return Problem(409, "not_publishable", error.message, extra={"findings": found})


@refusal(AbuseError)
def _too_much(error: AbuseError) -> Problem:
    headers = {"Retry-After": str(error.wait)} if error.wait else {}
    return Problem(429, "too_much", error.message, headers=headers)
