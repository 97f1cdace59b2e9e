"""How one's posts do: pages for creators, and the same as a table to take along."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from feed import selectors
from feed.models import Post
from socialapp.accounts.requests import person
from socialapp.lib.plots import plot

if TYPE_CHECKING:
    from django.http import HttpRequest

    from feed.selectors.numbers import Numbers

PERIODS = {"7": 7, "28": 28, "always": 0}


@login_required
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """``?days=`` is one of PERIODS; ``?as=csv`` is the table."""
    chosen = request.GET.get("days", "28")
    if chosen not in PERIODS:
        raise Http404
    numbers = selectors.numbers_of(person(request), days=PERIODS[chosen])
    if request.GET.get("as") == "csv":
        return _table(numbers)
    labels = [f"{numbers.day(at):%-d %b}" for at in range(len(numbers.views))]
    drawn: dict[str, Any] = {"labels": labels, "before": numbers.views_before}
    context = {
        "numbers": numbers,
        "chosen": chosen,
        "wide": plot(numbers.views, **drawn),
        "narrow": plot(numbers.views, width=330, **drawn),
        "peak": _peak(numbers, labels),
        "changes": _changes(numbers),
    }
    return render(request, "feed/numbers/mine.html", context)


@login_required
@require_safe
def of_post(request: HttpRequest, key: str) -> HttpResponse:
    post = get_object_or_404(
        Post.objects.full(), key=key, author=request.user.pk, removed__isnull=True
    )
    numbers = selectors.numbers_of_post(post)
    context: dict[str, Any] = {"post": post, "numbers": numbers}
    if numbers.curve:
        seconds = [f"0:{at:02d}" for at in range(len(numbers.curve))]
        context["curve"] = plot(
            numbers.curve, labels=seconds, top=100.0, width=430, percent=True
        )
    return render(request, "feed/numbers/post.html", context)


def _table(numbers: Numbers) -> HttpResponse:
    """A row a day."""
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="troupe-numbers.csv"'
    table = csv.writer(response)
    table.writerow(["day", "views"])
    for at, views in enumerate(numbers.views):
        table.writerow([numbers.day(at).isoformat(), views])
    return response


def _peak(numbers: Numbers, labels: list[str]) -> str:
    highest = max(numbers.views)
    if not highest:
        return ""
    return f"{highest:,} on {labels[numbers.views.index(highest)]}"


def _changes(numbers: Numbers) -> dict[str, str]:
    """Against the days before, in words; nothing where there was nothing."""
    before = numbers.before
    if before is None:
        return {}
    told = {}
    for name in ("views", "likes", "followers"):
        was, now = getattr(before, name), getattr(numbers.now, name)
        if was:
            told[name] = f"{round(100 * (now - was) / was):+d} %"
    if before.views and numbers.now.views:
        points = numbers.now.percent - before.percent
        told["percent"] = f"{points:+d} point{'' if abs(points) == 1 else 's'}"
    return told
