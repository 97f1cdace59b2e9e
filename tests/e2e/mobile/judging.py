"""J6.8: a post is reported, a moderator hides it, its author appeals; all by API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from common import World, good, refused
from troupe_client.api.moderation import (
    decisions_appeal_create,
    decisions_list,
    decisions_retrieve,
    reports_create,
    reports_list,
)
from troupe_client.api.posts import posts_create, posts_retrieve
from troupe_client.models import (
    AppealWriteRequest,
    CategoryEnum,
    DecisionRead,
    PaginatedDecisionReadList,
    PaginatedReportReadList,
    PostRead,
    PostWriteRequest,
    ReportRead,
    ReportWriteRequest,
)

if TYPE_CHECKING:
    from troupe_client import AuthenticatedClient


def appeal(
    ada: AuthenticatedClient, ben: AuthenticatedClient, world: World, clip: str
) -> None:
    body = PostWriteRequest(clip=clip, caption="Good morning #phone")
    post = good(PostRead, posts_create.sync(client=ada, body=body))
    spam = ReportWriteRequest(kind="post", key=post.key, category=CategoryEnum.SPAM)
    good(ReportRead, reports_create.sync(client=ben, body=spam))
    world.moderator_hides(post.key)
    refused(posts_retrieve.sync(post.key, client=ben), 404, "not-found")
    reports = good(PaginatedReportReadList, reports_list.sync(client=ben))
    assert len(reports.results) == 1, reports

    mine = good(PaginatedDecisionReadList, decisions_list.sync(client=ada))
    (decision,) = mine.results
    assert decision.may_appeal, decision
    words = AppealWriteRequest(text="It says good morning and nothing else.")
    answer = decisions_appeal_create.sync(decision.puid, client=ada, body=words)
    assert good(DecisionRead, answer).appeal
    told = good(DecisionRead, decisions_retrieve.sync(decision.puid, client=ada))
    assert told.appeal, told
    assert str(told.appeal.state) == "open", told
    assert not told.may_appeal, told
    theirs = decisions_retrieve.sync(decision.puid, client=ben)
    refused(theirs, 404, "not-found")
    print("reported, hidden by a moderator, appealed")
