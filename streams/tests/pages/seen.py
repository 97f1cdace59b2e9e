"""What a test looks for in a page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from streams.tests.conftest import say_line

if TYPE_CHECKING:
    from django.test import Client

    from streams.models import Stream

JSON = {"Accept": "application/json"}


def page(client: Client, url: str, status: int = 200) -> str:
    answer = client.get(url)
    assert answer.status_code == status
    return answer.content.decode()


def shown(html: str, when: str) -> bool:
    """Whether the first part of the page for this state is shown."""
    found = re.search(rf'data-when="{when}"( hidden)?', html)
    assert found, when
    return not found[1]


def heard(stream: Stream, *texts: str) -> None:
    """Lines that are over."""
    for text in texts:
        say_line(stream, text, at=0.0)
