"""People talk under a clip: over the feed, in branches, without a script."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.e2e.test_pages import _posts, join
from tests.e2e.test_streams import DESKTOP, PHONE
from tests.e2e.test_viewer import run_in

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.e2e.conftest import Troupe

__all__ = ["_posts"]

FIRST = "I wrote the storm and did not expect the lighthouse to win."
REPORTS = f"""
import os
from moderation.models import Report
report = Report.objects.get(reporter__username=os.environ["READER"])
print("", report.case.kind, {FIRST!r} in report.snapshot.values(), sep="|", end="")
"""
ANSWER = "You gave it a temper, somebody else gave it a lamp."


@pytest.mark.parametrize(
    ("window", "names"),
    [(PHONE, ("lastbus", "odile")), (DESKTOP, ("ferrywoman", "odette"))],
    ids=["phone", "desktop"],
)
def test_a_comment_over_the_feed_is_answered_liked_changed_and_taken_back(
    open_page: Callable[..., Page],
    troupe: Troupe,
    *,
    window: dict[str, Any],
    names: tuple[str, str],
    expected_errors: list[str],
    faults: Callable[[Page], list[str]],
    look: Callable[[Page, str], Path],
) -> None:
    page = open_page(**window)
    writer, reader = names
    join(page, troupe, writer)
    page.goto(troupe.url)
    # Over the feed on a phone, beside it where there is room.
    quiet = page.locator("article:has(a[data-talk][aria-label='Comments, 0'])").first
    key = quiet.get_attribute("data-key")
    button = page.locator(f"article[data-key='{key}'] a[data-talk]")
    button.click()
    sheet = page.locator("dialog troupe-talk, aside troupe-talk")
    expect(sheet.get_by_text("Nobody has written anything yet.")).to_be_visible()
    sheet.get_by_label("Your comment").fill(FIRST)
    sheet.get_by_label("Send the comment").click()
    expect(sheet.locator(".comment__words", has_text=FIRST)).to_be_visible()
    expect(button).to_have_attribute("aria-label", "Comments, 1")
    assert faults(page) == []
    look(page, f"talk-sheet-{writer}")
    # What is refused stays typed.
    expected_errors.append("status of 409")
    sheet.get_by_label("Your comment").fill(" \u202e ")
    sheet.get_by_label("Send the comment").click()
    expect(sheet.get_by_role("alert")).to_contain_text("direction")
    sheet.get_by_label("Close the comments").click()
    expect(sheet).to_have_count(0)

    # Somebody else finds it on the page of the clip.
    href = button.get_attribute("href")
    assert href is not None
    post = troupe.url + href.removesuffix("comments/")
    other = open_page(**window)
    join(other, troupe, reader)
    other.goto(post)
    line = other.locator(".comment", has_text=FIRST)
    line.get_by_role("button", name=re.compile("^Like, 0")).click()
    expect(line.get_by_role("button", name=re.compile("^Like, 1"))).to_be_visible()
    line.get_by_text("Reply", exact=False).first.click()
    line.get_by_label("Your answer").fill(ANSWER)
    line.get_by_label("Send the answer").click()
    expect(line.locator(".comment--reply")).to_contain_text(ANSWER)
    assert faults(other) == []
    look(other, f"talk-post-{writer}")
    # And does not like what it says: a report, over the page, told to nobody.
    line.get_by_label("More about this comment").first.click()
    line.get_by_role("link", name="Report").first.click()
    report = other.get_by_role("dialog")
    expect(report.get_by_role("heading", name="Report")).to_be_visible()
    assert faults(other) == []
    look(other, f"talk-report-{writer}")
    report.get_by_role("radio").first.check(force=True)
    report.locator("[type=submit]").click()
    expect(report.get_by_role("heading", name="Reported")).to_be_visible()
    assert faults(other) == []
    look(other, f"talk-reported-{writer}")
    report.get_by_role("button", name="Close").click()
    expect(report).to_have_count(0)
    expect(line.locator(".comment__words").first).to_contain_text(FIRST)
    # It is a case now, with the words as they were.
    assert run_in(troupe, REPORTS, READER=reader).split("|")[1:] == ["comment", "True"]

    # Back with the first: folded, changed, taken away.
    page.goto(f"{post}comments/")
    page.get_by_text("Show 1 reply").click()
    expect(page.locator(".comment--reply")).to_contain_text(ANSWER)
    mine = page.locator("article.comment").first
    mine.get_by_label("More about this comment").first.click()
    mine.get_by_role("link", name="Change").first.click()
    page.get_by_label("Your comment").fill(f"{FIRST} Twice.")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="edited").click()
    expect(page.get_by_role("list").last).to_contain_text(FIRST)
    assert faults(page) == []
    page.goto(f"{post}comments/")
    mine.get_by_label("More about this comment").first.click()
    mine.get_by_role("button", name="Remove").first.click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.get_by_text("Taken back by who wrote it.")).to_be_visible()
    expect(page.get_by_role("heading", name="Comments 1")).to_be_visible()
    look(page, f"talk-gone-{writer}")


def test_what_is_half_written_waits_while_another_clip_is_watched(
    open_page: Callable[..., Page], troupe: Troupe, look: Callable[[Page, str], Path]
) -> None:
    page = open_page(**DESKTOP)
    join(page, troupe, "halfway")
    page.goto(troupe.url)
    # Of a clip that is not on screen yet: it comes there, and its comments stay open.
    page.locator("article >> nth=1 >> a[data-talk]").click()
    field = page.locator("aside troupe-talk").get_by_label("Your comment")
    field.fill("Half of a thou")
    expect(page.locator("article >> nth=1")).to_have_attribute("data-active", "")
    expect(field).to_have_value("Half of a thou")
    page.get_by_role("button", name="Next clip").click()
    expect(page.locator("aside .person").first).to_be_visible()
    expect(field).to_have_count(0)
    page.get_by_role("button", name="Previous clip").click()
    expect(field).to_have_value("Half of a thou")
    look(page, "talk-half-written")
    page.locator("article >> nth=1 >> a[data-talk]").click()
    expect(page.locator("aside troupe-talk :focus")).to_have_count(1)
    expect(field).to_have_value("Half of a thou")
    page.get_by_label("Close the comments").click()
    expect(field).to_have_count(0)
    expect(page.locator("aside .person").first).to_be_visible()


def test_comments_work_without_a_script(
    open_page: Callable[..., Page], troupe: Troupe
) -> None:
    still = open_page(viewport={"width": 390, "height": 844}, java_script_enabled=False)
    join(still, troupe, "plainreader")
    href = still.locator("article a[data-talk]").last.get_attribute("href")
    assert href is not None
    still.goto(troupe.url + href)
    still.get_by_label("Your comment").fill("A plain form is enough for me")
    still.get_by_label("Send the comment").click()
    line = still.locator("article.comment", has_text="A plain form is enough")
    expect(line).to_be_visible()
    line.get_by_text("Reply", exact=False).first.click()
    line.get_by_label("Your answer").fill("And an answer to myself as well")
    line.get_by_label("Send the answer").click()
    line.get_by_text("Show 1 reply").click()
    expect(still.get_by_text("And an answer to myself as well")).to_be_visible()
