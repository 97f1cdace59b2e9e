"""What a viewer gets to see, in which order, and why."""

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
    following_page,
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
from feed.selectors.tastes import is_following, taste_of

__all__ = [
    "HEAVY",
    "MAX_PAGE",
    "Credit",
    "FeedPage",
    "Ordered",
    "Reason",
    "character_met",
    "credit_of",
    "cursor_of",
    "feed_page",
    "following_page",
    "is_following",
    "list_of",
    "outcomes",
    "placed",
    "post_for",
    "posts_in",
    "posts_of",
    "ranked",
    "reasons_for",
    "taste_of",
    "trending",
    "weights_now",
]
