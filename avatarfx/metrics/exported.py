"""Rendering in the names and units of Prometheus; see docs/run/metrics.md."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from avatarfx import crew
from avatarfx.metrics import costs, hours
from avatarfx.metrics.line import line_now

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterator

    from avatarfx.metrics.line import Line
    from avatarfx.metrics.tally import Tally

WINDOW_HOURS = 1
"""Quantiles and shares are of the hour that runs and of so many before it."""

QUANTILES = (0.5, 0.95)

MOST_REASONS = 20
"""Told apart; the rest is one more."""

REST = "other"


def collect() -> Iterator[Metric]:
    """Numbers of the whole copy, read from the database: every process says the same."""
    yield from _line(line_now())
    yield GaugeMetricFamily(
        "troupe_render_work_seconds_per_worker",
        "What waits, in seconds of work for each worker that takes: scale on this.",
        value=crew.load().seconds_per_worker,
    )
    total, recent = hours.totals(), hours.window(WINDOW_HOURS)
    yield _stages(total, recent)
    yield from _counted(total)
    yield from _recent(recent)


def _line(line: Line) -> Iterator[Metric]:
    depth = GaugeMetricFamily(
        "troupe_render_queue_depth", "Clips in line.", labels=["lane"]
    )
    oldest = GaugeMetricFamily(
        "troupe_render_queue_oldest_seconds",
        "How long the clip has waited that waits longest; 0 for an empty line.",
        labels=["lane"],
    )
    for name, lane in line.lanes.items():
        depth.add_metric([name], lane.waiting)
        oldest.add_metric([name], lane.oldest)
    yield depth
    yield oldest
    yield GaugeMetricFamily(
        "troupe_render_running", "Clips that are being made.", value=line.rendering
    )
    workers = GaugeMetricFamily(
        "troupe_render_workers", "Workers that are alive.", labels=["state"]
    )
    for state in ("idle", "busy", "draining"):
        workers.add_metric([state], getattr(line.crew, state))
    yield workers


def _stages(total: Tally, recent: Tally) -> Metric:
    """A summary: quantiles of the window, sums for ever."""
    name = "troupe_render_stage_seconds"
    told = Metric(name, "Seconds of a stage of rendering.", "summary")
    for (stage, engine), spread in sorted(recent.stages.items()):
        for share in QUANTILES:
            labels = {"stage": stage, "engine": engine, "quantile": str(share)}
            told.add_sample(name, labels, round(spread.sketch.quantile(share), 4))
    for (stage, engine), spread in sorted(total.stages.items()):
        labels = {"stage": stage, "engine": engine}
        told.add_sample(f"{name}_sum", labels, round(spread.seconds, 3))
        told.add_sample(f"{name}_count", labels, spread.count)
    return told


def _counted(total: Tally) -> Iterator[Metric]:
    attempts = CounterMetricFamily(
        "troupe_renders", "Attempts that ended.", labels=["outcome"]
    )
    for outcome, count in sorted(total.outcomes.items()):
        attempts.add_metric([outcome], count)
    clips = CounterMetricFamily(
        "troupe_render_clips", "Clips that came out, by their rung.", labels=["rung"]
    )
    for rung, count in sorted(total.rungs.items()):
        clips.add_metric([rung], count)
    lower = CounterMetricFamily(
        "troupe_render_fallbacks",
        "Clips on a lower rung than the full one, and why.",
        labels=["rung", "reason"],
    )
    few = _few(total.fallbacks)
    for (rung, reason), count in sorted(few.items()):
        lower.add_metric([rung, reason], count)
    failures = CounterMetricFamily(
        "troupe_render_failures", "Attempts that failed, and why.", labels=["reason"]
    )
    most = dict(total.failures.most_common(MOST_REASONS))
    if rest := total.failures.total() - sum(most.values()):
        most[REST] = rest
    for reason, count in sorted(most.items()):
        failures.add_metric([reason], count)
    yield attempts
    yield clips
    yield lower
    yield failures
    for name, words, value in (
        ("cpu", "CPU seconds of all attempts.", total.cpu_seconds),
        ("gpu", "GPU seconds of all attempts.", total.gpu_seconds),
        ("film", "Seconds of finished clips.", total.film_seconds),
    ):
        yield CounterMetricFamily(
            f"troupe_render_{name}_seconds", words, value=round(value, 3)
        )


def _few(counted: Counter[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """Those that are most frequent; the rest of each rung is one more."""
    few = dict(counted.most_common(MOST_REASONS))
    for (rung, reason), count in counted.items():
        if (rung, reason) not in few:
            few[rung, REST] = few.get((rung, REST), 0) + count
    return few


def _recent(recent: Tally) -> Iterator[Metric]:
    """Nothing while no clip came out: a share of nothing is no number."""
    if not recent.clips:
        return
    per_clip = costs.per_clip(recent, settings.RENDER_COST)
    for name, words, value in (
        (
            "fallback_ratio",
            "Share of clips on a lower rung.",
            recent.lower / recent.clips,
        ),
        ("clip_cpu_seconds", "CPU seconds for one clip.", per_clip.cpu_seconds),
        ("clip_gpu_seconds", "GPU seconds for one clip.", per_clip.gpu_seconds),
        ("clip_cost_cents", "Cost of one clip, by the prices set.", per_clip.cents),
    ):
        yield GaugeMetricFamily(
            f"troupe_render_{name}", f"{words} In the last hour or two.", value=value
        )
