"""What the documents name exists, and every setting is documented."""

from __future__ import annotations

import ast
import hashlib
import re
from importlib import import_module
from typing import TYPE_CHECKING

import pytest
from django.core.management import get_commands

from tests.architecture.sources import APPS, ROOT, documents, tree

if TYPE_CHECKING:
    from pathlib import Path

PAGES = [pytest.param(page, id=str(page.relative_to(ROOT))) for page in documents()]
QUOTED = re.compile(r"`([^`\n]+)`")


def quotes(page: Path) -> list[str]:
    """What stands between backticks, and the lines of code blocks."""
    text = page.read_text(encoding="utf-8")
    blocks = re.findall(r"^```\w*\n(.*?)^```", text, re.M | re.S)
    prose = re.sub(r"^```.*?^```", "", text, flags=re.M | re.S)
    return QUOTED.findall(prose) + [line for b in blocks for line in b.splitlines()]


def exists(dotted: str) -> bool:
    """A module, or an attribute of one, however deep."""
    parts = dotted.split(".")
    for depth in range(len(parts), 0, -1):
        try:
            found: object = import_module(".".join(parts[:depth]))
        except ModuleNotFoundError:
            continue
        for name in parts[depth:]:
            if not hasattr(found, name):
                annotations = getattr(found, "__annotations__", {})
                return name in annotations
            found = getattr(found, name)
        return True
    return False


@pytest.mark.parametrize("page", PAGES)
def test_a_named_symbol_exists(page: Path) -> None:
    names = [
        quote.rstrip("()")
        for quote in quotes(page)
        if re.fullmatch(rf"({'|'.join(APPS)})(\.\w+)+(\(\))?", quote)
        and not quote.endswith((".py", ".md", ".js"))
    ]
    missing = [name for name in names if not exists(name)]
    assert missing == []


@pytest.mark.parametrize("page", PAGES)
def test_a_named_file_exists(page: Path) -> None:
    tops = (*APPS, "docs", "templates", "tests", "tools")
    paths = [
        quote
        for quote in quotes(page)
        if re.fullmatch(rf"({'|'.join(tops)})/[\w./-]*", quote)
    ]
    missing = [path for path in paths if not (ROOT / path).exists()]
    assert missing == []


@pytest.mark.parametrize("page", PAGES)
def test_a_link_leads_somewhere(page: Path) -> None:
    targets = re.findall(
        r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")
    )
    missing = [
        target
        for target in targets
        if "://" not in target and not (page.parent / target).exists()
    ]
    assert missing == []


@pytest.mark.parametrize("page", PAGES)
def test_a_named_command_exists(page: Path) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z0-9]+):", makefile, re.M))
    for quote in quotes(page):
        for name in re.findall(r"\bmanage\.py ([a-z_]+)", quote):
            assert name in get_commands(), quote
        for name in re.findall(r"(?:^|\s)make ([a-z0-9]+)\b", quote):
            assert name in targets, quote


def read_from_the_environment() -> set[str]:
    """Every variable that the settings ask for."""
    return {
        str(node.args[0].value)
        for part in (ROOT / "socialapp/settings").glob("*.py")
        for node in ast.walk(tree(part))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and getattr(node.func.value, "id", "") == "env"
        and isinstance(node.args[0], ast.Constant)
    }


def test_every_variable_is_documented_and_every_documented_one_is_read() -> None:
    page = (ROOT / "docs/run/settings.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"^\| `([A-Z0-9_]+)` \|", page, re.M))
    assert documented == read_from_the_environment()


def test_the_production_example_sets_variables_that_exist() -> None:
    lines = (ROOT / "docs/run/production.env").read_text(encoding="utf-8").splitlines()
    names = {line.partition("=")[0] for line in lines if line and line[0] != "#"}
    assert names <= read_from_the_environment()


def vendored() -> list[Path]:
    return [
        file
        for top in ("socialapp/static", "tests/e2e")
        for file in (ROOT / top).rglob("VENDORED.md")
    ]


@pytest.mark.parametrize("page", vendored())
def test_vendored_files_are_what_their_list_says(page: Path) -> None:
    rows = re.findall(
        r"^\| `?([\w./-]+)`? \|.*\| `?([0-9a-f]{64})`? \|",
        page.read_text(encoding="utf-8"),
        re.M,
    )
    assert rows
    for name, digest in rows:
        data = (page.parent / name).read_bytes()
        assert hashlib.sha256(data).hexdigest() == digest, name
