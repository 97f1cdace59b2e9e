"""The project's own files, for tests that read them."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
APPS = ("socialapp", "avatarfx", "feed", "moderation", "scenes", "streams")


@cache
def python_files() -> tuple[Path, ...]:
    """Of the product: no tests, no migrations."""
    return tuple(
        file
        for app in APPS
        for file in sorted((ROOT / app).rglob("*.py"))
        if not {"tests", "migrations"} & set(file.relative_to(ROOT).parts)
    )


@cache
def tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"), str(file))


def module_of(file: Path) -> str:
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def documents() -> list[Path]:
    return [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
