"""Comments under posts: who reads them, what is counted, and how they are told."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from feed.models import Follow, Post, PostStat
from feed.services import posts, talk
from feed.tests.rows import post_by
from feed.tests.test_counters import at_once, people
from moderation.models import Utterance
from socialapp.accounts.leaving import ask_to_leave
from socialapp.accounts.models import Block, User
from socialapp.comments import selectors
from socialapp.comments import services as comments
from socialapp.comments.errors import CommentError
from socialapp.comments.models import Comment, CommentLike, FilterWord, Thread

if TYPE_CHECKING:
    from conftest import ClientOf

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def post(alice: User) -> Post:
    return post_by(alice)


@pytest.fixture
def teen(db: None) -> User:
    return User.objects.create_user(
        username="tim",
        email="tim@example.com",
        password=None,
        birth_date=timezone.now().date() - dt.timedelta(days=15 * 366),
    )


def say(post: Post, author: User, text: str, parent: Comment | None = None) -> Comment:
    made = talk.write_comment(post=post, author=author, text=text, parent=parent)
    Utterance.objects.filter(person=author).delete()
    return made


def stat(post: Post) -> int:
    return PostStat.objects.get(post=post).comments


def url(post: Post) -> str:
    return f"/p/{post.key}/comments/"


# Threads of posts -----------------------------------------------------------------


def test_the_first_comment_opens_the_thread_and_both_counters_are_the_number_of_rows(
    post: Post, bob: User
) -> None:
    assert post.thread is None
    first = say(post, bob, "A fine storm")
    say(post, bob, "And a lamp", parent=first)
    thread = Thread.objects.get()
    assert (thread.owner_id, thread.post) == (post.author_id, post)
    assert thread.count == stat(post) == Comment.objects.counted().count() == 2
    comments.remove_comment(comment=first, person=bob)
    assert stat(post) == Thread.objects.get().count == 1


def test_two_who_write_first_share_one_thread(post: Post, bob: User) -> None:
    one, other = Post.objects.get(pk=post.pk), Post.objects.get(pk=post.pk)
    assert talk.open_thread(post=one) == talk.open_thread(post=other)


def test_a_thread_goes_with_its_post(post: Post, bob: User) -> None:
    say(post, bob, "A fine storm")
    assert talk.sweep() == {"threads": 0}
    Post.objects.filter(pk=post.pk).delete()
    assert talk.sweep() == {"threads": 1}
    assert not Comment.objects.exists()


@pytest.mark.parametrize(
    "state", ["private", "taken back", "hidden", "leaving", "adults only"]
)
def test_comments_are_read_by_those_who_may_open_the_post(
    post: Post, bob: User, mallory: User, client_of: ClientOf, state: str
) -> None:
    comment = say(post, bob, "A quillfish was here")
    addresses = [
        url(post),
        f"/api/v1/posts/{post.key}/comments/",
        f"/api/v1/comments/{comment.key}/",
        f"/api/v1/comments/{comment.key}/replies/",
        f"/comments/{comment.key}/",
        f"/comments/{comment.key}/history/",
        f"/comments/{comment.key}/replies/",
    ]
    stranger = Client()
    assert b"quillfish" in stranger.get(url(post)).content
    if state == "private":
        posts.edit_post(post=post, visibility="private")
    elif state == "taken back":
        posts.remove_post(post=post)
    elif state == "hidden":
        posts.set_withheld(post=post, level="hidden")
    elif state == "leaving":
        ask_to_leave(user=post.author)
    else:
        Post.objects.update(adults_only=True)
    for address in addresses:
        assert stranger.get(address).status_code == 404, address
    if state != "adults only":
        assert client_of(mallory).get(url(post)).status_code == 404
        with pytest.raises(CommentError, match="not on show"):
            say(Post.objects.get(pk=post.pk), mallory, "Still here?")


def test_whoever_is_blocked_reads_and_writes_nothing(
    post: Post, alice: User, bob: User, client_of: ClientOf
) -> None:
    say(post, alice, "Welcome")
    Block.objects.create(person=alice, whom=bob)
    assert client_of(bob).get(url(post)).status_code == 404
    with pytest.raises(CommentError, match="blocked"):
        say(post, bob, "Why?")


def test_people_under_18_neither_read_nor_write(
    post: Post, bob: User, teen: User, client_of: ClientOf
) -> None:
    comment = say(post, bob, "A quillfish was here")
    page = client_of(teen).get(post.get_absolute_url()).content
    assert b"quillfish" not in page
    assert b"Comments are for adults" in page
    assert client_of(teen).get(f"/api/v1/comments/{comment.key}/").status_code == 404
    with pytest.raises(CommentError, match="adults"):
        say(post, teen, "Hello")


def test_nobody_comments_what_somebody_under_18_made(teen: User, bob: User) -> None:
    with pytest.raises(CommentError, match="younger"):
        say(post_by(teen), bob, "Hello")


def test_a_thread_is_open_to_whom_its_owner_chose(
    post: Post, alice: User, bob: User, mallory: User
) -> None:
    talk.change_talk(post=post, owner=alice, who="followed")
    Follow.objects.create(person=alice, creator=bob)
    say(post, bob, "She follows me")
    with pytest.raises(CommentError, match="follows"):
        say(post, mallory, "She does not")
    talk.change_talk(post=post, owner=alice, who="nobody")
    with pytest.raises(CommentError, match="closed"):
        say(post, bob, "Still me")
    say(post, alice, "I always may")
    with pytest.raises(CommentError, match="not yours"):
        talk.change_talk(post=post, owner=mallory, who="everyone")


# Under many hands -----------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_counters_are_the_number_of_rows_whoever_writes_and_removes_at_once(
    alice: User,
) -> None:
    post = post_by(alice)
    guests = people(4)
    root = say(post, alice, "Come in")
    mine = [say(post, one, "Here", parent=root) for one in guests]
    fresh = [Post.objects.get(pk=post.pk) for _ in guests]
    errors = at_once(
        [
            partial(talk.write_comment, post=one, author=who, text="More", parent=root)
            for one, who in zip(fresh, guests, strict=True)
        ]
        + [
            partial(comments.remove_comment, comment=one, person=who)
            for one, who in zip(mine, guests, strict=True)
        ]
        + [partial(comments.set_withheld, comment=mine[0], level="hidden")]
    )
    assert errors == []
    counted = Comment.objects.counted().count()
    assert stat(post) == Thread.objects.get().count == counted == 5
    assert Comment.objects.get(pk=root.pk).replies == 4


@pytest.mark.django_db(transaction=True)
def test_a_storm_of_likes_leaves_a_true_count(alice: User) -> None:
    post = post_by(alice)
    comment = say(post, alice, "A fine storm")
    guests = people(4)
    errors = at_once(
        [
            partial(change, comment=comment, person=who)
            for who in guests
            for change in (comments.like_comment, comments.unlike_comment)
        ]
        + [partial(comments.like_comment, comment=comment, person=guests[0])] * 3
    )
    assert errors == []
    comment.refresh_from_db()
    assert comment.likes == CommentLike.objects.count()


@pytest.mark.django_db(transaction=True)
def test_of_two_edits_at_once_the_slower_one_is_told(alice: User) -> None:
    post = post_by(alice)
    comment = say(post, alice, "First words")
    errors = at_once(
        [
            partial(
                comments.edit_comment,
                comment=comment,
                person=alice,
                text=f"Words of hand {n}",
                edits=0,
            )
            for n in range(2)
        ]
    )
    (error,) = errors
    assert "changed elsewhere" in str(error)
    comment.refresh_from_db()
    assert (comment.edits, comment.history.count()) == (1, 1)
    assert comment.history.get().text == "First words"


# Long and deep --------------------------------------------------------------------


def deep(
    post: Post, author: User, *, levels: int, number: int
) -> tuple[Comment, Comment]:
    """`number` comments in one branch, of which `levels` hang one below the other."""
    thread = talk.open_thread(post=post)
    first = int(
        (Comment.objects.order_by("-pk").values_list("pk", flat=True).first() or 0) + 1
    )
    rows = []
    for n in range(number):
        depth = min(n, levels)
        parent = n - 1 if n <= levels else levels
        above = list(range(max(0, depth - 6), depth))
        rows.append(
            Comment(
                pk=first + n,
                thread=thread,
                author=author,
                root_id=first if n else None,
                parent_id=first + parent if n else None,
                depth=depth,
                above=[first + one for one in above],
                text=f"Comment {n}",
                approval="approved",
                answers=1 if n < levels else number - levels - 1 if n == levels else 0,
                replies=0 if n else number - 1,
            )
        )
    Comment.objects.bulk_create(rows, batch_size=500)
    Thread.objects.filter(pk=thread.pk).update(count=number)
    return Comment.objects.get(pk=first), Comment.objects.get(pk=first + levels)


def cost(client: Client, address: str) -> tuple[int, int]:
    """Queries and bytes of a page."""
    client.get(address)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        answer = client.get(address)
    assert answer.status_code == 200
    return len(asked), len(answer.content)


def test_ten_thousand_comments_a_thousand_deep_cost_what_twenty_cost(
    alice: User, bob: User, client_of: ClientOf
) -> None:
    small, large = post_by(bob), post_by(bob)
    roots = [
        deep(small, bob, levels=12, number=60),
        deep(large, bob, levels=1000, number=10_000),
    ]
    client = client_of(alice)
    for address in (
        lambda post, *_: url(post),
        lambda post, *_: post.get_absolute_url(),
        lambda _, root, __: f"/comments/{root.key}/replies/",
        lambda post, _, leaf: f"{url(post)}?from={leaf.key}",
        lambda _, __, leaf: f"/api/v1/comments/{leaf.key}/replies/",
    ):
        asked, sizes = zip(
            *(
                cost(client, address(post, *branch))
                for post, branch in zip((small, large), roots, strict=True)
            ),
            strict=True,
        )
        assert asked[0] == asked[1] <= 22, address
        assert max(sizes) < 130_000
    leaf = roots[1][1]
    focus = selectors.focus_on(leaf, alice)
    assert (len(focus.above), focus.skipped) == (7, 993)
    # From the top, the whole branch is reached page by page.
    seen, after = 0, None
    while True:
        page = selectors.branch_of(roots[1][0], alice, after=after, limit=100)
        seen += len(page.comments)
        after = page.after
        if after is None or seen > 600:
            break
    assert seen > 600
    Post.objects.filter(pk=large.pk).delete()
    assert talk.sweep() == {"threads": 1}


# Pages ----------------------------------------------------------------------------


def test_a_comment_is_written_answered_and_removed_without_a_script(
    post: Post, alice: User, bob: User, client_of: ClientOf
) -> None:
    browser = client_of(bob)
    browser.post(url(post), {"text": "A fine storm\n\nand <b>lamp</b>"})
    comment = Comment.objects.get()
    page = browser.get(post.get_absolute_url()).content.decode()
    assert "A fine storm" in page
    assert "&lt;b&gt;lamp" in page
    client_of(alice).post(url(post), {"text": "Thank you", "to": comment.key})
    page = browser.get(f"{url(post)}?from={comment.key}").content.decode()
    assert "Thank you" in page
    assert '<span class="badge">Author</span>' in page
    browser.post(f"/comments/{comment.key}/remove/", {"back": post.get_absolute_url()})
    page = browser.get(url(post)).content.decode()
    assert "A fine storm" not in page
    assert "Taken back by who wrote it." in page
    assert "Show 1 reply" in page


def test_what_was_refused_is_offered_again(
    post: Post, bob: User, client_of: ClientOf
) -> None:
    browser = client_of(bob)
    text = "x\u202ey" * 3
    browser.post(url(post), {"text": text})
    assert text in browser.get(url(post)).content.decode()
    assert not Comment.objects.exists()


def test_a_script_gets_the_new_line_and_the_count(
    post: Post, bob: User, client_of: ClientOf
) -> None:
    told = client_of(bob).post(
        url(post), {"text": "Hello"}, headers={"Accept": "application/json"}
    )
    assert told.json()["count"] == 1
    assert f'id="comment-{told.json()["key"]}"' in told.json()["html"]


def test_the_next_page_goes_on_where_the_last_one_ended(
    post: Post, bob: User, client_of: ClientOf
) -> None:
    thread = talk.open_thread(post=post)
    made = [
        Comment(thread=thread, author=bob, text=f"No. {n}", approval="approved")
        for n in range(25)
    ]
    Comment.objects.bulk_create(made)
    first = selectors.roots_of(thread, bob, order="newest")
    say(post, bob, "Between two pages")
    second = selectors.roots_of(thread, bob, order="newest", after=first.after)
    texts = [one.text for one in (*first.comments, *second.comments)]
    assert texts == [f"No. {n}" for n in reversed(range(25))]
    answer = client_of(bob).get(f"{url(post)}?part=1&order=newest&after={first.after}")
    assert answer.content.decode().count('<article class="comment') == 5


def test_a_cursor_of_another_thread_is_refused(
    post: Post, alice: User, bob: User, client_of: ClientOf
) -> None:
    other = talk.open_thread(post=post_by(bob))
    thread = talk.open_thread(post=post)
    for one in (thread, other):
        made = [
            Comment(thread=one, author=bob, text=f"No. {n}", approval="approved")
            for n in range(3)
        ]
        Comment.objects.bulk_create(made)
    stolen = selectors.roots_of(other, bob, limit=1).after
    assert stolen is not None
    for cursor in (stolen, "t1t.x.y", f"t{thread.pk}t.{'9' * 30}.1", "\x00"):
        with pytest.raises(selectors.CursorError):
            selectors.roots_of(thread, bob, after=cursor)
    address = f"/api/v1/posts/{post.key}/comments/"
    answer = client_of(bob).get(address, {"after": stolen})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "after"
    assert client_of(bob).get(url(post), {"after": stolen}).status_code == 302


def test_nothing_is_begun_with_a_comment_of_another_post(
    post: Post, bob: User, client_of: ClientOf
) -> None:
    elsewhere = say(post_by(bob), bob, "Elsewhere")
    say(post, bob, "Here")
    browser = client_of(bob)
    assert browser.get(f"{url(post)}?from={elsewhere.key}").status_code == 404
    assert (
        browser.post(url(post), {"text": "Hi", "to": elsewhere.key}).status_code == 404
    )
    answer = browser.post(
        f"/api/v1/posts/{post.key}/comments/",
        {"text": "Hi", "reply_to": elsewhere.key},
        content_type="application/json",
    )
    assert (answer.status_code, answer.json()["type"]) == (
        409,
        "urn:troupe:parent-gone",
    )


def test_the_owner_decides_about_what_their_words_held(
    post: Post, alice: User, bob: User, client_of: ClientOf
) -> None:
    browser = client_of(alice)
    browser.post("/comments/words/", {"word": "Spoiler"})
    assert FilterWord.objects.get().folded == "spoiler"
    kept, gone = (say(post, bob, f"A sp0iler, number {n}") for n in range(2))
    assert stat(post) == 0
    assert b"number 0" not in Client().get(url(post)).content
    page = browser.get("/comments/held/").content
    assert b"number 0" in page
    assert b"number 1" in page
    browser.post(f"/comments/{kept.key}/decide/", {"show": "1"})
    browser.post(f"/comments/{gone.key}/decide/", {"show": "0"})
    assert stat(post) == 1
    assert b"number 0" in Client().get(url(post)).content
    assert b"Nothing waits" in browser.get("/comments/held/").content


# Over HTTP ------------------------------------------------------------------------


def test_the_api_tells_a_thread_its_branches_and_its_history(
    post: Post, alice: User, bob: User, client_of: ClientOf
) -> None:
    api = client_of(bob)
    address = f"/api/v1/posts/{post.key}/comments/"
    made = api.post(address, {"text": "One"}, content_type="application/json")
    assert made.status_code == 201
    key = made.json()["key"]
    answer = {"text": "Two", "reply_to": key}
    theirs = client_of(alice).post(address, answer, content_type="application/json")
    assert theirs.json()["reply_to"] == theirs.json()["branch"] == key
    one = f"/api/v1/comments/{key}/"
    api.patch(one, {"text": "Uno", "edits": 0}, content_type="application/json")
    again = api.patch(one, {"text": "Ein", "edits": 0}, content_type="application/json")
    assert (again.status_code, again.json()["text"]) == (409, "Uno")
    assert [old["text"] for old in api.get(f"{one}history/").json()] == ["One"]
    assert api.put(f"{one}like/").json() == {"liked": True, "likes": 1}
    assert client_of(alice).put(f"{one}pin/").json()["pinned"] is True
    told = api.get(address).json()
    assert (told["count"], told["results"]) == (2, [])
    assert (told["pinned"]["text"], told["pinned"]["edits"]) == ("Uno", 1)
    assert told["may_write"] is True
    below = api.get(f"{one}replies/").json()["results"]
    assert [(row["text"], row["by_owner"]) for row in below] == [("Two", True)]
    assert api.delete(one).status_code == 204
    (line,) = api.get(address).json()["results"]
    assert (line["text"], line["author"], line["state"]) == ("", None, "gone")


def test_the_api_says_no_with_a_reason(
    post: Post, alice: User, bob: User, client_of: ClientOf
) -> None:
    mine = say(post, alice, "Mine")
    address = f"/api/v1/comments/{mine.key}/"
    api = client_of(bob)
    change = api.patch(address, {"text": "His"}, content_type="application/json")
    assert (change.status_code, change.json()["type"]) == (403, "urn:troupe:not-yours")
    assert api.delete(address).status_code == 403
    assert api.put(f"{address}pin/").status_code == 403
    settings = f"/api/v1/posts/{post.key}/comments/settings/"
    assert api.get(settings).status_code == 403
    own = client_of(alice)
    told = own.patch(settings, {"who": "nobody"}, content_type="application/json")
    assert told.json() == {"who": "nobody", "answers": False, "count": 1}
    closed = api.post(
        f"/api/v1/posts/{post.key}/comments/",
        {"text": "x"},
        content_type="application/json",
    )
    assert (closed.status_code, closed.json()["type"]) == (403, "urn:troupe:closed")


def test_filter_words_over_the_api(bob: User, client_of: ClientOf) -> None:
    api = client_of(bob)
    address = "/api/v1/me/filter-words/"
    made = api.post(address, {"word": "Spoiler"}, content_type="application/json")
    again = api.post(address, {"word": "SP0ILER"}, content_type="application/json")
    assert (made.status_code, again.json()) == (201, made.json())
    assert api.get(address).json() == [made.json()]
    assert api.delete(f"{address}{made.json()['key']}/").status_code == 204
    assert api.delete(f"{address}{made.json()['key']}/").status_code == 404
    odd = api.post(address, {"word": "!!!"}, content_type="application/json")
    assert odd.status_code == 400
