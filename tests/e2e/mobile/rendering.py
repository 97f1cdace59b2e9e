"""J6.4: one order, given ten times at once, is one clip; the answer says what is left."""

from __future__ import annotations

import secrets
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from common import good
from troupe_client.api.clips import clips_create, clips_retrieve
from troupe_client.api.me import me_retrieve
from troupe_client.models import ClipRead, ClipState, ClipWriteRequest, MeRead

if TYPE_CHECKING:
    from troupe_client import AuthenticatedClient

PATIENCE = 300
"""Seconds for a short clip, on a machine that may be busy."""


def order(
    app: AuthenticatedClient, character: str, script: str, *, key: str = ""
) -> tuple[str, dict[str, str]]:
    """The clip's key, and the headers of the answer."""
    body = ClipWriteRequest(character=character, script=script)
    answer = clips_create.sync_detailed(
        client=app, body=body, idempotency_key=key or secrets.token_hex(8)
    )
    assert answer.status_code == 202, answer.content
    return good(ClipRead, answer.parsed).key, dict(answer.headers)


def render_once(app: AuthenticatedClient, character: str) -> str:
    before = good(MeRead, me_retrieve.sync(client=app)).quota
    key = secrets.token_hex(8)
    with ThreadPoolExecutor(10) as ten:
        answers = list(
            ten.map(
                lambda _: order(app, character, "Good morning, phone.", key=key),
                range(10),
            )
        )
    clips = {clip for clip, _ in answers}
    assert len(clips) == 1, clips
    for _, headers in answers:
        assert headers["x-quota-limit"] == str(before.of), headers
        assert headers["x-quota-remaining"] == str(before.left - 1), headers
        assert 0 < int(headers["x-quota-reset"]) <= 24 * 3600 + 3600, headers
        assert '"render"' in headers["ratelimit"], headers
    after = good(MeRead, me_retrieve.sync(client=app)).quota
    assert after.left == before.left - 1, (before, after)
    print("ordered ten times at once: one clip, one ticket")
    return clips.pop()


def finished(app: AuthenticatedClient, clip: str) -> ClipRead:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        told = good(ClipRead, clips_retrieve.sync(clip, client=app))
        if told.state == ClipState.READY:
            return told
        assert told.state != ClipState.FAILED, told
        time.sleep(0.5)
    raise AssertionError(f"{clip} is not ready after {PATIENCE} s")
