"""Voice ids and blends of them: ``am_puck*0.6+am_onyx*0.4``."""

from __future__ import annotations


def parse(voice: str) -> tuple[tuple[str, float], ...]:
    """(id, weight) pairs whose weights sum to 1; nonsense weights count as equal."""
    parts: list[tuple[str, float]] = []
    for piece in voice.split("+"):
        name, _, weight = piece.strip().partition("*")
        try:
            value = float(weight) if weight else 1.0
        except ValueError:
            value = 1.0
        if name.strip() and 0.0 < value < 1e6:
            parts.append((name.strip(), value))
    total = sum(weight for _, weight in parts)
    return tuple((name, weight / total) for name, weight in parts)


def main_of(voice: str) -> str:
    """The id with the largest share, or empty."""
    return max(parse(voice), key=lambda part: part[1], default=("", 0.0))[0]


def british(voice: str) -> bool:
    """Kokoro's ids tell the accent: ``bf_emma`` is British, ``af_bella`` American."""
    name = main_of(voice)
    return len(name) > 2 and name[0] == "b" and name[2] == "_"
