"""The published JSON Schema of the format: what a file may look like.

It says the shape. What names lead to, which conditions have a meaning and how large all
of it may be together is for the reader and the validator.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("scene.schema.json")


@cache
def schema() -> dict[str, Any]:
    """JSON Schema, draft 2020-12."""
    found: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return found
