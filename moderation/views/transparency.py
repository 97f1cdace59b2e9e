"""``/transparency/``: how much was reported, decided and overturned, for everybody."""

from __future__ import annotations

import csv
from dataclasses import asdict
from typing import TYPE_CHECKING

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from moderation.selectors import transparency as figures

if TYPE_CHECKING:
    from django.http import HttpRequest

PAGE, CSV, JSON = "", "csv", "json"


@require_safe
def transparency(
    request: HttpRequest, year: int | None = None, kind: str = PAGE
) -> HttpResponse:
    """The report of one year, as a page, a table or JSON: the same rows each time."""
    years = figures.years()
    shown = years[0] if year is None else year
    if shown not in years:
        raise Http404
    period = figures.Period.year(shown)
    rows = figures.rows(period)
    if kind == CSV:
        return _csv(rows, shown)
    if kind == JSON:
        return JsonResponse(
            {
                "from": period.first,
                "before": period.last,
                "rows": [asdict(row) for row in rows],
            }
        )
    context = {"sections": figures.sections(rows), "year": shown, "years": years}
    return render(request, "moderation/transparency.html", context)


def _csv(rows: list[figures.Row], year: int) -> HttpResponse:
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    name = f"transparency-{year}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    table = csv.writer(response)
    table.writerow(["section", "name", "value", "unit"])
    for row in rows:
        value = "" if row.value is None else row.value
        table.writerow([row.section, row.name, value, row.unit])
    return response
