"""Phones to mouths: the fifteen visemes, and what each means to every kind of renderer.

The visemes are those of OpenXR (and of the Oculus lip-sync guide). The phone alphabet is
misaki's, which Kokoro and hibari share: one character a phone, diphthongs in capitals.
The weights are judgement, tuned by eye on the starter cast; no source publishes them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from socialapp.performance.timeline import Phone, Viseme

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

VISEMES = (
    "sil", "PP", "FF", "TH", "DD", "kk", "CH", "SS", "nn", "RR", "aa", "E", "ih", "oh", "ou",
)  # fmt: skip

CLOSURES = ("PP", "FF")
"""Visemes that a watcher must see: lips shut, or lip under teeth."""

MIN_CLOSURE = 0.05
"""Seconds. A 25-fps frame is 0.04: this much always holds one whole frame."""

PHONES: dict[str, str] = {
    symbol: viseme
    for viseme, symbols in {
        "PP": "pbm",
        "FF": "fv",
        "TH": "θð",
        "DD": "tdɾʔT",
        "kk": "kɡgŋhx",
        "CH": "ʃʒʧʤj",
        "SS": "sz",
        "nn": "nl",
        "RR": "ɹrɜɚ",
        "aa": "ɑaæʌɐɒ",
        "E": "ɛeəᵊ",
        "ih": "ɪiᵻ",
        "oh": "ɔo",
        "ou": "uʊw",
    }.items()
    for symbol in symbols
}
"""Phone symbol to viseme; a symbol not listed is an open neutral mouth, ``E``."""

DIPHTHONGS: dict[str, tuple[str, str]] = {
    "A": ("E", "ih"),
    "I": ("aa", "ih"),
    "W": ("aa", "ou"),
    "Y": ("oh", "ih"),
    "O": ("oh", "ou"),
    "Q": ("E", "ou"),
}
FIRST_SHARE = 0.6
"""The part of a diphthong that its first vowel fills."""

SPRITES: dict[str, str] = {
    "sil": "X",
    "PP": "A",
    "FF": "G",
    "TH": "H",
    "DD": "B",
    "kk": "B",
    "CH": "B",
    "SS": "B",
    "nn": "H",
    "RR": "E",
    "aa": "D",
    "E": "C",
    "ih": "B",
    "oh": "E",
    "ou": "F",
}
"""Viseme to sprite mouth, in Preston Blair letters as Rhubarb uses them."""

QUIET_SPRITES = {"D": "C", "C": "B", "E": "B"}
"""What an open sprite becomes where the voice is soft (weight below QUIET)."""

QUIET = 0.5

ARKIT: dict[str, dict[str, float]] = {
    "sil": {},
    "PP": {"mouthClose": 0.35, "mouthPressLeft": 0.5, "mouthPressRight": 0.5},
    "FF": {"jawOpen": 0.08, "mouthRollLower": 0.6},
    "TH": {"jawOpen": 0.15, "tongueOut": 0.4},
    "DD": {"jawOpen": 0.15, "mouthStretchLeft": 0.15, "mouthStretchRight": 0.15},
    "kk": {"jawOpen": 0.2},
    "CH": {"jawOpen": 0.12, "mouthFunnel": 0.5, "mouthPucker": 0.2},
    "SS": {"jawOpen": 0.05, "mouthStretchLeft": 0.35, "mouthStretchRight": 0.35},
    "nn": {"jawOpen": 0.15, "mouthStretchLeft": 0.1, "mouthStretchRight": 0.1},
    "RR": {"jawOpen": 0.18, "mouthFunnel": 0.35},
    "aa": {"jawOpen": 0.65},
    "E": {"jawOpen": 0.35, "mouthStretchLeft": 0.3, "mouthStretchRight": 0.3},
    "ih": {"jawOpen": 0.2, "mouthStretchLeft": 0.4, "mouthStretchRight": 0.4},
    "oh": {"jawOpen": 0.45, "mouthFunnel": 0.55},
    "ou": {"jawOpen": 0.2, "mouthPucker": 0.75, "mouthFunnel": 0.3},
}
"""Viseme to ARKit blendshapes, for 3-D faces that know no others."""


@dataclass(frozen=True, slots=True)
class Target:
    """What a viseme asks of the mouth, and how strongly it insists on each.

    The `_pull` values are the peak dominance of Cohen and Massaro (1993): a vowel lets
    its neighbours decide where it has no wish of its own.
    """

    jaw: float
    wide: float
    round: float
    tongue: float
    jaw_pull: float
    lips_pull: float
    """For `wide` and `round` alike: the lips are one muscle ring."""


TARGETS: dict[str, Target] = {
    #              jaw   wide  round tongue jaw_pull lips_pull
    "sil": Target(0.00, 0.00, 0.00, 0.0, 0.60, 0.35),
    "PP": Target(0.05, 0.00, 0.00, 0.0, 0.80, 0.15),
    "FF": Target(0.08, 0.10, 0.00, 0.0, 0.80, 0.30),
    "TH": Target(0.18, 0.15, 0.00, 1.0, 0.60, 0.25),
    "DD": Target(0.16, 0.25, 0.00, 0.8, 0.55, 0.20),
    "kk": Target(0.24, 0.10, 0.00, 0.1, 0.40, 0.12),
    "CH": Target(0.14, 0.00, 0.55, 0.2, 0.75, 0.60),
    "SS": Target(0.08, 0.45, 0.00, 0.2, 0.85, 0.45),
    "nn": Target(0.20, 0.15, 0.00, 0.8, 0.50, 0.15),
    "RR": Target(0.20, 0.00, 0.45, 0.2, 0.55, 0.55),
    "aa": Target(0.85, 0.15, 0.00, 0.0, 1.00, 0.60),
    "E": Target(0.48, 0.40, 0.00, 0.1, 0.85, 0.60),
    "ih": Target(0.28, 0.75, 0.00, 0.2, 0.80, 0.85),
    "oh": Target(0.58, 0.00, 0.75, 0.0, 1.00, 1.00),
    "ou": Target(0.26, 0.00, 1.00, 0.0, 0.90, 1.10),
}


def viseme_of(symbol: str) -> tuple[str, ...]:
    """One viseme, or the two of a diphthong; stress and length marks are ignored."""
    bare = symbol.strip("ˈˌː")
    if not bare:
        return ("sil",)
    if bare in DIPHTHONGS:
        return DIPHTHONGS[bare]
    return (PHONES.get(bare[0], "E"),)


def from_phones(
    phones: Sequence[Phone],
    seconds: float,
    *,
    loudness: Callable[[float, float], float] | None = None,
) -> tuple[Viseme, ...]:
    """Visemes that cover 0 to `seconds` without gap or overlap.

    `loudness(at, until)` gives 0 to 1 for a stretch of the sound and becomes the weight;
    without it every sound counts as 0.8. Closures always weigh 1 and last MIN_CLOSURE.
    """
    spans: list[tuple[float, float, str]] = []
    now = 0.0
    for phone in phones:
        at, until = max(now, phone.at), min(phone.until, seconds)
        if until - at < 1e-4:
            continue
        if at > now + 1e-4:
            spans.append((now, at, "sil"))
        else:
            at = now
        names = viseme_of(phone.name)
        if len(names) == 2:
            middle = at + FIRST_SHARE * (until - at)
            spans += [(at, middle, names[0]), (middle, until, names[1])]
        else:
            spans.append((at, until, names[0]))
        now = until
    if seconds > now + 1e-4:
        spans.append((now, seconds, "sil"))
    widened = _widen_closures(_merge(spans))
    return tuple(
        Viseme(round(at, 4), round(until, 4), name, _weight(name, at, until, loudness))
        for at, until, name in widened
    )


def _weight(
    name: str,
    at: float,
    until: float,
    loudness: Callable[[float, float], float] | None,
) -> float:
    if name == "sil" or name in CLOSURES:
        return 1.0
    if loudness is None:
        return 0.8
    return round(min(1.0, max(0.0, loudness(at, until))), 3)


def _merge(spans: Iterable[tuple[float, float, str]]) -> list[tuple[float, float, str]]:
    merged: list[tuple[float, float, str]] = []
    for at, until, name in spans:
        if merged and merged[-1][2] == name:
            merged[-1] = (merged[-1][0], until, name)
        else:
            merged.append((at, until, name))
    return merged


def _widen_closures(
    spans: list[tuple[float, float, str]],
) -> list[tuple[float, float, str]]:
    """Lengthen short closures at the cost of longer neighbours that are none."""
    edges = [at for at, _, _ in spans] + ([spans[-1][1]] if spans else [])
    for i, (_, _, name) in enumerate(spans):
        missing = MIN_CLOSURE - (edges[i + 1] - edges[i])
        if name not in CLOSURES or missing <= 0:
            continue
        for side in (i - 1, i + 1):
            if not 0 <= side < len(spans) or spans[side][2] in CLOSURES:
                continue
            share = missing if side > i else missing / 2
            spare = (edges[side + 1] - edges[side]) / 2
            taken = min(share, spare)
            if side < i:
                edges[i] -= taken
            else:
                edges[i + 1] += taken
            missing -= taken
    return [(edges[i], edges[i + 1], name) for i, (_, _, name) in enumerate(spans)]
