"""What a crowd is called, and what it writes under its clips."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

FIRST = (
    "Ada", "Anouk", "Bela", "Bruno", "Carys", "Cosmo", "Dara", "Edda", "Emeka", "Fenna",
    "Gil", "Hana", "Idris", "Ines", "Jonah", "Juno", "Kaya", "Keir", "Lena", "Liv",
    "Mara", "Milo", "Nadia", "Nils", "Oona", "Otis", "Paz", "Pia", "Quinn", "Rafi",
    "Runa", "Sami", "Saskia", "Tariq", "Thea", "Uma", "Vito", "Wanda", "Yara", "Zeno",
)  # fmt: skip
LAST = (
    "Abara", "Berg", "Castell", "Dorn", "Eklund", "Farr", "Grove", "Holm", "Ito", "Juhl",
    "Kolb", "Lund", "Marsh", "Novak", "Okoye", "Prentice", "Quist", "Rook", "Sato",
    "Thorne", "Ulrich", "Vance", "Wilde", "Yilmaz", "Zander",
)  # fmt: skip
THINGS = (
    "attic", "bread", "bridge", "candle", "clock", "cloud", "coast", "comet", "compass",
    "cricket", "ferry", "fog", "garden", "ghost", "harbour", "honey", "kettle", "ladder",
    "lantern", "letter", "library", "lighthouse", "map", "market", "midnight", "mirror",
    "moth", "museum", "orchard", "owl", "parade", "piano", "postcard", "puppet", "radio",
    "rain", "river", "robot", "rooftop", "salt", "shed", "snow", "soup", "station",
    "stage", "tea", "theatre", "tram", "weather", "winter",
)  # fmt: skip
OPENINGS = (
    "Nobody asked about the", "I have thought about the", "A word on the",
    "Three minutes with the", "What they never tell you of the", "In praise of the",
    "I was wrong about the", "Still looking for the", "The truth about the",
    "Good evening from the", "Do not blame the", "Somebody moved the",
)  # fmt: skip
ENDINGS = (
    "", " again", ", and I regret nothing", " before breakfast", ", take two",
    ", as promised", " at last", ", whatever the weather", ", with apologies",
)  # fmt: skip


def person(number: int) -> tuple[str, str]:
    """Handle and name; no two numbers have the same handle."""
    first, last = FIRST[number % 40], LAST[number // 40 % 25]
    return f"{first.lower()}.{number + 1}", f"{first} {last}"


def character(number: int) -> str:
    return f"{FIRST[number * 7 % 40]} of the {THINGS[number // 40 % 50]}"


def tag(number: int) -> str:
    """Fifty words, then pairs of them: 2,500 in all."""
    if number < 50:
        return THINGS[number]
    return THINGS[number % 50] + THINGS[(number // 50 + number) % 50]


def caption(number: int, tags: Sequence[str]) -> str:
    """One in five has no words, and one of those no tags either."""
    hashes = " ".join(f"#{name}" for name in tags)
    if number % 5 == 4:
        return hashes
    opening, thing = OPENINGS[number % 12], THINGS[number // 12 % 50]
    return f"{opening} {thing}{ENDINGS[number // 600 % 9]}. {hashes}".strip()
