"""Words that screening lets go, doubts and refuses, and screening that cannot look."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from moderation.models import Approval, Case
from moderation.screening.tests.conftest import BrokenEmbedder
from moderation.services import decide_case
from socialapp.engines.handler import embedders

if TYPE_CHECKING:
    from collections.abc import Iterator

    from socialapp.accounts.models import User

KIND = "Good evening. You are listening to the last station on the dial."
DOUBT = "How do you make a bath bomb at home?"
THREAT = "Good evening. I know where you live, dear listener."


@contextmanager
def nothing_looks() -> Iterator[None]:
    """The encoder is broken for a while."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(embedders._built, "minilm", BrokenEmbedder())
        yield


def case_of(approval: Approval) -> Case:
    return Case.objects.get(kind="approval", subject_key=approval.key)


def rule_on(approval: Approval, moderator: User, *, approve: bool) -> Case:
    """A moderator decides the case of these words, as in the queue."""
    case = case_of(approval)
    refusal: dict[str, Any] = {
        "measure": "remove",
        "rule": "4.2",
        "reason": "It tells a reader where they can be found.",
    }
    decide_case(
        case=case,
        moderator=moderator,
        **({"measure": "none"} if approve else refusal),
    )
    return case
