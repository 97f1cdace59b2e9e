"""Real directors, a real Redis, and kill -9 in the middle of a show."""

from __future__ import annotations

from typing import Any

import pytest

from socialapp.lib import redis_server
from streams.bench import director


@pytest.fixture(scope="module")
def directed() -> dict[str, Any]:
    """One house for all of the tests below."""
    if redis_server.find() is None:
        pytest.skip("This machine has no Redis server")
    patch = pytest.MonkeyPatch()
    # The processes are the product's own, not those of the tests' settings.
    patch.setenv("DJANGO_SETTINGS_MODULE", "socialapp.settings")
    try:
        asked = {"shows": 1, "seconds": 10.0, "cuts": 1, "kills": 1, "inside": False}
        return director.run(asked)
    finally:
        patch.undo()


def test_another_takes_over_and_no_line_is_lost_or_said_twice(
    directed: dict[str, Any],
) -> None:
    """Once from a machine that nobody sees die, once from this one."""
    assert directed["directed_lines"] >= 5
    assert (directed["lines_lost"], directed["lines_repeated"]) == (0, 0)


def test_a_lease_does_not_outlive_its_director_for_long(
    directed: dict[str, Any],
) -> None:
    # Its length and some looks; a loaded machine may look late.
    assert directed["takeover_s"] < 4.0 + 4.0
    assert directed["takeover_here_s"] < directed["takeover_s"]


def test_what_a_viewer_gets_is_little(directed: dict[str, Any]) -> None:
    assert 500 < directed["bytes_per_viewer_s"] < 30_000
