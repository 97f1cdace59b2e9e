"""The page on neural rungs lists every file that a layout asks for."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings

from socialapp.engines.folders import Layout, report

PAGES = Path(settings.BASE_DIR) / "docs"
DECLARED = [
    pytest.param(alias, layout, id=alias) for _, alias, layout, _ in report._declared()
]


@pytest.mark.parametrize(("alias", "layout"), DECLARED)
def test_every_file_of_a_layout_is_in_the_docs(alias: str, layout: Layout) -> None:
    pages = [PAGES / "neural.md", *(PAGES / "neural").glob("*.md")]
    text = "".join(page.read_text(encoding="utf-8") for page in pages)
    missing = [
        piece.path
        for piece in layout.files
        if piece.path not in text and ".index.json" not in piece.path
    ]
    # A pattern that stands for two forms of one file is told by its two names.
    assert [path for path in missing if not path.endswith(".*")] == []
    assert layout.licence
    assert layout.unlocks.endswith(".")
