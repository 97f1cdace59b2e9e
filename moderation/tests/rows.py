"""Moderators and decided cases that tests of pages begin with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group

from moderation.models import Measure, Statement
from moderation.services.decisions import decide_case
from moderation.services.reports import report_subject

if TYPE_CHECKING:
    from feed.models import Post
    from socialapp.accounts.models import User

FACTS = "The character says “I know where you live” to a named account."


def moderator(handle: str, role: str = "Senior moderators") -> User:
    user = get_user_model().objects.create_user(
        username=handle, email=f"{handle}@example.com", password="x", is_staff=True
    )
    user.groups.add(Group.objects.get(name=role))
    return user


def decided(
    post: Post,
    reporter: User,
    judge: User,
    *,
    measure: str = Measure.HIDE,
    label: str = "",
) -> Statement:
    """The post was reported and a moderator limited it: the statement of reasons."""
    report = report_subject(
        kind="post", key=post.key, reporter=reporter, category="harassment"
    )
    decision = decide_case(
        case=report.case,
        moderator=judge,
        measure=measure,
        rule="4.2",
        reason=FACTS,
        label=label,
    )
    return Statement.objects.get(decision=decision)
