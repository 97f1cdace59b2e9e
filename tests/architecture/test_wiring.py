"""Names that Python itself does not check: signals, jobs, dotted settings."""

from __future__ import annotations

import ast
import re
from importlib import import_module
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.dispatch import Signal
from django.utils.module_loading import import_string

from tests.architecture.sources import ROOT, module_of, python_files, tree

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def calls(name: str) -> Iterator[tuple[Path, ast.Call]]:
    """Every call of something by this last name."""
    for file in python_files():
        for node in ast.walk(tree(file)):
            if isinstance(node, ast.Call):
                function = node.func
                last = getattr(function, "attr", None) or getattr(function, "id", None)
                if last == name:
                    yield file, node


def test_the_signals_are_those_of_the_document() -> None:
    """A new one needs a reason in docs/architecture.md."""
    sent = {
        f"{module_of(file)}.{target.id}"
        for file in python_files()
        for node in tree(file).body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call)
        if getattr(node.value.func, "id", "") == "Signal"
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    assert all(isinstance(import_string(name), Signal) for name in sent)
    document = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    told = set(re.findall(r"^\| `([\w.]+\.signals\.\w+)`", document, re.M))
    assert sent == told


def test_nobody_listens_to_rows_being_saved() -> None:
    """What happens on a write is written in the service that writes."""
    for file in python_files():
        text = file.read_text(encoding="utf-8")
        found = re.findall(r"\b(?:pre|post)_(?:save|delete|init)\b|m2m_changed", text)
        assert found == [], file.relative_to(ROOT)


def test_every_job_that_is_asked_for_exists() -> None:
    names = []
    for file, call in calls("enqueue"):
        first = call.args[0]
        if isinstance(first, ast.Name):  # a constant of the same module
            names.append(getattr(import_module(module_of(file)), first.id))
        else:
            assert isinstance(first, ast.Constant), f"{file.name}:{call.lineno}"
            names.append(first.value)
    assert names, "somebody enqueues something"
    for name in names:
        assert callable(import_string(name)), name
        assert ".jobs." in name, "workers enter an app through its jobs"


@pytest.mark.parametrize("name", ["HEALTH_CHECKS", "RECONCILERS", "PRELOADERS"])
def test_every_dotted_setting_names_something_to_call(name: str) -> None:
    paths = getattr(settings, name)
    assert paths
    for path in paths:
        assert callable(import_string(path)), path


def test_every_rung_of_the_ladders_has_its_engine() -> None:
    for kind, ladder in (("voice", "VOICE_LADDER"), ("animator", "ANIMATOR_LADDER")):
        for alias in getattr(settings, ladder):
            assert alias in settings.ENGINES[kind]


def test_pages_and_serializers_save_nothing() -> None:
    """Services are the only writers."""
    outside = ("views", "api", "consumers", "forms", "serializers")
    for file in python_files():
        name = module_of(file)
        if name.startswith("socialapp.lib") or not set(name.split(".")) & set(outside):
            continue
        for node in ast.walk(tree(file)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                where = f"{file.relative_to(ROOT)}:{node.lineno}"
                assert node.func.attr not in {"save", "bulk_create"}, where
