"""What text screening catches, what it wrongly refuses, and how long it takes.

categories: counts, precision and recall at 5 % false positives, with Wilson's 95 %
intervals, on texts that the model had not seen: out of fold, measured when the shipped
heads were trained. --openai FILE and --hatecheck FILE train and measure again.
functionalities: of the hate head, texts flagged in each of HateCheck's tests;
counter-speech, reclaimed slurs and negation apart. baseline: alt-profanity-check on the
same texts.
overblock_rate: harmless texts that are refused by the whole of screening, as a script:
those of data/benign.txt, which nothing was trained on, and the house's own
scripts. What was refused is listed.
evasions: seven ways to hide a text. From training: recall on unsafe texts and the share
of safe ones flagged, by a model without the normaliser (raw) and by ours. Live: the
harmless texts hidden the same way, refused by the whole.
--texts FILE.csv (columns text,label) judges any labelled set, plain and hidden.
"""

from __future__ import annotations

import csv
import json
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from django.conf import settings

from moderation.screening import heads, judge
from moderation.screening.attacks import all_attacks
from moderation.screening.figures import rates, share
from moderation.screening.verdicts import STOPS
from socialapp.content import library
from socialapp.engines.handler import embedders

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Iterable, Sequence

BENIGN = Path(__file__).parent / "data" / "benign.txt"
HARMLESS = frozenset(
    {"0", "safe", "benign", "ok", "allow", "non-hateful", "false", "no", "harmless"}
)
HARMFUL = frozenset(
    {"1", "unsafe", "harmful", "bad", "block", "hateful", "true", "yes", "toxic"}
)
HIDDEN_TEXTS = 60
"""Of a set, judged under each attack."""


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--texts", type=Path, help="CSV with the columns text,label")
    parser.add_argument("--surface", default="script")
    parser.add_argument("--openai", type=Path, help="train again: the moderation set")
    parser.add_argument("--hatecheck", type=Path, help="train again: HateCheck")


def run(options: dict[str, Any]) -> dict[str, Any]:
    surface = options["surface"]
    figures = _figures(options)
    benign, house = read_lines(BENIGN), house_scripts()
    judge.judge(benign[0], surface=surface)  # loads the engine
    own = _judged(benign, surface)
    theirs = _judged(house, surface)
    refused = [one for one in (*own, *theirs) if one["action"] in STOPS]
    times = [one["ms"] for one in own]
    result: dict[str, Any] = {
        "categories": figures["categories"],
        "functionalities": figures["functionalities"],
        "baseline": figures["baseline"],
        "overblock_rate": round(len(refused) / (len(own) + len(theirs)), 4),
        "overblock_95": share("rate", len(refused), len(own) + len(theirs))["rate_95"],
        "overblocked": [_short(one) for one in refused],
        "benign_texts": len(own),
        "benign_refused": sum(one["action"] in STOPS for one in own),
        "benign_for_review": sum(one["action"] == "review" for one in own),
        "house_scripts": len(theirs),
        "house_refused": sum(one["action"] in STOPS for one in theirs),
        "ms_per_text": round(median(times), 2),
        "ms_per_text_95": round(sorted(times)[int(len(times) * 0.95)], 2),
        "evasions": _evasions(figures["evasions"], benign, surface),
        "version": f"{judge.RULES_VERSION}, {heads.load().version}",
        "figures_from": "out of fold, 5 folds, by manage.py train_screening",
    }
    if options["texts"]:
        result["texts"] = score_texts(read_labelled(options["texts"]), surface)
    return result


def _figures(options: dict[str, Any]) -> dict[str, Any]:
    if bool(options["openai"]) != bool(options["hatecheck"]):
        raise ValueError("Give both --openai and --hatecheck, or neither.")
    if not options["openai"]:
        return dict(heads.load().figures)
    # scikit-learn is for development alone.
    from moderation.screening import training  # noqa: PLC0415

    made = training.train(
        options["openai"],
        options["hatecheck"],
        embedders[settings.SCREENING["EMBEDDER"]],
        lambda _: None,
    )
    return dict(made["figures"])


def read_lines(path: Path) -> list[str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and line[0] != "#"]


def house_scripts() -> list[str]:
    """Everything that the starter posts and duets say."""
    folder = Path(library.__file__).parent
    posts = json.loads((folder / "posts" / "posts.json").read_text(encoding="utf-8"))
    duets = [
        json.loads(path.read_text(encoding="utf-8"))
        for path in sorted((folder / "duets").glob("*.json"))
    ]
    return sorted({text for text in _said([posts, duets]) if len(text.split()) > 3})


def _said(value: Any, key: str = "") -> Iterable[str]:
    if isinstance(value, str):
        if key in {"script", "text", "line", "caption", "topic", "premise"}:
            yield value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _said(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from _said(inner, key)


def read_labelled(path: Path) -> list[tuple[str, bool]]:
    """(text, harmful). ValueError names a missing column or an unknown label."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    if not rows or not {"text", "label"} <= set(rows[0]):
        raise ValueError(f"{path} needs rows with the columns text,label.")
    found = []
    for number, row in enumerate(rows, start=2):
        label = row["label"].strip().lower()
        if label not in HARMLESS | HARMFUL:
            raise ValueError(
                f"{path}, line {number}: the label {label!r} is none of"
                f" {', '.join(sorted(HARMLESS | HARMFUL))}."
            )
        found.append((row["text"], label in HARMFUL))
    return found


def score_texts(rows: Sequence[tuple[str, bool]], surface: str) -> dict[str, Any]:
    """Counts and rates of refusals, and of refusals or reviews, plain and hidden."""
    judged = _judged([text for text, _ in rows], surface)
    harmful = [bad for _, bad in rows]
    found: dict[str, Any] = {
        "n": len(rows),
        "harmful": sum(harmful),
        "refused": rates([one["action"] in STOPS for one in judged], harmful),
        "refused_or_review": rates(
            [one["action"] != "allow" for one in judged], harmful
        ),
        "any_head_at_5_percent": rates([one["any"] for one in judged], harmful),
        "ms_per_text": round(median(one["ms"] for one in judged), 2) if rows else None,
        "evasions": {},
    }
    bad = [text for text, harm in rows if harm][:HIDDEN_TEXTS]
    good = [text for text, harm in rows if not harm][:HIDDEN_TEXTS]
    for name, attack in all_attacks().items():
        line: dict[str, float] = {}
        for kind, texts in (("unsafe", bad), ("safe", good)):
            hidden = [attack(text[:2000]) for text in texts]
            ours = [one["action"] != "allow" for one in _judged(hidden, surface)]
            line[f"{kind}_flagged"] = _share(ours)
            line[f"{kind}_flagged_raw"] = _share(_raw(hidden))
        found["evasions"][name] = line
    if (profanity := _alt_profanity([text for text, _ in rows])) is not None:
        found["alt_profanity_check"] = rates(profanity, harmful)
    return found


def _judged(texts: Sequence[str], surface: str) -> list[dict[str, Any]]:
    known = heads.load()
    cut = known.cut("any", 0.05)
    judged = []
    for text in texts:
        started = time.perf_counter()
        # Every line is somebody's, the house's own as well.
        judgement = judge.judge(text[:20_000], surface=surface, anew=True)
        took = (time.perf_counter() - started) * 1000
        verdict = judgement.verdict
        judged.append(
            {
                "text": text,
                "action": verdict.action,
                "rules": sorted({found.rule for found in verdict.deciding}),
                "layers": sorted({found.layer for found in verdict.deciding}),
                # A rule that stops a text spares the heads the look.
                "any": verdict.stops or judgement.scores.get("any", 0.0) > cut,
                "ms": took,
            }
        )
    return judged


def _raw(texts: Sequence[str]) -> list[bool]:
    """The heads alone on the texts as they are: flagged at 5 %."""
    if not texts:
        return []
    known = heads.load()
    embedder = embedders[settings.SCREENING["EMBEDDER"]]
    scores = known.score(embedder.embed([text[:1800] for text in texts]))
    at = known.names.index("any")
    return [bool(score > known.cut("any", 0.05)) for score in scores[:, at]]


def _evasions(
    trained: dict[str, dict[str, float]], benign: Sequence[str], surface: str
) -> dict[str, dict[str, float]]:
    table = {name: dict(line) for name, line in trained.items()}
    for name, attack in all_attacks().items():
        hidden = [attack(text) for text in benign[-HIDDEN_TEXTS:]]
        stopped = [one["action"] in STOPS for one in _judged(hidden, surface)]
        table.setdefault(name, {})["benign_refused"] = _share(stopped)
    return table


def _share(hits: Sequence[bool]) -> float:
    return round(sum(hits) / max(1, len(hits)), 3)


def _alt_profanity(texts: Sequence[str]) -> list[bool] | None:
    # Of the module that trains, which pages do without.
    from moderation.screening.training import alt_profanity  # noqa: PLC0415

    return alt_profanity(texts)


def _short(one: dict[str, Any]) -> str:
    return f"{'/'.join(one['rules'])} {one['action']}: {one['text'][:90]}"
