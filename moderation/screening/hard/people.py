"""Rule 3.1: speaking as a real person. To speak of one is fine."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

from moderation.screening.matching import (
    NAMES,
    PERSONAS,
    SPOKEN,
    Match,
    around,
    words,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from moderation.screening.matching import Reading

_LIST = Path(__file__).parents[1] / "data" / "public_figures.txt"

_OPEN_ABOUT_IT = words(
    r"""parod(?:y|ies)|satire|impersonat\w+|impression(?:s|ist)?|lookalike|look-alike|fan|fans|
    not (?:really |the real )?|no,? not|inspired by|like to be|dressed as|costume|wish i (?:was|were)"""
)

_OFFICE = words(
    r"""(?:i am|i'm|this is|speaking as|as) (?:the |your )?(?:current |real |acting )?
    (?:president|vice president|prime minister|chancellor|pope|king|queen|ceo|secretary of state) of (?:the )?(?:united states|usa|america|france|germany|russia|ukraine|china|india|israel|canada|
    united kingdom|uk|england|apple|google|microsoft|tesla|openai|meta|amazon)|
    (?:official|verified) (?:account|channel|page|voice|profile) of"""
)


def find(reading: Reading) -> Iterator[Match]:
    text = reading.text
    names = _figures(tuple(settings.PUBLIC_FIGURES))
    for found in names.finditer(text):
        near = around(text, *found.span(), 30)
        if not (reading.surface in NAMES or _speaks_as(text, found)):
            continue
        action = "review" if _OPEN_ABOUT_IT.search(near) else "block"
        yield Match("impersonation", *found.span(), action)  # type: ignore[arg-type]
    if reading.surface in SPOKEN | PERSONAS | NAMES:
        for found in _OFFICE.finditer(text):
            yield Match("impersonation", *found.span(), "review")


_BEFORE = re.compile(
    r"(?:\bi am|\bi'm|\bthis is|\bmy name is|\byou are|\byou're|\bact(?:ing)? as|"
    r"\bspeak(?:ing)? as|\btalk(?:ing)? as|\bpretend to be|\bin the voice of|"
    r"\bthe voice of|\bplays?|\bit's me)[\s,:]{1,3}(?:the )?(?:real |actual |great )?$"
)
_AFTER = re.compile(r"^[\s,]{1,3}(?:here|speaking)\b")


def _speaks_as(text: str, found: re.Match[str]) -> bool:
    before = text[max(0, found.start() - 40) : found.start()]
    after = text[found.end() : found.end() + 20]
    return bool(_BEFORE.search(before) or _AFTER.match(after))


@lru_cache(maxsize=4)
def _figures(more: tuple[str, ...]) -> re.Pattern[str]:
    lines = _LIST.read_text(encoding="utf-8").splitlines()
    listed = [line.strip() for line in lines if line and not line.startswith("#")]
    names = sorted({_bare(name) for name in [*listed, *more]}, key=len, reverse=True)
    each = [r"[\s.\-]{1,3}".join(map(re.escape, name.split())) for name in names]
    return re.compile(rf"(?<!\w)(?:{'|'.join(each)})(?!\w)")


def _bare(name: str) -> str:
    """As the normaliser leaves it: no accents, lower case, marks as spaces."""
    apart = unicodedata.normalize("NFD", name.lower())
    kept = "".join(c for c in apart if not unicodedata.combining(c))
    return re.sub(r"[.\-]+", " ", kept)
