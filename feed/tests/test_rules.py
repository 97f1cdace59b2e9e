"""Rules as they are read, told and refused."""

from __future__ import annotations

from typing import Any

import pytest

from feed.languages import language_of
from feed.rules import Facts, Rules, RulesError
from feed.words import Text

POST = Facts(
    kind="clip",
    creator="ada",
    characters=frozenset({"c1"}),
    tags=frozenset({"storm"}),
    language="en",
    seconds=12.0,
    captioned=True,
    text=Text.of("A storm is coming"),
)


@pytest.mark.parametrize(
    ("rules", "fits"),
    [
        ({"tags": ["#Storm", "rain"]}, True),
        ({"tags": ["rain"]}, False),
        ({"without_tags": ["storm"]}, False),
        ({"characters": ["c1"], "creators": ["@Ada"]}, True),
        ({"characters": ["c1"], "creators": ["ben"]}, False),
        ({"languages": ["en"]}, True),
        ({"languages": ["de", "fr"]}, False),
        ({"kinds": ["snippet"]}, False),
        ({"shortest": 12, "longest": 12}, True),
        ({"longest": 11.5}, False),
        ({"captioned": True}, True),
        ({"words": ["a storm"]}, True),
        ({"words": ["torm"]}, False),
        ({"without_words": ["Coming"]}, False),
    ],
)
def test_rules_mean_what_they_say(rules: dict[str, Any], *, fits: bool) -> None:
    made = Rules.from_json(rules)
    assert made.fits(POST) is fits
    assert Rules.from_json(made.to_json()) == made
    assert list(made.told())


@pytest.mark.parametrize(
    ("rules", "field"),
    [
        ([], "rules"),
        ({}, "rules"),
        ({"order": "trending"}, "rules"),
        ({"colour": "red"}, "rules"),
        ({"tags": "storm"}, "tags"),
        ({"tags": ["!!"]}, "tags"),
        ({"tags": [1]}, "tags"),
        ({"tags": ["a\x00b"]}, "tags"),
        ({"tags": [f"t{n}" for n in range(21)]}, "tags"),
        ({"tags": ["storm"], "without_tags": ["Storm"]}, "without_tags"),
        ({"kinds": ["opera"]}, "kinds"),
        ({"shortest": -1}, "shortest"),
        ({"shortest": True}, "shortest"),
        ({"longest": 1e9}, "longest"),
        ({"longest": float("nan")}, "longest"),
        ({"shortest": 9, "longest": 3}, "shortest"),
        ({"captioned": "yes"}, "captioned"),
        ({"words": ["x" * 61]}, "words"),
        ({"captioned": True, "order": "random"}, "order"),
    ],
)
def test_rules_that_cannot_be_are_refused_by_name(rules: Any, field: str) -> None:
    with pytest.raises(RulesError) as refused:
        Rules.from_json(rules)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("I have warned nine hundred ships. Not one sent a card.", "en"),
        ("Ich habe neunhundert Schiffe gewarnt.", "de"),
        ("灯台は船に語りかける", "ja"),
        ("hi", ""),
        ("!!!", ""),
    ],
)
def test_a_language_is_claimed_only_when_it_can_be_told(text: str, code: str) -> None:
    assert language_of(text) == code
