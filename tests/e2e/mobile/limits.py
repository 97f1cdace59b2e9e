"""J6.9: too much at once is told with the time to wait, and that time is enough."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from common import refused
from troupe_client.models import Problem

if TYPE_CHECKING:
    from troupe_client import AuthenticatedClient

MANY = 40


def be_patient(app: AuthenticatedClient) -> None:
    raw = app.get_httpx_client()
    recipe = raw.get("/api/v1/maker/random/?seed=3").json()
    for _ in range(MANY):
        answer = raw.post("/api/v1/maker/preview/", json=recipe)
        if answer.status_code != 200:
            break
    refused(Problem.from_dict(answer.json()), 429, "throttled")
    assert answer.headers["Content-Type"] == "application/problem+json"
    wait = int(answer.headers["Retry-After"])
    assert wait > 0
    assert '"preview";r=0' in answer.headers["RateLimit"], answer.headers
    time.sleep(wait)
    again = raw.post("/api/v1/maker/preview/", json=recipe)
    assert again.status_code == 200, again.text
    print("waited as long as was said, and went on")
