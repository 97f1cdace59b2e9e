"""What every spoken or shown line of the launch content must be."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from socialapp.content.library import FOLDER

if TYPE_CHECKING:
    from pathlib import Path

LINE = 220
"""Characters of a spoken line: about 15 seconds."""

MOODS = {"calm", "happy", "sad", "angry", "afraid", "surprised", "disgusted"}
GESTURES = {"none", "nod", "shake_head", "wave", "shrug", "point", "lean_in"}
TAGS = {
    "whispers", "laughs", "sighs", "gasps", "pause", "softly", "excited", "deadpan",
    "shouts", "nervous", "proud",
}  # fmt: skip
KINDS = {
    "greeting", "small_talk", "expertise", "joke", "disagreement", "confusion",
    "compliment", "insult", "refusal", "sadness", "crisis", "farewell",
}  # fmt: skip


def files(kind: str) -> list[Path]:
    return sorted(
        p for p in (FOLDER / kind).glob("*.json") if p.name != "backgrounds.json"
    )


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def check_line(text: str, limit: int = LINE) -> None:
    assert text.strip(), "an empty line"
    assert len(text) <= limit, f"{len(text)} characters: {text[:60]}"
    assert text == text.strip(), f"stray spaces: {text[:60]}"
    assert "  " not in text, f"two spaces: {text[:60]}"
    assert not re.search(r"[<>*_#]", text), f"read aloud: {text[:60]}"
