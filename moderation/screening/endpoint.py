"""An external judge in the shape of OpenAI's ``POST /v1/moderations``, if there is one.

It adds findings and never takes one away. When it fails, the layers here decide alone;
the failure stands in the log, where it is counted.
"""

from __future__ import annotations

import json
import logging
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any

from django.conf import settings

from moderation.screening.rules import of_category
from moderation.screening.verdicts import Finding

if TYPE_CHECKING:
    from moderation.screening.verdicts import Action

log = logging.getLogger(__name__)

CATEGORIES: dict[str, tuple[str, Action]] = {
    "sexual": ("sexual", "block"),
    "sexual/minors": ("sexual_minors", "block"),
    "hate": ("hate", "review"),
    "hate/threatening": ("hate_threatening", "block"),
    "harassment": ("harassment", "review"),
    "harassment/threatening": ("threat", "review"),
    "self-harm": ("self_harm", "crisis"),
    "self-harm/intent": ("self_harm", "crisis"),
    "self-harm/instructions": ("self_harm_urging", "block"),
    "violence": ("violence", "review"),
    "violence/graphic": ("violence_graphic", "review"),
    "illicit": ("illicit", "review"),
    "illicit/violent": ("illicit", "block"),
}
"""Its categories in ours, and what one that it flags leads to; others are ignored."""

MOST_BYTES = 256 * 1024


class EndpointError(Exception):
    """It did not answer, or not in its shape."""


def asked() -> bool:
    return bool(settings.MODERATION_ENDPOINT["URL"])


def ask(text: str) -> list[Finding]:
    """What the endpoint flags. EndpointError when it cannot be used."""
    options = settings.MODERATION_ENDPOINT
    body = json.dumps({"input": text, "model": options["MODEL"]}).encode()
    headers = {"Content-Type": "application/json"}
    if options["KEY"]:
        headers["Authorization"] = f"Bearer {options['KEY']}"
    if not options["URL"].startswith(("https://", "http://")):
        raise EndpointError("MODERATION_URL must begin with https:// or http://")
    request = urllib.request.Request(options["URL"], body, headers)  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=options["TIMEOUT"]) as answer:  # noqa: S310
            return _read(json.loads(answer.read(MOST_BYTES)))
    except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
        raise EndpointError(f"{type(error).__name__}: {error}") from error


def _read(answer: dict[str, Any]) -> list[Finding]:
    result = answer["results"][0]
    scores: dict[str, float] = result.get("category_scores", {})
    findings = []
    for name, flagged in result["categories"].items():
        if flagged and name in CATEGORIES:
            category, action = CATEGORIES[name]
            score = min(1.0, max(0.0, float(scores.get(name, 1.0))))
            rule = of_category(category).id
            findings.append(
                Finding(category, rule, None, None, score, "endpoint", action)
            )
    return findings
