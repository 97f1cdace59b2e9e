"""What a viewer gets to see, in which order, and why."""

from feed.selectors.cast import appearances_page, cast_of, character_met
from feed.selectors.custom import (
    facts_of,
    feed_for,
    feeds_around,
    feeds_of,
    feeds_read,
    text_of,
    unmuted,
)
from feed.selectors.embeds import embeddable_post, is_known, may_embed
from feed.selectors.following import following_page
from feed.selectors.numbers import numbers_of, numbers_of_post
from feed.selectors.outcomes import outcomes
from feed.selectors.pages import (
    MAX_PAGE,
    Credit,
    FeedPage,
    credit_of,
    custom_page,
    custom_trending,
    feed_page,
    newest_after,
    post_for,
    posts_of,
)
from feed.selectors.ranked import (
    MOST,
    Ordered,
    Reason,
    list_of,
    placed,
    ranked,
    reasons_for,
    trending,
    weights_now,
)
from feed.selectors.shown import posts_in
from feed.selectors.standing import Standing, standing_of
from feed.selectors.tastes import is_following, taste_of

__all__ = [
    "MAX_PAGE",
    "MOST",
    "Credit",
    "FeedPage",
    "Ordered",
    "Reason",
    "Standing",
    "appearances_page",
    "cast_of",
    "character_met",
    "credit_of",
    "custom_page",
    "custom_trending",
    "embeddable_post",
    "facts_of",
    "feed_for",
    "feed_page",
    "feeds_around",
    "feeds_of",
    "feeds_read",
    "following_page",
    "is_following",
    "is_known",
    "list_of",
    "may_embed",
    "newest_after",
    "numbers_of",
    "numbers_of_post",
    "outcomes",
    "placed",
    "post_for",
    "posts_in",
    "posts_of",
    "ranked",
    "reasons_for",
    "standing_of",
    "taste_of",
    "text_of",
    "trending",
    "unmuted",
    "weights_now",
]
