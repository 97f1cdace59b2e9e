"""The voices people choose from, and blends of them from a seed. Plain data, no weights."""

from __future__ import annotations

import random
from dataclasses import dataclass

from avatarfx.voices import blends


@dataclass(frozen=True, slots=True)
class CatalogueVoice:
    id: str
    """What goes into ``VoiceSpec.voice``."""

    name: str
    """Its stage name."""

    description: str


VOICES: tuple[CatalogueVoice, ...] = (
    CatalogueVoice("af_heart", "Front row", "Warm, close"),
    CatalogueVoice("am_onyx", "Low tide", "Deep, unhurried"),
    CatalogueVoice("af_nova", "Paper lantern", "Bright, young"),
    CatalogueVoice("af_kore", "Understudy", "Dry, precise"),
    CatalogueVoice("am_puck", "Trapdoor", "Light, up to something"),
    CatalogueVoice("bf_emma", "Matinee", "Clear, British"),
    CatalogueVoice("bm_george", "Fog signal", "Grave, British"),
    CatalogueVoice("af_bella", "Footlight", "Quick, full of plans"),
    CatalogueVoice("am_michael", "House lights", "Steady, friendly"),
    CatalogueVoice("bf_isabella", "Prompt box", "Soft, British"),
    CatalogueVoice("bm_fable", "Second act", "A storyteller, British"),
    CatalogueVoice("am_fenrir", "Thunder sheet", "Rough, loud on Mondays"),
)
"""Twelve that stay intelligible and are told apart by ear and by a speaker network."""

BY_KIND = {
    "af": (
        "alloy",
        "aoede",
        "bella",
        "heart",
        "jessica",
        "kore",
        "nicole",
        "nova",
        "river",
        "sarah",
        "sky",
    ),
    "am": (
        "adam",
        "echo",
        "eric",
        "fenrir",
        "liam",
        "michael",
        "onyx",
        "puck",
        "santa",
    ),
    "bf": ("alice", "emma", "isabella", "lily"),
    "bm": ("daniel", "fable", "george", "lewis"),
}
"""Kokoro's English voices by accent (American, British) and register."""

ALL = frozenset(f"{kind}_{name}" for kind, names in BY_KIND.items() for name in names)
"""Every id in the styles file."""

ROUNDING = 0.02
"""What the weights of a blend may miss 1 by: people write thirds."""


def is_known(voice: str) -> bool:
    """Whether `voice` is an id, or a blend of ids whose weights sum to 1."""
    parts = voice.split("+")
    weights = []
    for part in parts:
        name, star, weight = part.strip().partition("*")
        if name not in ALL or (len(parts) > 1 and not star):
            return False
        try:
            weights.append(float(weight) if star else 1.0)
        except ValueError:
            return False
    in_range = all(0.0 < weight <= 1.0 for weight in weights)
    return in_range and abs(sum(weights) - 1.0) <= ROUNDING


def name_of(voice: str) -> str:
    """Its stage name; of a blend, both: "Low tide with a little Trapdoor"."""
    names = {v.id: v.name for v in VOICES}
    parts = sorted(blends.parse(voice), key=lambda part: -part[1])
    if not parts:
        return names["af_heart"]
    first = names.get(parts[0][0], parts[0][0])
    if len(parts) == 1:
        return first
    second = names.get(parts[1][0], parts[1][0])
    joint = "with a little" if parts[1][1] < 0.4 else "and"
    return f"{first} {joint} {second}"


def blend_from_seed(seed: int) -> str:
    """A voice of one's own: two of the catalogue, of one register, in tenths."""
    rng = random.Random(f"voice {seed}")  # noqa: S311  a taste, not a secret
    first = rng.choice(VOICES).id
    others = [v.id for v in VOICES if v.id != first and v.id[1] == first[1]]
    share = rng.choice((5, 6, 7, 8))
    return f"{first}*{share / 10:.1f}+{rng.choice(others)}*{(10 - share) / 10:.1f}"
