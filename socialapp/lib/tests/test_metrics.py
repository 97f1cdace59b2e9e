"""Who may read /metrics, and what it says when something is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.test import Client
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.parser import text_string_to_metric_families

from socialapp.lib import metrics

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django import Settings

pytestmark = pytest.mark.django_db


def one() -> Iterator[GaugeMetricFamily]:
    yield GaugeMetricFamily("troupe_one", "One.", value=1)


def broken() -> Iterator[GaugeMetricFamily]:
    yield GaugeMetricFamily("troupe_half", "Told before it broke.", value=1)
    raise RuntimeError("secret-host does not answer")


@pytest.fixture(autouse=True)
def _only_these(settings: Settings) -> Iterator[None]:
    settings.METRICS = [f"{__name__}.one"]
    metrics.latest.forget()
    yield
    metrics.latest.forget()


def read(**sent: str) -> tuple[int, str]:
    answer = Client().get("/metrics", **sent)  # type: ignore[arg-type]
    return answer.status_code, answer.content.decode()


def test_it_is_told_to_this_machine() -> None:
    assert read()[0] == 200
    assert read(REMOTE_ADDR="::1")[0] == 200
    assert read(REMOTE_ADDR="")[0] == 200


@pytest.mark.parametrize(
    "sent",
    [
        {"REMOTE_ADDR": "203.0.113.9"},
        {"REMOTE_ADDR": "10.0.0.7"},
        {"REMOTE_ADDR": "nonsense"},
        {"HTTP_X_FORWARDED_FOR": "127.0.0.1"},
        {"HTTP_FORWARDED": "for=127.0.0.1"},
        {"HTTP_X_REAL_IP": "127.0.0.1"},
    ],
)
def test_outside_it_does_not_exist(sent: dict[str, str]) -> None:
    assert read(**sent)[0] == 404


def test_in_production_nobody_reads_it_without_a_token(settings: Settings) -> None:
    settings.PRODUCTION = True
    assert read()[0] == 404


def test_a_token_opens_it_from_anywhere_and_nothing_else_does(
    settings: Settings,
) -> None:
    settings.METRICS_TOKEN = "a long secret"
    for wrong in ("", "Bearer", "Bearer wrong", "Basic a long secret", "Bearer \u00e9"):
        status, said = read(HTTP_AUTHORIZATION=wrong)
        assert status == 401
        assert "METRICS_TOKEN" in said
        assert "troupe_one" not in said
    for right in ("Bearer a long secret", "bearer a long secret"):
        sent = {"HTTP_AUTHORIZATION": right, "REMOTE_ADDR": "203.0.113.9"}
        assert read(**sent)[0] == 200


def test_it_is_only_read() -> None:
    assert Client().post("/metrics").status_code == 405
    assert Client().head("/metrics").status_code == 200


def test_a_collector_that_fails_is_named_and_the_rest_is_told(
    settings: Settings,
) -> None:
    settings.METRICS = [f"{__name__}.broken", f"{__name__}.one", "no.such.collect"]
    status, said = read()
    assert status == 200
    up = {
        sample.labels["collector"]: sample.value
        for family in text_string_to_metric_families(said)
        for sample in family.samples
        if sample.name == "troupe_collector_up"
    }
    assert up["no.such"] == 0
    assert "troupe_one 1.0" in said
    assert "troupe_half" not in said
    assert "secret-host" not in said


def test_two_scrapes_in_a_row_ask_once(settings: Settings) -> None:
    first = read()[1]
    settings.METRICS = []
    assert "troupe_one" in first
    assert "troupe_one" in read()[1]
    metrics.latest.forget()
    assert "troupe_one" not in read()[1]


def test_requests_are_counted_by_method_and_status() -> None:
    def counted() -> float:
        found = metrics.requests.get_sample_value(
            "troupe_http_request_duration_seconds_count",
            {"method": "GET", "status": "4xx"},
        )
        return found or 0.0

    before = counted()
    Client().get("/no-such-page/")
    Client().generic("BREW", "/no-such-page/")
    assert counted() == before + 1
    assert 'method="other"' in read()[1]


def test_prometheus_itself_reads_it() -> None:
    names = {family.name for family in text_string_to_metric_families(read()[1])}
    assert {"troupe_one", "troupe_collector_up"} <= names
