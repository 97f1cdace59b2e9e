"""The shape of a verdict, and the table of rules behind every message."""

from __future__ import annotations

import re

from moderation.models import Screening
from moderation.screening import rules
from moderation.screening.verdicts import ACTIONS, Finding, verdict_of


def found(action: str, rule: str = "4.2", start: int | None = None) -> Finding:
    end = None if start is None else start + 3
    return Finding("threat", rule, start, end, 1.0, "rule", action)  # type: ignore[arg-type]


def test_the_strongest_finding_decides() -> None:
    verdict = verdict_of(
        [found("review"), found("block", "4.1"), found("review", "4.3")], "v"
    )
    assert verdict.action == "block"
    assert [f.rule for f in verdict.deciding] == ["4.1"]
    assert verdict.stops


def test_a_crisis_wins_over_a_refusal() -> None:
    assert verdict_of([found("block"), found("crisis", "2.1")], "v").action == "crisis"


def test_nothing_found_is_allowed() -> None:
    verdict = verdict_of([], "v")
    assert (verdict.action, verdict.findings, verdict.stops) == ("allow", (), False)


def test_one_place_and_rule_is_told_once_with_its_strongest_action() -> None:
    verdict = verdict_of([found("review", start=4), found("block", start=4)], "v")
    assert [f.action for f in verdict.findings] == ["block"]


def test_every_finding_rests_on_a_rule_of_the_house() -> None:
    assert len(rules.BY_CATEGORY) == len(rules.SIGNS)
    for sign in rules.SIGNS:
        assert sign.rule.category == sign.house
        assert re.fullmatch(r"\d\.\d", sign.id)
        assert "!" not in sign.reads_as


def test_minors_and_sex_cannot_be_appealed_into_publication() -> None:
    assert not rules.of_category("sexual_minors").appeal


def test_the_log_knows_every_action() -> None:
    assert set(Screening.Action.values) == set(ACTIONS)
