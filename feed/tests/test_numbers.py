"""What creators are told equals the rows that are counted."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from feed import selectors, services
from feed.models import PostStat, View
from feed.sources import source_of
from feed.tests.rows import post_by
from socialapp.lib.plots import nice_top, plot

if TYPE_CHECKING:
    from conftest import ClientOf
    from feed.models import Post
    from socialapp.accounts.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def today() -> dt.date:
    return timezone.now().astimezone(dt.UTC).date()


def look(post: Post, who: str, *, days_ago: int = 0, **seen: Any) -> None:
    day = today() - dt.timedelta(days=days_ago)
    services.count_view(post=post, viewer=who, day=day, **seen)


def test_sums_are_those_of_the_rows(alice: User, bob: User) -> None:
    post, other = post_by(alice), post_by(alice, seconds=12.0)
    for number in range(5):
        look(post, f"v{number}", seconds=3.0, completed=number < 2, source="feed")
    look(post, "v9", days_ago=8, seconds=1.5, source="tag")
    look(other, "v8", days_ago=30, seconds=2.0)
    look(post_by(bob), "v7", seconds=3.0)
    services.like_post(post=post, user=bob)
    week = selectors.numbers_of(alice, days=7)
    assert (week.now.views, week.now.completed, week.now.likes) == (5, 2, 1)
    assert week.before is not None
    assert week.before.views == 1
    assert (sum(week.views), week.views[-1], sum(week.views_before)) == (5, 5, 1)
    assert [(one.name, one.count) for one in week.sources] == [("feed", 5)]
    always = selectors.numbers_of(alice, days=0)
    mine = View.objects.filter(post__author=alice)
    assert always.now.views == mine.count() == always.totals["views"] == 7
    assert [one.key for one in always.posts] == [post.key, other.key]
    shown = PostStat.objects.get(post=post)
    assert shown.views == View.objects.filter(post=post).count()


def test_a_curve_says_who_was_still_there_at_each_second(alice: User) -> None:
    post = post_by(alice, seconds=4.0)
    assert selectors.numbers_of_post(post).curve == ()
    look(post, "a", seconds=4.0, completed=True)
    look(post, "b", seconds=3.5)
    look(post, "c", seconds=3.0)
    look(post, "d", seconds=2.5)
    told = selectors.numbers_of_post(post)
    assert told.curve == (100.0, 100.0, 100.0, 75.0, 25.0)
    assert told.completed == 1
    views = list(View.objects.filter(post=post))
    for second, percent in enumerate(told.curve):
        there = [v for v in views if v.completed or int(v.seconds) >= second]
        assert percent == 100 * len(there) / len(views)


def test_the_first_look_of_a_day_says_where_from(
    alice: User, bob: User, client_of: ClientOf
) -> None:
    post = post_by(alice)
    browser = client_of(bob)
    page = browser.get(f"/p/{post.key}/", headers={"referer": "http://testserver/@x/"})
    assert f"/p/{post.key}/view/?from=profile" in page.content.decode()
    browser.post(f"/p/{post.key}/view/?from=profile", {"seconds": "2"})
    browser.post(f"/p/{post.key}/view/?from=feed", {"seconds": "3"})
    assert View.objects.get().source == "profile"
    post2 = post_by(alice)
    browser.post(f"/p/{post2.key}/view/?from=<script>", {"seconds": "2"})
    assert View.objects.get(post=post2).source == ""


@pytest.mark.parametrize(
    ("referrer", "source"),
    [
        ("", "direct"),
        ("https://troupe.example/", "feed"),
        ("https://troupe.example/?order=newest", "feed"),
        ("https://troupe.example/tag/storm/", "tag"),
        ("https://troupe.example/@ada/?tab=clips", "profile"),
        ("https://troupe.example/feeds/abc/watch/", "feeds"),
        ("https://troupe.example/numbers/", "inside"),
        ("https://elsewhere.example/", "outside"),
        ("http://[", "outside"),
    ],
)
def test_the_page_before_is_where_somebody_came_from(
    referrer: str, source: str
) -> None:
    assert source_of(referrer, "troupe.example") == source


def test_the_pages_show_them_to_their_author_alone(
    alice: User, bob: User, client_of: ClientOf
) -> None:
    post = post_by(alice, title="Storm warning")
    for number in range(3):
        look(post, f"v{number}", seconds=2.0, source="feed")
    browser = client_of(alice)
    for days in ("7", "28", "always"):
        page = browser.get(f"/numbers/?days={days}").content.decode()
        assert "Storm warning" in page
        assert "NaN" not in page
    assert browser.get("/numbers/?days=9").status_code == 404
    table = browser.get("/numbers/?days=7&as=csv").content.decode().split()
    assert table[-1] == f"{today().isoformat()},3"
    assert (
        "Where people stop" in browser.get(f"/p/{post.key}/numbers/").content.decode()
    )
    assert client_of(bob).get(f"/p/{post.key}/numbers/").status_code == 404
    assert client_of(bob).get(f"/api/v1/posts/{post.key}/stats/").status_code == 404
    told = browser.get(f"/api/v1/posts/{post.key}/stats/").json()
    assert told["totals"]["views"] == 3
    assert browser.get("/api/v1/me/stats/?days=7").json()["now"]["views"] == 3
    assert browser.get("/api/v1/me/stats/?days=x").status_code == 400


def test_the_number_of_queries_does_not_grow_with_the_posts(alice: User) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            selectors.numbers_of(alice, days=28)
        return len(seen)

    post_by(alice)
    few = queries()
    for _ in range(4):
        look(post_by(alice), "v", seconds=1.0)
    assert queries() == few


def test_a_plot_stays_inside_its_frame() -> None:
    drawn = plot([0, 5, 10], labels=["a", "b", "c"], before=[1, 1, 20])
    heights = [float(point.split()[1]) for point in drawn.line[1:].split(" L")]
    assert heights == sorted(heights, reverse=True)
    assert all(0 <= one <= drawn.height for one in heights)
    assert drawn.peak == (drawn.right, heights[-1])
    assert nice_top(0) == 2
    assert nice_top(4600) == 5000
    assert plot([0], labels=["a"]).line
    with pytest.raises(ValueError, match="As many labels"):
        plot([], labels=[])
