from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from moderation.tests.seeing import telling_detectors

if TYPE_CHECKING:
    from collections.abc import Iterator

    from moderation.tests.seeing import Eyes


@pytest.fixture(autouse=True)
def eyes() -> Iterator[Eyes]:
    """What the detectors see in profile pictures."""
    with telling_detectors() as seen:
        yield seen
