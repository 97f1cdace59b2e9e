"""How rendering goes, as the page backstage shows it: plots, tables, the slowest."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import DurationField, ExpressionWrapper, F, Max
from django.db.models.functions import TruncDay, TruncHour

from avatarfx.metrics import costs
from avatarfx.metrics.hours import HOUR, hour_of
from avatarfx.metrics.line import line_now
from avatarfx.metrics.tally import Tally
from avatarfx.models import Render, RenderHour, RenderSample
from avatarfx.traces.attempts import LABELS
from avatarfx.traces.timeline import seconds_label
from socialapp.lib.plots import plot

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from avatarfx.metrics.costs import Cost
    from avatarfx.metrics.line import Line
    from avatarfx.metrics.tally import Spread
    from socialapp.lib.plots import Plot

DAY = dt.timedelta(days=1)

SLOWEST = 10

WIDE, NARROW = 640, 330
"""Units of a plot: about the pixels that a desktop and a phone have for it."""


@dataclass(frozen=True, slots=True)
class Span:
    """What the page looks at."""

    name: str
    label: str
    step: dt.timedelta
    steps: int
    form: str
    """Of a moment, for strftime."""


SPANS = {
    "day": Span("day", "24 hours", HOUR, 24, "%H:%M"),
    "week": Span("week", "7 days", 6 * HOUR, 28, "%-d %b %H:%M"),
    "month": Span("month", "30 days", DAY, 30, "%-d %b"),
}


@dataclass(frozen=True, slots=True)
class Panel:
    """One plot."""

    title: str
    solid: str
    """What the line is."""

    dotted: str
    """What the second one is; empty: there is none."""

    says: str
    """The same in words, for who does not see it."""

    wide: Plot
    narrow: Plot


@dataclass(frozen=True, slots=True)
class StageRow:
    label: str
    engine: str
    count: int
    half: str
    """Median."""

    most: str
    """95 of 100 are not longer."""

    cpu: str
    """CPU time of one."""


@dataclass(frozen=True, slots=True)
class Slow:
    key: str
    took: str
    outcome: str
    rung: str


@dataclass(frozen=True, slots=True)
class Overview:
    line: Line
    oldest: str
    """Of both lanes."""

    tally: Tally
    cost: Cost | None
    """None: no clip came out."""

    lower: str
    panels: tuple[Panel, ...]
    stages: tuple[StageRow, ...]
    reasons: tuple[tuple[str, int], ...]
    failures: tuple[tuple[str, int], ...]
    slowest: tuple[Slow, ...]

    @property
    def empty(self) -> bool:
        return not self.tally.attempts.count


def overview(span: Span, *, prices: Mapping[str, float], now: dt.datetime) -> Overview:
    """Reads rows by the hour; attempts themselves only for the slowest."""
    starts = _starts(span, now)
    tallies = _tallies(starts, span.step)
    whole = Tally()
    for tally in tallies:
        whole.merge(tally)
    line = line_now(now)
    labels = [f"{start:{span.form}}" for start in starts]
    return Overview(
        line=line,
        oldest=seconds_label(max(lane.oldest for lane in line.lanes.values())),
        tally=whole,
        cost=costs.per_clip(whole, prices) if whole.clips else None,
        lower=f"{100 * whole.lower / whole.clips:.0f} %" if whole.clips else "–",
        panels=(
            *_line_panels(starts, span, labels),
            *_tally_panels(tallies, labels, prices),
            *_stage_panels(whole, tallies, labels),
        ),
        stages=tuple(
            _stage_row(stage, engine, spread)
            for (stage, engine), spread in sorted(whole.stages.items())
        ),
        reasons=tuple(
            (f"{rung}: {reason}", count)
            for (rung, reason), count in whole.fallbacks.most_common(SLOWEST)
        ),
        failures=tuple(whole.failures.most_common(SLOWEST)),
        slowest=_slowest(starts[0], now),
    )


def _starts(span: Span, now: dt.datetime) -> list[dt.datetime]:
    """The beginnings of the steps, the last of which runs; days begin at midnight."""
    last = hour_of(now)
    if span.step > HOUR:
        size = int(span.step / HOUR)
        last -= (last.hour % size) * HOUR
    return [last - n * span.step for n in range(span.steps - 1, -1, -1)]


def _tallies(starts: Sequence[dt.datetime], step: dt.timedelta) -> list[Tally]:
    tallies = [Tally() for _ in starts]
    for row in RenderHour.objects.filter(hour__gte=starts[0]):
        at = int((row.hour - starts[0]) / step)
        if at < len(tallies):
            tallies[at].merge(Tally.from_json(row.tally))
    return tallies


def _panel(
    title: str,
    values: Sequence[float | None],
    labels: Sequence[str],
    *,
    solid: str,
    second: Sequence[float | None] = (),
    dotted: str = "",
    percent: bool = False,
) -> Panel:
    top = 100.0 if percent else None
    pictures = [
        plot(values, labels=labels, before=second, top=top, width=w, height=200,
             percent=percent)
        for w in (WIDE, NARROW)
    ]  # fmt: skip
    unit = " %" if percent else ""
    known = [(value, at) for at, value in enumerate(values) if value is not None]
    says = f"{title}. {solid}: nothing was measured."
    if known:
        (last, _), (most, at) = known[-1], max(known, key=lambda one: one[0])
        says = (
            f"{title}. {solid}: {last:.3g}{unit} at last, at most {most:.3g}{unit} at"
            f" {labels[at]}."
        )
    return Panel(title, solid, dotted, says, *pictures)


def _line_panels(
    starts: Sequence[dt.datetime], span: Span, labels: Sequence[str]
) -> tuple[Panel, ...]:
    """Of each step the worst minute."""
    columns = ("waiting_now", "waiting_later", "oldest_now", "oldest_later")
    worst: dict[str, list[float | None]] = {
        name: [None] * len(starts) for name in columns
    }
    grouped = TruncDay if span.step >= DAY else TruncHour
    rows: Any = (
        RenderSample.objects.filter(at__gte=starts[0])
        .order_by()
        .annotate(step=grouped("at", tzinfo=dt.UTC))
        .values("step")
        .annotate(**{f"most_{name}": Max(name) for name in columns})
    )
    for row in rows:
        at = int((row["step"] - starts[0]) / span.step)
        if 0 <= at < len(starts):
            for name in columns:
                worst[name][at] = max(worst[name][at] or 0.0, row[f"most_{name}"])
    return (
        _panel(
            "Clips in line",
            worst["waiting_now"],
            labels,
            solid="somebody waits",
            second=worst["waiting_later"],
            dotted="background",
        ),
        _panel(
            "Longest wait, seconds",
            worst["oldest_now"],
            labels,
            solid="somebody waits",
            second=worst["oldest_later"],
            dotted="background",
        ),
    )


def _tally_panels(
    tallies: Sequence[Tally], labels: Sequence[str], prices: Mapping[str, float]
) -> tuple[Panel, ...]:
    found = [costs.per_clip(one, prices) if one.clips else None for one in tallies]
    lower = [100 * one.lower / one.clips if one.clips else None for one in tallies]
    priced = any(prices.values())
    return (
        _panel(
            "Clips on a lower rung",
            lower,
            labels,
            solid="share of those that came out",
            percent=True,
        ),
        _panel(
            "Cost of a clip, cents" if priced else "Cost of a clip, CPU seconds",
            [
                (one.cents if priced else one.cpu_seconds) if one else None
                for one in found
            ],
            labels,
            solid="on average, failed attempts included",
        ),
    )


def _stage_panels(
    whole: Tally, tallies: Sequence[Tally], labels: Sequence[str]
) -> list[Panel]:
    """The longest stages first."""
    names = sorted(whole.stages, key=lambda n: whole.stages[n].seconds, reverse=True)
    panels = []
    for name in names:
        spreads = [one.stages.get(name) for one in tallies]
        label = LABELS.get(name[0], name[0])
        panels.append(
            _panel(
                f"{label}{': ' if name[1] else ''}{name[1]}, seconds",
                [one.sketch.quantile(0.95) if one else None for one in spreads],
                labels,
                solid="95 of 100 are faster",
                second=[one.sketch.quantile(0.5) if one else None for one in spreads],
                dotted="half of them are",
            )
        )
    return panels


def _stage_row(stage: str, engine: str, spread: Spread) -> StageRow:
    return StageRow(
        label=LABELS.get(stage, stage),
        engine=engine,
        count=spread.count,
        half=seconds_label(spread.sketch.quantile(0.5)),
        most=seconds_label(spread.sketch.quantile(0.95)),
        cpu=seconds_label(spread.cpu_seconds / max(1, spread.count)),
    )


def _slowest(since: dt.datetime, now: dt.datetime) -> tuple[Slow, ...]:
    took = ExpressionWrapper(F("ended") - F("started"), output_field=DurationField())
    found = (
        Render.objects.filter(ended__gte=since, ended__lte=now + HOUR)
        .annotate(took=took)
        .order_by("-took")
        .values_list("clip__key", "took", "outcome", "clip__rung")[:SLOWEST]
    )
    return tuple(
        Slow(key, seconds_label(max(0.0, took.total_seconds())), outcome, rung)
        for key, took, outcome, rung in found
    )
