"""Rates with the counts behind them and how sure they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence


def wilson(hits: int, of: int, z: float = 1.96) -> tuple[float, float]:
    """Wilson's score interval for `hits` of `of`; 95 % unless `z` says otherwise."""
    if of == 0:
        return 0.0, 1.0
    p = hits / of
    middle = (p + z * z / (2 * of)) / (1 + z * z / of)
    half = z * ((p * (1 - p) + z * z / (4 * of)) / of) ** 0.5 / (1 + z * z / of)
    return max(0.0, middle - half), min(1.0, middle + half)


def share(name: str, hits: int, of: int) -> dict[str, Any]:
    """``name`` and ``name_95``; None when there was nothing to count."""
    return {
        name: round(hits / of, 3) if of else None,
        f"{name}_95": [round(edge, 3) for edge in wilson(hits, of)] if of else None,
    }


def rates(hits: Sequence[bool], harmful: Sequence[bool]) -> dict[str, Any]:
    """What a judge flagged of texts of which some are `harmful`."""
    caught = sum(bool(h and b) for h, b in zip(hits, harmful, strict=True))
    flagged, unsafe = sum(map(bool, hits)), sum(map(bool, harmful))
    return {
        "n": len(harmful),
        "unsafe": unsafe,
        "flagged": flagged,
        "caught": caught,
        **share("precision", caught, flagged),
        **share("recall", caught, unsafe),
        **share("false_positive_rate", flagged - caught, len(harmful) - unsafe),
    }
