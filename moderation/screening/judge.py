"""The one call that everything which is written goes through."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.conf import settings

from moderation.models import Screening
from moderation.screening import endpoint, heads
from moderation.screening.own_words import without_own
from moderation.screening.reading import match_rules, versions_of
from moderation.screening.rules import of_category
from moderation.screening.verdicts import Finding, Verdict, verdict_of, with_id
from socialapp.engines.errors import EngineError
from socialapp.engines.handler import embedders

if TYPE_CHECKING:
    from moderation.screening.verdicts import Action
    from socialapp.accounts.models import User

log = logging.getLogger(__name__)

RULES_VERSION = "rules 1"
"""Raised with every change of a rule, a list or the normaliser."""

KEPT: frozenset[str] = frozenset({"review", "replace", "block"})
"""Actions after which somebody may have to read the text, so the log keeps it."""


CAST_SPEAKS: frozenset[str] = frozenset({"script", "caption", "scene", "stream"})
"""Surfaces on which the house's own lines are not judged by the heads. Elsewhere people
speak for themselves, and may mean what a character only says."""


class ScreeningUnavailableError(Exception):
    """Texts cannot be checked now, so nothing may be published."""

    def __init__(self) -> None:
        self.message = (
            "We cannot check texts just now, so nothing is published. Nothing was spent"
            " and nothing is lost. Try again in a few minutes."
        )
        super().__init__(self.message)


@dataclass(frozen=True, slots=True)
class Judgement:
    verdict: Verdict
    scores: dict[str, float] = field(default_factory=dict)
    endpoint: str = Screening.Endpoint.OFF


def screen_text(
    text: str,
    *,
    surface: str,
    age: int | None = None,
    person: User | None = None,
    subject: str = "",
    beside: str = "",
    log: bool = True,
) -> Verdict:
    """Judge `text` before it goes anywhere.

    `surface`: script, title, caption, comment, name, tagline, greeting, persona, tags,
    profile_name, about, scene, stream, chat. `beside`: what it is said by, such as a
    persona; only rule 1.1 reads it. `log` False for pre-flight: nothing is kept.
    Raises TooLongError, and ScreeningUnavailableError when the heads cannot look.
    """
    judgement = judge(text, surface=surface, age=age, beside=beside)
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    verdict = judgement.verdict
    if verdict.stops and _cleared(verdict, digest, surface, person):
        verdict = Verdict("allow", verdict.findings, verdict.version)
    if not log:
        return verdict
    crisis = verdict.action == "crisis"
    row = Screening.objects.create(
        surface=surface,
        subject="" if crisis else subject,
        person=None if crisis else person,
        sha256="" if crisis else digest,
        text=text if verdict.action in KEPT else "",
        action=verdict.action,
        findings=[] if crisis else [found.to_json() for found in verdict.findings],
        scores={} if crisis else judgement.scores,
        version=verdict.version,
        endpoint=judgement.endpoint,
    )
    return with_id(verdict, row.pk)


def judge(
    text: str,
    *,
    surface: str,
    age: int | None = None,
    beside: str = "",
    anew: bool = False,
) -> Judgement:
    """The verdict without its consequences. Raises as `screen_text`.

    `anew`: the heads judge what the house's own cast says as well.
    """
    findings = match_rules(text, surface=surface, age=age, beside=beside)
    if not text.strip():
        return Judgement(verdict_of(findings, RULES_VERSION))
    if verdict_of(findings, RULES_VERSION).stops:
        # The heads could not change this, and a refusal needs no engine.
        return Judgement(verdict_of(findings, RULES_VERSION))
    try:
        new = text if anew or surface not in CAST_SPEAKS else without_own(text)
        found, scores = _by_heads(new, surface, age) if new.strip() else ([], {})
        version = f"{RULES_VERSION}, {heads.load().version}"
    except EngineError as error:
        log.exception("The heads cannot look at texts")
        if not settings.SCREENING["WITHOUT_HEADS"]:
            raise ScreeningUnavailableError from error
        found, scores, version = [], {}, RULES_VERSION
    findings += found
    state = Screening.Endpoint.OFF
    if endpoint.asked():
        try:
            findings += endpoint.ask(text)
            state = Screening.Endpoint.ANSWERED
        except endpoint.EndpointError as error:
            log.warning("The moderation endpoint failed: %s", error)
            state = Screening.Endpoint.FAILED
    return Judgement(verdict_of(findings, version), scores, state)


def _by_heads(
    text: str, surface: str, age: int | None
) -> tuple[list[Finding], dict[str, float]]:
    embedder = embedders[settings.SCREENING["EMBEDDER"]]
    plain = [version for version in versions_of(text) if version.for_heads]
    scores = heads.score_texts([v.normal.text for v in plain], embedder)
    known = heads.load()
    findings = []
    for category, wanted in thresholds(surface, age).items():
        action = _action(scores[category], category, wanted, known)
        if action is None:
            continue
        start: int | None = None
        end: int | None = None
        if action != "review":
            first = plain[0]
            worst = heads.worst_sentence(first.normal.text, category, embedder)
            start, end = first.span(*worst)
        rule = of_category(category).id
        score = round(scores[category], 3)
        findings.append(Finding(category, rule, start, end, score, "head", action))
    return findings, {name: round(score, 3) for name, score in scores.items()}


def _action(
    score: float, category: str, wanted: dict[Action, float], known: heads.Heads
) -> Action | None:
    """The strongest action whose cut the score is above."""
    order: tuple[Action, ...] = ("crisis", "block", "replace", "review")
    for action in order:
        rate = wanted.get(action)
        if rate and score > known.cut(category, rate):
            return action
    return None


def thresholds(surface: str, age: int | None) -> dict[str, dict[Action, float]]:
    """By category and action: the false-positive rate that is accepted here; 0: that
    action is not taken."""
    table: dict[str, dict[str, dict[Action, float]]] = settings.SCREENING["THRESHOLDS"]
    merged: dict[str, dict[Action, float]] = {}
    young = ("young", f"young {surface}") if age is not None and age < 18 else ()
    layers = ["*", surface, *young]
    for name in layers:
        for category, actions in table.get(name, {}).items():
            merged[category] = merged.get(category, {}) | actions
    return merged


def _cleared(verdict: Verdict, digest: str, surface: str, person: User | None) -> bool:
    """Somebody looked at exactly this text of this person and let it through."""
    if person is None or not all(
        of_category(f.category).appeal for f in verdict.deciding
    ):
        return False
    return Screening.objects.filter(
        sha256=digest, surface=surface, person=person, cleared__isnull=False
    ).exists()
