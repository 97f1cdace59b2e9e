"""Train the heads and measure them on what they have not seen.

Needs scikit-learn (requirements-dev.txt) and labelled texts, which are no part of the
product. Every figure is out of fold: five folds, duplicates and templates kept together.
Nothing of the data's text is printed or written.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import importlib.util
import json
import time
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from moderation.screening.attacks import all_attacks
from moderation.screening.figures import rates, share
from moderation.screening.reading import versions_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from socialapp.engines.protocols import Embedder

    Vector = NDArray[np.floating[Any]]

CODES = {
    "S": "sexual",
    "S3": "sexual_minors",
    "H": "hate",
    "H2": "hate_threatening",
    "HR": "harassment",
    "V": "violence",
    "V2": "violence_graphic",
    "SH": "self_harm",
}
"""Keys of the moderation set, and the categories of our rules."""

RATES = (0.1, 0.05, 0.03, 0.02, 0.01, 0.005)
"""False-positive rates whose cuts are kept; below .005 too few safe texts are left."""

MEASURED = 0.05
SEED = 0
FOLDS = 5
C = 3.0
HELD = 150
"""Unsafe and safe texts, each, for the table of evasions."""

HELD_CHARACTERS = 400

GROUPS = {
    "counter_speech": "counter_",
    "reclaimed_slurs": "slur_reclaimed",
    "negated_hate": "negate_neg",
    "negated_praise": "negate_pos",
}
"""Of HateCheck's functionalities: those in which the words alone mislead."""


@dataclass(frozen=True, slots=True)
class Row:
    text: str
    labels: dict[str, int]
    """Category: 0 or 1; one that is absent is unknown, not 0."""

    unsafe: int
    group: str
    """Rows of one group never stand on both sides of a split."""

    source: str
    functionality: str = ""
    """Which of HateCheck's tests it belongs to."""


def read_openai(path: Path) -> list[Row]:
    """Lines of JSON: ``prompt`` and the keys of CODES."""
    rows = []
    with _opened(path) as lines:
        for line in lines:
            raw = json.loads(line)
            words = " ".join(raw["prompt"].lower().split())
            rows.append(
                Row(
                    raw["prompt"],
                    {CODES[key]: int(raw[key]) for key in CODES if key in raw},
                    int(any(raw.get(key) for key in CODES)),
                    "oa:" + hashlib.sha256(words.encode()).hexdigest(),
                    "openai",
                )
            )
    return rows


def read_hatecheck(path: Path) -> list[Row]:
    """CSV with ``test_case``, ``label_gold``, ``templ_id`` and ``functionality``."""
    with _opened(path) as lines:
        return [
            Row(
                raw["test_case"],
                {"hate": int(raw["label_gold"] == "hateful")},
                int(raw["label_gold"] == "hateful"),
                "hc:" + raw["templ_id"],
                "hatecheck",
                raw["functionality"],
            )
            for raw in csv.DictReader(lines)
        ]


def _opened(path: Path) -> IO[str]:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8")
    return path.open(encoding="utf-8")


def plain_of(text: str) -> str:
    """What the heads read: the last such version is a hidden text, if there is one."""
    read = [version for version in versions_of(text[:20_000]) if version.for_heads]
    return read[-1].normal.text[:1800]


def train(
    openai: Path, hatecheck: Path, embedder: Embedder, say: Callable[[str], None]
) -> dict[str, Any]:
    """The content of heads.json."""
    rows = [*read_openai(openai), *read_hatecheck(hatecheck)]
    texts = [plain_of(row.text) for row in rows]
    started = time.perf_counter()
    x = _embed(embedder, texts)
    say(f"{len(rows)} texts, {(time.perf_counter() - started) / len(rows):.4f} s each")
    baseline = alt_profanity([row.text for row in rows])
    functionalities: dict[str, Any] = {}
    heads: dict[str, Any] = {}
    figures: dict[str, Any] = {}
    for name in ("any", *CODES.values()):
        use, y = _labelled(rows, name)
        groups = [rows[i].group for i in use]
        scores = out_of_fold(x[use], y, groups)
        own = np.array([rows[i].source == "openai" for i in use])
        heads[name] = _head(x[use], y) | {"cuts": cuts(scores[own & (y == 0)])}
        figures[name] = {
            "openai": measure(scores[own], y[own], heads[name]["cuts"]["0.05"])
        }
        if not own.all():
            figures[name]["hatecheck"] = measure(
                scores[~own], y[~own], heads[name]["cuts"]["0.05"]
            )
            theirs = [i for i in use if rows[i].source == "hatecheck"]
            functionalities = by_functionality(
                [rows[i] for i in theirs],
                (scores[~own] > heads[name]["cuts"]["0.05"]).tolist(),
                [baseline[i] for i in theirs] if baseline is not None else None,
            )
        say(f"{name}: {json.dumps(figures[name])}")
    evasions = measure_evasions(rows, x, embedder)
    say(json.dumps(evasions))
    data = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (openai, hatecheck)
    }
    body = json.dumps(heads, sort_keys=True).encode()
    return {
        "version": f"heads {hashlib.sha256(body).hexdigest()[:8]}",
        "encoder": embedder.version,
        "seed": SEED,
        "c": C,
        "folds": FOLDS,
        "data_sha256": data,
        "heads": heads,
        "figures": {
            "false_positive_rate": MEASURED,
            "categories": figures,
            "functionalities": functionalities,
            "baseline": measure_baseline(rows, baseline) if baseline else {},
            "evasions": evasions,
        },
    }


def _labelled(rows: Sequence[Row], name: str) -> tuple[list[int], NDArray[np.int64]]:
    """HateCheck is for the hate head alone: pooled into the others it costs recall."""
    if name == "any":
        use = [i for i, row in enumerate(rows) if row.source == "openai"]
        return use, np.array([rows[i].unsafe for i in use])
    use = [i for i, row in enumerate(rows) if name in row.labels]
    return use, np.array([rows[i].labels[name] for i in use])


def _regression() -> Any:
    # A development requirement: what ships reads the weights with numpy.
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415

    return LogisticRegression(
        C=C, max_iter=3000, class_weight="balanced", random_state=SEED
    )


def _head(x: Vector, y: NDArray[np.int64]) -> dict[str, Any]:
    fitted = _regression().fit(x, y)
    return {
        "bias": round(float(fitted.intercept_[0]), 4),
        "weights": [round(float(w), 3) for w in fitted.coef_[0]],
    }


def out_of_fold(x: Vector, y: NDArray[np.int64], groups: Sequence[str]) -> Vector:
    """Scores of each row by a model that saw neither it nor its group."""
    from sklearn.model_selection import GroupKFold, cross_val_predict  # noqa: PLC0415

    folds = GroupKFold(n_splits=FOLDS, shuffle=True, random_state=SEED)
    scores: Vector = cross_val_predict(
        _regression(), x, y, groups=groups, cv=folds, method="predict_proba"
    )[:, 1]
    return scores


def cuts(safe: Vector) -> dict[str, float]:
    return {f"{r:g}": round(float(np.quantile(safe, 1 - r)), 4) for r in RATES}


def measure(scores: Vector, y: NDArray[np.int64], cut: float) -> dict[str, Any]:
    """Counts and rates at `cut`, with Wilson's 95 % intervals."""
    from sklearn.metrics import average_precision_score, roc_auc_score  # noqa: PLC0415

    return {
        "auc": round(float(roc_auc_score(y, scores)), 3),
        "average_precision": round(float(average_precision_score(y, scores)), 3),
        **rates((scores > cut).tolist(), (y == 1).tolist()),
    }


def by_functionality(
    rows: Sequence[Row], hits: Sequence[bool], baseline: Sequence[bool] | None
) -> dict[str, Any]:
    """HateCheck's own tests, each with one right answer: how many texts were flagged,
    by the head and by the baseline; and the groups that a list of bad words gets wrong.
    """
    tests: dict[str, Any] = {}
    for name in sorted({row.functionality for row in rows}):
        at = [i for i, row in enumerate(rows) if row.functionality == name]
        tests[name] = _flagged(rows, hits, baseline, at)
    groups = {
        group: _flagged(
            rows,
            hits,
            baseline,
            [i for i, row in enumerate(rows) if row.functionality.startswith(prefix)],
        )
        for group, prefix in GROUPS.items()
    }
    return {"tests": tests, "groups": groups}


def _flagged(
    rows: Sequence[Row],
    hits: Sequence[bool],
    baseline: Sequence[bool] | None,
    at: Sequence[int],
) -> dict[str, Any]:
    flagged = sum(bool(hits[i]) for i in at)
    told = {
        "n": len(at),
        "hateful": bool(at and rows[at[0]].unsafe),
        "flagged": flagged,
        **share("flagged_rate", flagged, len(at)),
    }
    if baseline is not None:
        told["flagged_by_baseline"] = sum(bool(baseline[i]) for i in at)
    return told


def alt_profanity(texts: Sequence[str]) -> list[bool] | None:
    """alt-profanity-check at .5, the baseline; None when it is not installed."""
    if importlib.util.find_spec("profanity_check") is None:
        return None
    from profanity_check import predict  # noqa: PLC0415

    return [bool(one) for one in predict(list(texts))] if texts else []


def measure_baseline(rows: Sequence[Row], flagged: Sequence[bool]) -> dict[str, Any]:
    """What it flags of both sets: of the first anything unsafe, of HateCheck hate."""
    found: dict[str, Any] = {"name": "alt-profanity-check, .5"}
    for source in ("openai", "hatecheck"):
        at = [i for i, row in enumerate(rows) if row.source == source]
        found[source] = rates(
            [flagged[i] for i in at], [bool(rows[i].unsafe) for i in at]
        )
    return found


def measure_evasions(
    rows: Sequence[Row], x: Vector, embedder: Embedder
) -> dict[str, dict[str, float]]:
    """Hidden texts of one half, judged by models of the other half.

    ``raw`` is a model trained and run without the normaliser. The cut is at 5 % of the
    half's plain safe texts.
    """
    use = [i for i, row in enumerate(rows) if row.source == "openai"]
    y = np.array([rows[i].unsafe for i in use])
    plain = x[use]
    raw = _embed(embedder, [rows[i].text[:1800] for i in use])
    order = np.random.RandomState(1).permutation(len(use))
    learn, test = order[: len(use) // 2], order[len(use) // 2 :]
    model, raw_model = (_regression().fit(v[learn], y[learn]) for v in (plain, raw))
    safe, unsafe = test[y[test] == 0], test[y[test] == 1]
    cut = np.quantile(model.predict_proba(plain[safe])[:, 1], 1 - MEASURED)
    raw_cut = np.quantile(raw_model.predict_proba(raw[safe])[:, 1], 1 - MEASURED)
    table: dict[str, dict[str, float]] = {}
    for name, attack in all_attacks().items():
        line: dict[str, float] = {}
        for kind, chosen in (("recall", unsafe[:HELD]), ("flagged", safe[:HELD])):
            hidden = [attack(rows[use[i]].text[:HELD_CHARACTERS]) for i in chosen]
            by_raw = raw_model.predict_proba(_embed(embedder, hidden))[:, 1]
            by_plain = model.predict_proba(
                _embed(embedder, [plain_of(text) for text in hidden])
            )[:, 1]
            line[f"{kind}_raw"] = round(float((by_raw > raw_cut).mean()), 3)
            line[f"{kind}_normalised"] = round(float((by_plain > cut).mean()), 3)
        table[name] = line
    return table


def _embed(embedder: Embedder, texts: Sequence[str]) -> Vector:
    return np.frombuffer(embedder.embed(texts), "<f4").reshape(-1, embedder.dimensions)
