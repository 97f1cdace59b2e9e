"""Said at each start: what screening lacks, what that costs, and the way out."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Warning, register

from socialapp.engines.handler import embedders


@register("troupe")
def encoder(**_: Any) -> list[CheckMessage]:
    reason = embedders[settings.SCREENING["EMBEDDER"]].available()
    if reason is None:
        return []
    cost = (
        "hard rules look at texts alone"
        if settings.SCREENING["WITHOUT_HEADS"]
        else "nothing can be published or voiced"
    )
    return [
        Warning(
            f"The encoder that screens texts is missing: {cost}.",
            hint=reason,
            id="moderation.W001",
        )
    ]
