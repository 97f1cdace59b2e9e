"""The bench counts what it says it counts."""

from __future__ import annotations

import json
from io import StringIO
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.core.management import call_command

from moderation.bench import screening as bench
from moderation.screening import heads
from moderation.screening.figures import rates, wilson
from moderation.screening.judge import judge
from moderation.screening.training import Row, by_functionality
from moderation.screening.verdicts import STOPS

if TYPE_CHECKING:
    from pathlib import Path

KEYS = {"categories", "overblock_rate", "ms_per_text", "evasions", "texts"}


def test_the_bench_prints_its_figures_and_judges_any_set(tmp_path: Path) -> None:
    texts = tmp_path / "set.csv"
    texts.write_text(
        "text,label\n"
        "I know where you live.,unsafe\n"
        "I am going to kill you and your family.,1\n"
        "The soup of the day is yesterday's.,safe\n"
        "We are closed on Mondays.,0\n",
        encoding="utf-8",
    )
    out = StringIO()
    call_command("bench", "screening", "--json", f"--texts={texts}", stdout=out)
    found = json.loads(out.getvalue().splitlines()[-1])
    assert set(found) >= KEYS
    assert found["overblock_rate"] <= 0.02
    assert found["benign_texts"] >= 150
    assert found["ms_per_text"] > 0.0
    assert set(found["evasions"]) == {
        "none", "homoglyph", "leet", "zero_width", "full_width", "spaced", "zalgo",
        "base64",
    }  # fmt: skip
    for name in ("sexual", "sexual_minors", "self_harm"):
        assert found["categories"][name]["openai"]["recall"] > 0.5
    refused = found["texts"]["refused"]
    assert refused == {
        "n": 4,
        "unsafe": 2,
        "flagged": 2,
        "caught": 2,
        "precision": 1.0,
        "precision_95": [0.342, 1.0],
        "recall": 1.0,
        "recall_95": [0.342, 1.0],
        "false_positive_rate": 0.0,
        "false_positive_rate_95": [0.0, 0.658],
    }
    assert found["overblock_95"][0] < found["overblock_rate"] < found["overblock_95"][1]
    tests = found["functionalities"]["tests"]
    assert {"counter_quote_nh", "slur_reclaimed_nh", "negate_neg_nh"} <= set(tests)
    assert sum(test["n"] for test in tests.values()) == 1952
    assert all(test["flagged"] <= test["n"] for test in tests.values())
    groups = found["functionalities"]["groups"]
    assert not groups["counter_speech"]["hateful"]
    assert groups["negated_praise"]["hateful"]
    assert found["baseline"]["openai"]["n"] == 1160
    assert found["texts"]["evasions"]["base64"]["unsafe_flagged"] == 1.0


def test_each_of_hatechecks_tests_is_counted_for_itself() -> None:
    rows = [
        Row(text, {"hate": bad}, bad, text, "hatecheck", name)
        for text, bad, name in (
            ("a", 0, "counter_quote_nh"),
            ("b", 0, "counter_ref_nh"),
            ("c", 0, "counter_ref_nh"),
            ("d", 0, "negate_neg_nh"),
            ("e", 1, "slur_h"),
        )
    ]
    found = by_functionality(rows, [True, True, False, False, True], [False] * 5)
    assert list(found["tests"]) == [
        "counter_quote_nh",
        "counter_ref_nh",
        "negate_neg_nh",
        "slur_h",
    ]
    assert found["groups"]["counter_speech"] == {
        "n": 3,
        "hateful": False,
        "flagged": 2,
        "flagged_rate": 0.667,
        "flagged_rate_95": [0.208, 0.939],
        "flagged_by_baseline": 0,
    }
    assert found["tests"]["slur_h"]["hateful"]
    assert found["groups"]["reclaimed_slurs"]["flagged_rate"] is None


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    # Newcombe 1998, table I, method 3.
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611)],
)
def test_the_intervals_are_wilsons(hits: int, of: int, low: float, high: float) -> None:
    assert wilson(hits, of) == pytest.approx((low, high), abs=5e-5)


def test_the_model_card_is_that_of_the_heads_that_ship() -> None:
    known = heads.load()
    card = settings.BASE_DIR / "docs/trust/screening-model-card.md"
    text = card.read_text(encoding="utf-8")
    assert known.version in text
    for name, test in known.figures["functionalities"]["tests"].items():
        assert f"| `{name}` | {test['flagged']} of {test['n']} |" in text
    for figures in known.figures["categories"].values():
        counts = "| {n} | {unsafe} | {flagged} | {caught} |".format(**figures["openai"])
        assert counts in text


def test_nothing_to_count_is_no_rate() -> None:
    assert rates([], [])["recall"] is None
    assert rates([False], [True])["precision_95"] is None


@pytest.mark.parametrize(
    ("content", "message"),
    [("a,b\n1,2\n", "columns text,label"), ("text,label\nhi,perhaps\n", "line 2")],
)
def test_a_set_that_cannot_be_read_is_refused_with_the_place(
    tmp_path: Path, content: str, message: str
) -> None:
    file = tmp_path / "set.csv"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(ValueError, match=message):
        bench.read_labelled(file)


def test_the_houses_own_scripts_pass() -> None:
    scripts = bench.house_scripts()
    assert len(scripts) > 30
    refused = [s for s in scripts if judge(s, surface="script").verdict.action in STOPS]
    assert refused == []
