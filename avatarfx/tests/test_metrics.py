"""What Prometheus is told is what the database says."""

from __future__ import annotations

import datetime as dt
import statistics
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from avatarfx import services
from avatarfx.metrics import hours
from avatarfx.metrics.hours import HOUR, hour_of
from avatarfx.metrics.sketch import ACCURACY, Sketch
from avatarfx.metrics.tally import Ended, Tally, reason_of
from avatarfx.models import Clip, Render, RenderHour, RenderSample
from avatarfx.services.metrics import GRACE, sample, sample_minutely, write_hours
from moderation.models import Case
from socialapp.lib import metrics

if TYPE_CHECKING:
    from collections.abc import Iterator

    from socialapp.accounts.models import User
    from socialapp.characters.models import Character

pytestmark = [pytest.mark.django_db, pytest.mark.database]

NOW = dt.datetime(2026, 5, 4, 10, 30, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _nothing_kept() -> Iterator[None]:
    metrics.latest.forget()
    yield
    metrics.latest.forget()


@pytest.fixture
def clip(alice: User, hob: Character) -> Clip:
    return services.request_clip(owner=alice, character=hob, script="Good evening.")


def scraped() -> dict[tuple[str, str], float]:
    """Sample name and labels to value, as the client's own parser reads them."""
    metrics.latest.forget()
    answer = Client().get("/metrics")
    assert answer.status_code == 200, answer.content
    assert answer["Content-Type"].startswith("text/plain; version=0.0.4")
    return {
        (
            one.name,
            ",".join(f"{k}={v}" for k, v in sorted(one.labels.items())),
        ): one.value
        for family in text_string_to_metric_families(answer.content.decode())
        for one in family.samples
    }


def ended(
    clip: Clip, at: dt.datetime, *entries: dict[str, Any], **columns: Any
) -> Render:
    return Render.objects.create(
        **{
            "clip": clip,
            "fence": clip.renders.count() + 1,
            "worker": "w",
            "started": at - dt.timedelta(seconds=5),
            "ended": at,
            "outcome": "ready",
            "trace": list(entries),
        }
        | columns
    )


def stage(name: str, seconds: float, **said: Any) -> dict[str, Any]:
    return {"name": name, "engine": "", "seconds": seconds, "note": ""} | said


def test_a_quantile_is_within_a_hundredth_of_the_real_one() -> None:
    values = [0.002 * 1.013**n for n in range(1, 900)]
    sketch = Sketch()
    for value in values:
        sketch.add(value)
    for share in (0.0, 0.25, 0.5, 0.95, 1.0):
        real = sorted(values)[round(share * (len(values) - 1))]
        assert sketch.quantile(share) == pytest.approx(real, rel=2 * ACCURACY)
    assert Sketch().quantile(0.5) == 0


def test_sketches_add_up_to_the_sketch_of_everything() -> None:
    parts = [Sketch(), Sketch(), Sketch()]
    whole, merged = Sketch(), Sketch()
    for n in range(300):
        parts[n % 3].add(n / 7)
        whole.add(n / 7)
    for part in parts:
        merged.merge(Sketch.from_json(part.to_json()))
    assert merged == whole
    assert merged.count == 300


def test_a_tally_survives_its_row_and_adds_up() -> None:
    one = Tally()
    one.add(
        Ended(
            outcome="ready",
            seconds=4.0,
            trace=(
                stage("voice", 1.0, engine="kokoro", cpu_seconds=0.5),
                "nonsense",
                {},
            ),
            rung="simple",
            rung_reason="Out of memory: 5.1 GB.",
            film_seconds=3.0,
        )
    )
    one.add(Ended(outcome="failed", seconds=1.0, error="The disk is full."))
    again = Tally.from_json(one.to_json())
    assert again == one
    again.merge(one)
    assert again.fallbacks == {("simple", "Out of memory: N GB"): 2}
    assert again.failures == {"The disk is full": 2}
    assert (again.clips, again.lower, again.cpu_seconds) == (2, 2, 1.0)
    total = Tally.from_json(again.to_json(quantiles=False))
    assert total.stages["voice", "kokoro"].count == 2
    assert total.stages["voice", "kokoro"].seconds == 2.0


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "not told"),
        ("91 of 105 frames are black.", "N of N frames are black"),
        ("Nobody can say “Eyjafjallajökull”.", "Nobody can say …"),
        ("x" * 300, "x" * 60),
    ],
)
def test_reasons_are_few_and_quote_nobody(text: str, reason: str) -> None:
    assert reason_of(text) == reason


def test_what_is_told_of_the_line_is_what_waits(clip: Clip) -> None:
    since = timezone.now() - dt.timedelta(minutes=5)
    Clip.objects.update(queued_at=since)
    told = scraped()
    assert told["troupe_render_queue_depth", "lane=now"] == 1
    assert told["troupe_render_queue_depth", "lane=later"] == 0
    assert 299 < told["troupe_render_queue_oldest_seconds", "lane=now"] < 400
    assert told["troupe_render_queue_oldest_seconds", "lane=later"] == 0
    Clip.objects.update(state="rendering")
    told = scraped()
    assert told["troupe_render_running", ""] == 1
    assert told["troupe_render_queue_depth", "lane=now"] == 0


def test_seconds_by_stage_are_those_of_the_traces(clip: Clip) -> None:
    now = timezone.now()
    seconds = [0.5 + n / 10 for n in range(21)]
    for one in seconds:
        ended(clip, now, stage("voice", one, engine="kokoro", cpu_seconds=one / 2))
    told = scraped()
    where = "engine=kokoro,{}stage=voice".format
    name = "troupe_render_stage_seconds"
    assert told[f"{name}_count", where("")] == 21
    assert told[f"{name}_sum", where("")] == pytest.approx(sum(seconds))
    median = told[name, where("quantile=0.5,")]
    assert median == pytest.approx(statistics.median(seconds), rel=0.02)
    high = told[name, where("quantile=0.95,")]
    assert high == pytest.approx(sorted(seconds)[19], rel=0.02)
    assert told["troupe_render_cpu_seconds_total", ""] == pytest.approx(
        sum(seconds) / 2
    )


def test_fallbacks_failures_and_costs_are_counted(
    clip: Clip, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "RENDER_COST", {"cpu_hour": 36, "gpu_hour": 3600})
    now = timezone.now()
    Clip.objects.update(rung="still", rung_reason="No face was found.", seconds=4.0)
    ended(clip, now, stage("movement", 9, cpu_seconds=8.0, gpu_seconds=0.5))
    ended(clip, now, outcome="failed", error="The disk is full.")
    ended(clip, now, outcome="lost")
    told = scraped()
    assert told["troupe_renders_total", "outcome=ready"] == 1
    assert told["troupe_render_clips_total", "rung=still"] == 1
    why = "reason=No face was found,rung=still"
    assert told["troupe_render_fallbacks_total", why] == 1
    assert told["troupe_render_failures_total", "reason=The disk is full"] == 1
    lost = "reason=its worker went silent"
    assert told["troupe_render_failures_total", lost] == 1
    assert told["troupe_render_fallback_ratio", ""] == 1
    assert told["troupe_render_film_seconds_total", ""] == 4
    assert told["troupe_render_clip_cpu_seconds", ""] == 8
    assert told["troupe_render_clip_cost_cents", ""] == pytest.approx(0.08 + 0.5)


def test_a_hundred_reasons_are_twenty_and_the_rest(clip: Clip) -> None:
    now = timezone.now()
    for n in range(30):
        ended(
            clip, now, outcome="failed", error=f"Reason {chr(65 + n)}{chr(97 + n % 26)}"
        )
    told = {
        k: v for k, v in scraped().items() if k[0] == "troupe_render_failures_total"
    }
    assert len(told) == 21
    assert sum(told.values()) == 30


def test_a_copy_without_clips_tells_no_share_of_nothing(db: None) -> None:
    told = scraped()
    assert not any(name == "troupe_render_fallback_ratio" for name, _ in told)
    assert told["troupe_render_queue_depth", "lane=now"] == 0


def test_an_hour_that_is_over_is_closed_and_stays(clip: Clip) -> None:
    start = hour_of(NOW)
    ended(clip, start - dt.timedelta(minutes=5), stage("voice", 1.0))
    ended(clip, start + dt.timedelta(minutes=5), stage("voice", 2.0))
    write_hours(now=NOW)
    first, second = RenderHour.objects.all()
    assert (first.hour, first.closed, second.closed) == (start - HOUR, True, False)
    assert hours.totals(NOW).outcomes == {"ready": 2}
    Render.objects.all().delete()
    # The account was erased; what was counted was counted.
    assert hours.totals(NOW).outcomes == {"ready": 2}
    write_hours(now=NOW + HOUR)
    assert hours.totals(NOW + HOUR).outcomes == {"ready": 2}
    assert RenderHour.objects.filter(closed=True).count() == 2


def test_an_hour_waits_a_little_for_what_is_late(clip: Clip) -> None:
    start = hour_of(NOW)
    ended(clip, start - dt.timedelta(seconds=1), stage("voice", 1.0))
    write_hours(now=start + dt.timedelta(seconds=5))
    assert not RenderHour.objects.filter(closed=True).exists()
    ended(clip, start - dt.timedelta(seconds=2), stage("voice", 1.0))
    write_hours(now=start + GRACE)
    assert RenderHour.objects.get(hour=start - HOUR).closed
    assert hours.totals(start + GRACE).outcomes == {"ready": 2}


def test_the_past_of_a_copy_that_never_counted_is_counted_in_rounds(clip: Clip) -> None:
    for days in (5, 4, 1):
        ended(clip, NOW - dt.timedelta(days=days), stage("voice", 1.0))
    rounds = 0
    while write_hours(now=NOW) > 1:
        rounds += 1
    assert rounds == 3
    assert hours.totals(NOW).outcomes == {"ready": 3}
    assert hours.window(24, NOW).outcomes == {"ready": 1}


def test_totals_cost_few_queries_whatever_was_rendered(
    clip: Clip, django_assert_max_num_queries: Any
) -> None:
    for n in range(40):
        ended(clip, NOW - n * HOUR / 2, stage("voice", 1.0))
    write_hours(now=NOW)
    with django_assert_max_num_queries(6):
        assert hours.totals(NOW).outcomes == {"ready": 40}
    with django_assert_max_num_queries(3):
        hours.window(1, NOW)


def test_a_sample_is_taken_once_a_minute_and_kept_for_a_month(clip: Clip) -> None:
    old = NOW - dt.timedelta(days=31)
    RenderSample.objects.create(at=old)
    Clip.objects.update(queued_at=NOW - dt.timedelta(seconds=90))
    assert sample(now=NOW) == 1
    assert sample(now=NOW + dt.timedelta(seconds=20)) == 0
    one = RenderSample.objects.get()
    assert (one.waiting_now, one.oldest_now, one.at) == (1, 90.0, NOW)
    assert sample(now=NOW + dt.timedelta(minutes=1)) == 1
    assert RenderSample.objects.count() == 2


def test_reconciling_samples_at_most_once_a_minute(db: None) -> None:
    assert "avatarfx.services.metrics.sample_minutely" in settings.RECONCILERS
    taken = [sample_minutely()["sampled"] for _ in range(3)]
    assert taken[1:] == [0, 0] or RenderSample.objects.count() == sum(taken)


def test_the_age_of_moderation_is_told_by_lane(db: None) -> None:
    now = timezone.now()
    Case.objects.create(
        kind="post",
        subject_key="x",
        opened=now - dt.timedelta(hours=2),
        due=now - dt.timedelta(days=1),
    )
    told = scraped()
    assert told["troupe_moderation_queue_depth", "lane=normal"] == 1
    assert told["troupe_moderation_queue_depth", "lane=ncii"] == 0
    age = told["troupe_moderation_queue_oldest_seconds", "lane=normal"]
    assert 7199 < age < 7300
    assert told["troupe_moderation_overdue", ""] == 1
