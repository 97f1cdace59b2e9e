"""A socket for tests that waits as long as a busy machine takes."""

from __future__ import annotations

from typing import Any

from channels.testing import WebsocketCommunicator

PATIENCE = 60.0
"""Seconds. Channels waits for one, and a machine with other work than a test's may take
longer to read a database; what waits this long hangs."""


class Socket(WebsocketCommunicator):
    """Patient in all its methods: each of them ends in one of these two."""

    async def receive_output(self, timeout: float = PATIENCE) -> dict[str, Any]:  # noqa: ASYNC109
        message: dict[str, Any] = await super().receive_output(max(timeout, PATIENCE))
        return message

    async def wait(self, timeout: float = PATIENCE) -> None:  # noqa: ASYNC109
        await super().wait(max(timeout, PATIENCE))
