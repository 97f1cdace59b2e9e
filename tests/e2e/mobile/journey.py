"""A phone app's day, through the client that is generated from the schema, and nothing
else: `python journey.py http://127.0.0.1:8000`. It prints what it did.

Not a test by itself and not checked with the rest: the client that it imports is made
first (``make client``), and then `mypy` reads both.
"""

from __future__ import annotations

import datetime as dt
import secrets
import sys
from typing import TypeVar
from urllib.parse import parse_qs, urlsplit

from troupe_client import AuthenticatedClient, Client
from troupe_client.api.accounts import auth_sign_up_create, auth_token_create
from troupe_client.api.clips import clips_cancel_create, clips_retrieve
from troupe_client.api.comments import (
    comments_history_list,
    comments_like_update,
    comments_partial_update,
    posts_comments_create,
    posts_comments_list,
)
from troupe_client.api.feed import feed_less_update, feed_list
from troupe_client.api.feeds import feeds_create, feeds_posts_list
from troupe_client.api.me import me_retrieve, me_stats_retrieve
from troupe_client.api.moderation import reports_create
from troupe_client.api.notices import (
    me_notice_settings_partial_update,
    me_notice_settings_retrieve,
    notices_list,
)
from troupe_client.api.people import people_block_update, people_follow_update
from troupe_client.api.posts import posts_like_update, posts_retrieve
from troupe_client.api.remixes import posts_remix_create, posts_remix_retrieve
from troupe_client.api.saves import posts_save_update, saved_list
from troupe_client.api.search import search_list
from troupe_client.models import (
    AllowedRead,
    CategoryEnum,
    ClipRead,
    CommentRead,
    CommentWriteRequest,
    CustomFeedRead,
    CustomFeedWriteRequest,
    DigestEnum,
    FeedListOrder,
    FollowStateRead,
    KeptRead,
    LikeRead,
    MeRead,
    NewTokenRead,
    NoticeSettingsRead,
    NumbersRead,
    PatchedCommentChangeRequest,
    PatchedNoticeSettingsWriteRequest,
    PostPageRead,
    PostRead,
    Problem,
    RemixKind,
    RemixMadeRead,
    RemixWriteRequest,
    ReportRead,
    ReportWriteRequest,
    ResultsRead,
    RulesShapeRequest,
    SaveRead,
    SearchListKind,
    SignInWriteRequest,
    SignUpWriteRequest,
    TalkRead,
)
from troupe_client.types import UNSET, Unset

T = TypeVar("T")
HOUSE = "troupe"
"""Who owns the starter cast, which everybody may borrow."""

PASSWORD = "four plain words work"


def good(kind: type[T], answer: object) -> T:
    assert isinstance(answer, kind), answer
    return answer


def refused(answer: object, status: int, code: str) -> Problem:
    assert isinstance(answer, Problem), answer
    assert (answer.status, answer.type_) == (status, f"urn:troupe:{code}"), answer
    return answer


def join(url: str, name: str) -> AuthenticatedClient:
    """A new account, and a token for this device."""
    stranger = AuthenticatedClient(base_url=url, token="none")
    email = f"{name}@example.org"
    body = SignUpWriteRequest(
        email=email, username=name, password=PASSWORD, birth_date=dt.date(1990, 4, 9)
    )
    good(NewTokenRead, auth_sign_up_create.sync(client=stranger, body=body))
    wrong = SignInWriteRequest(email=email, password="guess")
    refused(
        auth_token_create.sync(client=stranger, body=wrong), 400, "wrong-credentials"
    )
    right = SignInWriteRequest(email=email, password=PASSWORD, name="Phone")
    token = good(NewTokenRead, auth_token_create.sync(client=stranger, body=right))
    return AuthenticatedClient(base_url=url, token=token.key, prefix="Bearer")


def after_of(page: PostPageRead) -> str | Unset:
    """The cursor, out of the address of the next page."""
    if not page.next_:
        return UNSET
    return parse_qs(urlsplit(page.next_).query)["after"][0]


def all_of_the_feed(app: AuthenticatedClient, order: FeedListOrder) -> list[PostRead]:
    found: list[PostRead] = []
    after: str | Unset = UNSET
    while True:
        page = good(
            PostPageRead,
            feed_list.sync(client=app, order=order, limit=3, after=after),
        )
        found += page.results
        after = after_of(page)
        if isinstance(after, Unset):
            return found


def watch(app: AuthenticatedClient) -> PostRead:
    """Every order gives the same posts, each once; what did not change is not sent."""
    newest = all_of_the_feed(app, FeedListOrder.NEWEST)
    keys = [post.key for post in newest]
    assert len(keys) == len(set(keys)) >= 5, keys
    for order in (FeedListOrder.RANKED, FeedListOrder.TRENDING):
        assert {post.key for post in all_of_the_feed(app, order)} == set(keys), order
    assert all(post.ai_generated for post in newest)
    raw = app.get_httpx_client()
    first = raw.get(f"/api/v1/posts/{keys[0]}/")
    again = raw.get(
        f"/api/v1/posts/{keys[0]}/", headers={"If-None-Match": first.headers["ETag"]}
    )
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
    odd = feed_list.sync(client=app, order=FeedListOrder.RANKED, after="nonsense")
    assert isinstance(odd, Problem), odd
    assert odd.status == 400, odd
    print(f"watched {len(keys)} posts in three orders; 304 for what is known")
    return next(post for post in newest if post.author.username == HOUSE)


def take_part(
    ada: AuthenticatedClient, ben: AuthenticatedClient, post: PostRead
) -> None:
    for _ in range(2):
        like = good(LikeRead, posts_like_update.sync(post.key, client=ada))
    assert (like.liked, like.likes) == (True, post.likes + 1), like
    assert good(SaveRead, posts_save_update.sync(post.key, client=ada)).saved
    assert good(KeptRead, saved_list.sync(client=ada)).count == 1
    handle = post.author.username
    follow = people_follow_update.sync(handle, client=ada)
    assert good(FollowStateRead, follow).following
    followed = all_of_the_feed(ada, FeedListOrder.FOLLOWING)
    assert post.key in {one.key for one in followed}
    assert {one.author.username for one in followed} == {handle}

    said = CommentWriteRequest(text="The lamp made me laugh.")
    made = posts_comments_create.sync(post.key, client=ada, body=said)
    comment = good(CommentRead, made)
    answer = CommentWriteRequest(text="Me too, twice.", reply_to=comment.key)
    good(CommentRead, posts_comments_create.sync(post.key, client=ben, body=answer))
    liked = comments_like_update.sync(comment.key, client=ben)
    assert not isinstance(liked, Problem), liked
    better = PatchedCommentChangeRequest(text="The lamp made me laugh out loud.")
    edit = comments_partial_update.sync(comment.key, client=ada, body=better)
    assert good(CommentRead, edit).edits == 1
    history = comments_history_list.sync(comment.key, client=ben)
    assert isinstance(history, list), history
    assert [one.text for one in history][-1:] == ["The lamp made me laugh."], history
    talk = good(TalkRead, posts_comments_list.sync(post.key, client=ben))
    assert comment.key in {one.key for one in talk.results}
    seen = good(PostRead, posts_retrieve.sync(post.key, client=ben))
    assert (seen.likes, seen.comments) == (post.likes + 1, post.comments + 2), seen
    news = notices_list.sync(client=ada)
    assert news is not None
    assert not isinstance(news, Problem), news
    assert any("answered you" in one.lead for one in news.results), news.results
    print("liked, saved, followed, commented, edited; told of the answer")


def find(app: AuthenticatedClient, post: PostRead) -> None:
    handle = post.character.name.split()[0]
    found = search_list.sync(client=app, q=handle, kind=SearchListKind.CHARACTER)
    results = good(ResultsRead, found).results
    names = [one.character.name for one in results if one.character]
    assert post.character.name in names, names
    body = CustomFeedWriteRequest(
        name="Short ones", rules=RulesShapeRequest(longest=60.0)
    )
    feed = good(CustomFeedRead, feeds_create.sync(client=app, body=body))
    page = good(PostPageRead, feeds_posts_list.sync(feed.key, client=app))
    assert post.key in {one.key for one in page.results}
    print("found the character by name; built a feed and read it")


def remix(app: AuthenticatedClient, post: PostRead) -> None:
    """Ten times the same order is one clip; cancelled, its ticket is back."""
    before = good(MeRead, me_retrieve.sync(client=app)).quota.left
    allowed = good(AllowedRead, posts_remix_retrieve.sync(post.key, client=app))
    states = {str(one.kind): str(one.state) for one in allowed.kinds}
    assert states["rewrite"] == "on", states
    body = RemixWriteRequest(
        kind=RemixKind.REWRITE, script="A remix, by telephone.", publish=False
    )
    key = secrets.token_hex(8)
    made = {
        good(
            RemixMadeRead,
            posts_remix_create.sync(
                post.key, client=app, body=body, idempotency_key=key
            ),
        ).clip
        for _ in range(10)
    }
    assert len(made) == 1, made
    clip = made.pop()
    assert clip is not None
    left = good(MeRead, me_retrieve.sync(client=app)).quota.left
    assert left == before - 1, (before, left)
    told = good(ClipRead, clips_retrieve.sync(clip, client=app))
    assert told.remix is not None, told
    clips_cancel_create.sync(clip, client=app)
    print("remixed once in ten tries; cancelled")


def set_up(app: AuthenticatedClient) -> None:
    change = PatchedNoticeSettingsWriteRequest(digest=DigestEnum.NEVER)
    me_notice_settings_partial_update.sync(client=app, body=change)
    now = good(NoticeSettingsRead, me_notice_settings_retrieve.sync(client=app))
    assert now.digest == DigestEnum.NEVER, now
    good(NumbersRead, me_stats_retrieve.sync(client=app))
    archive = app.get_httpx_client().post(
        "/api/v1/me/export/", json={"password": PASSWORD}
    )
    assert archive.status_code == 200
    assert archive.content[:2] == b"PK"
    print("no digest; took the archive along")


def keep_apart(
    ada: AuthenticatedClient, ben: AuthenticatedClient, name: str, post: PostRead
) -> None:
    body = ReportWriteRequest(kind="post", key=post.key, category=CategoryEnum.SPAM)
    good(ReportRead, reports_create.sync(client=ben, body=body))
    less = feed_less_update.sync(post.key, client=ben)
    assert not isinstance(less, Problem), less
    newest = all_of_the_feed(ben, FeedListOrder.NEWEST)
    assert post.key not in {one.key for one in newest}
    people_block_update.sync(name, client=ben)
    talk = good(TalkRead, posts_comments_list.sync(post.key, client=ben))
    mine = {one.author.username for one in talk.results if one.author}
    assert name not in mine, mine
    print("reported, wanted less, blocked: gone from feed and thread")


def main(url: str) -> None:
    nobody = Client(base_url=url)
    assert nobody.get_httpx_client().get("/api/v1/schema/").status_code == 200
    stamp = secrets.token_hex(3)
    name = f"ada{stamp}"
    ada, ben = join(url, name), join(url, f"ben{stamp}")
    post = watch(ada)
    take_part(ada, ben, post)
    find(ada, post)
    remix(ada, post)
    set_up(ada)
    keep_apart(ada, ben, name, post)
    print("done")


if __name__ == "__main__":
    main(sys.argv[1])
