"""What a viewer gets to see, in which order, and why."""

from feed.selectors.embeds import embeddable_post, is_known, may_embed
from feed.selectors.outcomes import outcomes
from feed.selectors.pages import (
    HEAVY,
    MAX_PAGE,
    Credit,
    FeedPage,
    character_met,
    credit_of,
    cursor_of,
    feed_page,
    post_for,
    posts_in,
    posts_of,
)
from feed.selectors.ranked import (
    Ordered,
    Reason,
    list_of,
    placed,
    ranked,
    reasons_for,
    trending,
    weights_now,
)
from feed.selectors.standing import Standing, standing_of
from feed.selectors.tastes import is_following, taste_of

__all__ = [
    "HEAVY",
    "MAX_PAGE",
    "Credit",
    "FeedPage",
    "Ordered",
    "Reason",
    "Standing",
    "character_met",
    "credit_of",
    "cursor_of",
    "embeddable_post",
    "feed_page",
    "is_following",
    "is_known",
    "list_of",
    "may_embed",
    "outcomes",
    "placed",
    "post_for",
    "posts_in",
    "posts_of",
    "ranked",
    "reasons_for",
    "standing_of",
    "taste_of",
    "trending",
    "weights_now",
]
