"""One S3 for all tests in here that want one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.storage.servers import seaweed

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with seaweed(tmp_path_factory.mktemp("weed")) as url:
        yield url
