"""A caption as something that is approved by its hash."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moderation.approvals import selectors as approvals
from moderation.approvals.facets import Facet
from moderation.models import ApprovalState

if TYPE_CHECKING:
    from feed.models import Post
    from moderation.models import Approval

KIND = "post"
FACET = "caption"


def caption_of(caption: str) -> Facet:
    return Facet(FACET, {"caption": caption}, ("caption",) if caption else ())


def facets_of(post: Any) -> list[Facet]:
    """None for a post without a caption, which shows nobody any words."""
    return [caption_of(post.caption)] if post.caption else []


def waiting_of(post: Post) -> Approval | None:
    """The caption that its author wrote and others do not see: it waits, or was refused.
    No query for a post whose words are all approved."""
    if post.approval == ApprovalState.APPROVED:
        return None
    row = approvals.newest(kind=KIND, key=post.key, facet=FACET)
    return row if row is not None and not row.approved else None
