"""The example in docs/engines.md is code that works."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from socialapp.engines.talk import Card, Lore
from socialapp.engines.testing import check_dialogue, check_voice

FOLDER = Path(__file__).parents[3] / "docs"
DOCS = FOLDER / "engines.md"


def test_the_voice_in_thirty_lines_keeps_the_promises_of_a_voice() -> None:
    found = re.search(r"```python\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.S)
    assert found
    names: dict[str, Any] = {}
    exec(found[1], names)  # noqa: S102  our own documentation
    check_voice(names["ChirpVoice"]())
    body = found[1].split("class ChirpVoice")[1]
    assert len(body.strip().splitlines()) <= 30


async def test_the_dialogue_in_twenty_lines_keeps_the_promises_of_a_dialogue() -> None:
    page = (FOLDER / "dialogue.md").read_text(encoding="utf-8")
    found = re.search(r"```python\n([^`]*class EchoDialogue.*?)```", page, re.S)
    assert found
    names: dict[str, Any] = {}
    exec(found[1], names)  # noqa: S102  our own documentation
    card = Card("Pim", persona="A gardener.", lore=(Lore(("rose",), "Roses bite."),))
    await check_dialogue(names["EchoDialogue"](), card)
    assert len(found[1].strip().splitlines()) <= 20
