"""Seven ways to hide a text, for measuring; their tables are not the normaliser's."""

from __future__ import annotations

import base64
import random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_CYRILLIC = dict(zip("aceiopsxyAEKMHOPCTX", "асеіорѕхуАЕКМНОРСТХ", strict=True))
_DIGITS = dict(zip("aeiostl", "4310571", strict=True))


def all_attacks(seed: int = 0) -> dict[str, Callable[[str], str]]:
    """By name, the plain text first; the same seed hides the same way."""
    rng = random.Random(seed)  # noqa: S311  measures, no secret

    def swap(table: dict[str, str], share: float) -> Callable[[str], str]:
        def hide(text: str) -> str:
            return "".join(
                table.get(c, table.get(c.lower(), c)) if rng.random() < share else c
                for c in text
            )

        return hide

    def zero_width(text: str) -> str:
        return "".join(c + ("\u200b" if rng.random() < 0.4 else "") for c in text)

    def full_width(text: str) -> str:
        return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)

    def spaced(text: str) -> str:
        return " ".join(" ".join(w) if len(w) > 3 else w for w in text.split())

    def zalgo(text: str) -> str:
        return "".join(
            c
            + (
                chr(rng.randrange(0x300, 0x340))
                if c.isalpha() and rng.random() < 0.6
                else ""
            )
            for c in text
        )

    def coded(text: str) -> str:
        return base64.b64encode(text.encode()).decode()

    return {
        "none": str,
        "homoglyph": swap(_CYRILLIC, 0.5),
        "leet": swap(_DIGITS, 0.6),
        "zero_width": zero_width,
        "full_width": full_width,
        "spaced": spaced,
        "zalgo": zalgo,
        "base64": coded,
    }
