"""Twine's files to passages: Twee 3, and the HTML that Twine publishes."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from html import unescape

from scenes.trade.report import TradeError

_HEADER = re.compile(
    r"::[ \t]*((?:\\.|[^\\\[\]{}\n])*)(\[[^\]\n]*\])?[ \t]*(\{[^\n]*\})?[ \t]*"
)
_ESCAPE = re.compile(r"\\(.)")
_ATTRIBUTE = re.compile(r'([a-z]+)="([^"]*)"')
_TAG = 5000
"""Characters of a tag that are looked at."""

PASSAGES = 4000


@dataclass(frozen=True, slots=True)
class Passage:
    name: str
    tags: tuple[str, ...]
    body: str
    line: int
    """Of the file, where the body begins."""


@dataclass(slots=True)
class Story:
    title: str = ""
    start: str = ""
    format: str = ""
    """Of Twine: ``Harlowe``, ``SugarCube``…"""

    passages: list[Passage] = field(default_factory=list)
    odd: list[tuple[str, str, str]] = field(default_factory=list)
    """What, where and why: headers that cannot be read."""


def twee(text: str) -> Story:
    """The Twee 3 specification of the Interactive Fiction Technology Foundation."""
    story = Story()
    header: tuple[str, tuple[str, ...]] | None = None
    body: list[str] = []
    begun = 0
    lines = text.split("\n")
    for number, line in enumerate([*lines, "::"], 1):
        if not line.startswith("::"):
            body.append(line[1:] if line.startswith("\\::") else line)
            continue
        if header is not None:
            _add(story, Passage(*header, "\n".join(body).rstrip("\n"), begun))
        elif any(map(str.strip, body)):
            story.odd.append(
                ("text before the first passage", "line 1", "It has none.")
            )
        body, begun, header = [], number + 1, None
        if number <= len(lines):
            header = _header(line, number, story)
    return story


def _header(line: str, number: int, story: Story) -> tuple[str, tuple[str, ...]] | None:
    match = _HEADER.fullmatch(line)
    name = _ESCAPE.sub(r"\1", match[1]).strip() if match else ""
    if match is None or not name:
        why = "A passage begins with :: and its name."
        story.odd.append((f"the header {line}", f"line {number}", why))
        return None
    return name, tuple((match[2] or "")[1:-1].split())


def _add(story: Story, passage: Passage) -> None:
    if len(story.passages) >= PASSAGES:
        raise TradeError("too-large", f"More than {PASSAGES} passages.")
    if passage.name == "StoryTitle":
        story.title = story.title or passage.body.strip()
    elif passage.name == "StoryData":
        try:
            data = json.loads(passage.body)
        except (ValueError, RecursionError):
            data = None
        if isinstance(data, dict):
            story.start = story.start or str(data.get("start") or "")
            story.format = story.format or str(data.get("format") or "")
        else:
            story.odd.append(("StoryData", f"line {passage.line}", "It is not JSON."))
    else:
        story.passages.append(passage)


def html(text: str) -> Story:
    """A story that Twine 2 published or archived."""
    story = Story()
    at = text.find("<tw-storydata")
    data = _attributes(text, at)
    story.title = data.get("name", "")
    story.format = data.get("format", "")
    first = data.get("startnode", "")
    at = text.find("<tw-passagedata", max(at, 0))
    while at >= 0:
        begin = text.find(">", at)
        end = text.find("</tw-passagedata>", begin)
        if begin < 0 or end < 0:
            break
        found = _attributes(text, at)
        name = found.get("name", "").strip()
        if found.get("pid") == first and first:
            story.start = name
        body = unescape(text[begin + 1 : end])
        _add(story, Passage(name or "?", tuple(found.get("tags", "").split()), body, 1))
        at = text.find("<tw-passagedata", end)
    return story


def _attributes(text: str, at: int) -> dict[str, str]:
    """Of the tag there; Twine escapes quotes and brackets in them."""
    if at < 0:
        return {}
    end = text.find(">", at, at + _TAG)
    found = _ATTRIBUTE.findall(text, at, end if end >= 0 else at + _TAG)
    return {name: unescape(value) for name, value in found}
