"""Any file to a scene: which format it is, and the importer for it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from scenes.machine import SceneError, check, read_scene, write_scene
from scenes.trade import ink, passages, scxml, twine, xstate
from scenes.trade.finish import finish
from scenes.trade.report import Imported, Notes, TradeError
from scenes.trade.sources import json_of, text_of

if TYPE_CHECKING:
    from scenes.trade.draft import Draft

FORMS = ("scene", "twee", "ink", "scxml", "xstate")
_TWEE = re.compile(r"^::", re.MULTILINE)
_INK = re.compile(r"^(=+\s*\w|\s*[*+]\s|\s*->|VAR |INCLUDE )", re.MULTILINE)


def read(data: bytes) -> Imported:
    """The scene of a file of any known form. TradeError says why there is none."""
    text = text_of(data)
    begin = text.lstrip()[:1]
    if begin == "{":
        return _json(text)
    if begin == "<":
        return _marked(text)
    if _TWEE.search(text):
        return _drafted("twee", twine.read, passages.twee(text))
    if _INK.search(text):
        raise TradeError(
            "unknown-form",
            "This looks like ink's source. Compile it (inklecate story.ink, or Export to"
            " JSON in Inky) and import the JSON.",
        )
    raise TradeError(
        "unknown-form",
        "The file is none of the known forms: a scene, Twee 3 or a Twine story, compiled"
        " ink, SCXML, or XState's JSON.",
    )


def _json(text: str) -> Imported:
    data = json_of(text)
    if data.get("format") == "scene":
        return _own(text)
    if "inkVersion" in data:
        return _drafted("ink", ink.read, data)
    if isinstance(data.get("states"), dict):
        return _drafted("xstate", xstate.read, data)
    raise TradeError(
        "unknown-form",
        "The JSON is neither a scene, nor compiled ink, nor an XState machine.",
    )


def _marked(text: str) -> Imported:
    if "<tw-storydata" in text[:200_000] or "<tw-passagedata" in text[:200_000]:
        return _drafted("twee", twine.read, passages.html(text))
    return _drafted("scxml", scxml.read, scxml.tree(text))


def _own(text: str) -> Imported:
    notes = Notes()
    try:
        scene = read_scene(text)
    except SceneError as error:
        raise TradeError("unreadable", f"At {error}") from None
    notes.take("states", len(scene.states))
    return Imported("scene", scene, write_scene(scene), notes.report(), check(scene))


def _drafted(form: str, reader: Any, source: Any) -> Imported:
    notes = Notes()
    draft: Draft = reader(source, notes)
    return finish(draft, form)
