"""The bench counts what it says it counts."""

from __future__ import annotations

import json
from io import StringIO
from typing import TYPE_CHECKING

import pytest
from django.core.management import call_command

from moderation.bench import screening as bench
from moderation.screening.judge import judge
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
    assert refused == {"precision": 1.0, "recall": 1.0, "false_positive_rate": 0.0}
    assert found["texts"]["evasions"]["base64"]["unsafe_flagged"] == 1.0


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
