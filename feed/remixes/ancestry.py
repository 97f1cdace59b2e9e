"""Up a chain of remixes, however long, in one query."""

from __future__ import annotations

from django.db import connection

_UP = """
with recursive up(id, before_id, steps) as (
  select id, before_id, 0 from feed_remix where child_id = %s
  union all
  select r.id, r.before_id, up.steps + 1 from feed_remix r join up on r.id = up.before_id
)
select id from up order by steps
"""


def rows_above(post: int) -> list[int]:
    """Ids of the rows of `Remix` from this post's own up to the first; none for a post
    that was made of nothing. A row's `before` is older than the row, so it ends."""
    with connection.cursor() as cursor:
        cursor.execute(_UP, [post])
        return [row[0] for row in cursor.fetchall()]
