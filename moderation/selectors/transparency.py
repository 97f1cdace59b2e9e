"""The transparency report (DSA, Articles 15 and 24): counts, and no person in them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

from django.db.models import Count, F, Min

from moderation import dsa
from moderation.models import Appeal, Case, Decision, Measure, Report, Statement
from moderation.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet


@dataclass(frozen=True, slots=True)
class Period:
    """From the first day on, up to but without the last."""

    first: dt.date
    last: dt.date

    @classmethod
    def year(cls, year: int) -> Period:
        return cls(dt.date(year, 1, 1), dt.date(year + 1, 1, 1))

    def bounds(self) -> tuple[dt.datetime, dt.datetime]:
        at = dt.time(tzinfo=dt.UTC)
        return dt.datetime.combine(self.first, at), dt.datetime.combine(self.last, at)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of page, CSV and JSON alike."""

    section: str
    name: str
    value: float | None
    """None: there is nothing to take the middle of."""

    unit: str = "count"
    """``count``, ``percent`` or ``hours``."""


SECTIONS = {
    "reports": "Reports",
    "reports-by-reason": "Reports by reason",
    "decisions": "Decisions",
    "decisions-by-measure": "Decisions by measure",
    "restrictions-by-ground": "Restrictions by ground",
    "restrictions-by-category": "Restrictions by category of the law",
    "appeals": "Appeals",
    "times": "How long it takes",
}


def years() -> list[int]:
    """Those that have something to tell, the newest first."""
    found = Case.objects.aggregate(first=Min("opened"))["first"]
    this = dt.datetime.now(dt.UTC).year
    return list(range(this, (found.year if found else this) - 1, -1))


def rows(period: Period) -> list[Row]:
    """Everything that is published about `period`, counted now."""
    return [
        *_reports(period),
        *_decisions(period),
        *_appeals(period),
        *_times(period),
    ]


def sections(found: Iterable[Row]) -> list[tuple[str, list[Row]]]:
    """The same rows under their headings."""
    by_section: dict[str, list[Row]] = {}
    for row in found:
        by_section.setdefault(row.section, []).append(row)
    return [(SECTIONS[name], many) for name, many in by_section.items()]


def _reports(period: Period) -> list[Row]:
    reports = Report.objects.filter(created__range=_range(period))
    by_category = _tally(reports, "category")
    return [
        Row("reports", "All reports", reports.count()),
        Row("reports", "From trusted flaggers", reports.filter(trusted=True).count()),
        Row(
            "reports",
            "Without an account",
            reports.filter(source__gt="").count(),
        ),
        Row(
            "reports",
            "Requests about intimate pictures",
            reports.filter(case__lane=Case.Lane.NCII, category="ncii").count(),
        ),
        *(
            Row("reports-by-reason", rule.ask, by_category.get(rule.category, 0))
            for rule in RULES
        ),
    ]


def _decisions(period: Period) -> list[Row]:
    decisions = Decision.objects.filter(created__range=_range(period))
    # A request that was taken back was decided by nobody.
    decisions = decisions.exclude(automated=True, measure=Measure.NONE)
    statements = Statement.objects.filter(created__range=_range(period))
    total, automated = decisions.count(), decisions.filter(automated=True).count()
    by_measure = _tally(decisions, "measure")
    by_category = _tally(statements, "category")
    illegal = statements.filter(decision_ground=dsa.GROUND_ILLEGAL).count()
    found = statements.filter(automated_detection=True).count()
    return [
        Row("decisions", "All decisions", total),
        Row("decisions", "Statements of reasons", statements.count()),
        Row("decisions", "Decided by a machine alone", automated),
        Row(
            "decisions",
            "Share decided by a machine",
            _share(automated, total),
            "percent",
        ),
        Row("decisions", "First noticed by a machine", found),
        *(
            Row("decisions-by-measure", Measure(one).label, by_measure.get(one, 0))
            for one in Measure.values
        ),
        Row("restrictions-by-ground", "Against the law", illegal),
        Row(
            "restrictions-by-ground",
            "Against our rules",
            statements.exclude(decision_ground=dsa.GROUND_ILLEGAL).count(),
        ),
        *(
            Row("restrictions-by-category", name, count)
            for name, count in sorted(by_category.items())
        ),
    ]


def _appeals(period: Period) -> list[Row]:
    opened = Appeal.objects.filter(opened__range=_range(period))
    decided = Appeal.objects.filter(decided__range=_range(period))
    won = decided.filter(state__in=[Appeal.State.UPHELD, Appeal.State.PARTLY]).count()
    judged = decided.exclude(state=Appeal.State.WITHDRAWN).count()
    return [
        Row("appeals", "Opened", opened.count()),
        Row("appeals", "Decided", judged),
        Row("appeals", "Overturned, fully or partly", won),
        Row("appeals", "Share overturned", _share(won, judged), "percent"),
    ]


def _times(period: Period) -> list[Row]:
    first = Case.objects.filter(decided__range=_range(period))
    ncii = first.filter(lane=Case.Lane.NCII)
    appeals = Appeal.objects.filter(decided__range=_range(period)).exclude(
        state=Appeal.State.WITHDRAWN
    )
    late = ncii.filter(decided__gt=F("due")).count()
    return [
        Row(
            "times",
            "From the first report to the decision, median",
            _median_hours(first.values_list("opened", "decided")),
            "hours",
        ),
        Row(
            "times",
            "Intimate pictures, median",
            _median_hours(ncii.values_list("opened", "decided")),
            "hours",
        ),
        Row("times", "Intimate pictures decided after 48 hours", late),
        Row(
            "times",
            "From an appeal to its decision, median",
            _median_hours(appeals.values_list("opened", "decided")),
            "hours",
        ),
    ]


def _range(period: Period) -> tuple[dt.datetime, dt.datetime]:
    first, last = period.bounds()
    return first, last - dt.timedelta(microseconds=1)


def _tally(found: QuerySet[Any], column: str) -> dict[str, int]:
    counted = found.order_by().values_list(column).annotate(count=Count("pk"))
    return dict(counted)


def _share(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 1) if whole else None


def _median_hours(
    spans: Iterable[tuple[dt.datetime, dt.datetime | None]],
) -> float | None:
    hours = [(end - start).total_seconds() / 3600 for start, end in spans if end]
    return round(median(hours), 1) if hours else None
