"""A scene as one HTML file that plays by itself, from a disk and without a network.

The browser's machine is put into the page as it is, module by module; the page's own
policy (CSP) lets these scripts and styles run and nothing else, and loads nothing.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from typing import TYPE_CHECKING

from scenes.machine import digest, write_scene

if TYPE_CHECKING:
    from pathlib import Path

    from scenes.machine.model import Scene

MODULES = (
    "chance", "expressions", "evaluation", "placeholders", "scene", "machine", "play",
    "standalone",
)  # fmt: skip
"""Of `socialapp/static/scenes`, each after those that it imports."""

_IMPORT = re.compile(r'^import \{([^}]*)\} from "\./([a-z]+)\.js";\n', re.MULTILINE)
_EXPORT = re.compile(
    r"^export ((?:const|let|class|(?:async )?function) (\w+))", re.MULTILINE
)
_FONT = re.compile(r"^@font-face \{[^}]*\}\n", re.MULTILINE)

_PAGE = """\
<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<meta name="color-scheme" content="dark">
<meta name="referrer" content="no-referrer">
<meta name="generator" content="Troupe">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<noscript>This story needs JavaScript, which is in this file and asks nobody.</noscript>
<main id="scene-page"></main>
<script type="application/json" id="scene-document" data-digest="{digest}">{document}</script>
<script>{script}</script>
</body>
</html>
"""


def to_html(scene: Scene, static: Path) -> str:
    """`static` is the folder with the product's ``scenes`` and ``css``."""
    script = "\n" + bundle(static / "scenes")
    style = "\n" + styles(static)
    for name, text in (("script", script), ("style", style)):
        if f"</{name}" in text.lower() or "<!--" in text:
            raise ValueError(f"the {name} of the page would end too early")
    policy = (
        f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}';"
        " base-uri 'none'; form-action 'none'"
    )
    document = json.dumps(json.loads(write_scene(scene)), ensure_ascii=False)
    return _PAGE.format(
        language=html.escape(scene.languages[0]),
        policy=policy,
        title=html.escape(scene.title.main),
        style=style,
        digest=digest(scene),
        # A script of data ends at the first "</script", wherever it stands.
        document=document.replace("<", "\\u003c"),
        script=script,
    )


def bundle(folder: Path) -> str:
    """The modules in one script: each a function that returns what it exports."""
    parts = ['"use strict";', "const modules = {};"]
    for name in MODULES:
        text = (folder / f"{name}.js").read_text("utf-8")
        exported = [match[2] for match in _EXPORT.finditer(text)]
        body = _IMPORT.sub(r"const {\1} = modules.\2;\n", _EXPORT.sub(r"\1", text))
        if re.search(r"^(import|export)\b", body, re.MULTILINE):
            raise ValueError(f"{name}.js imports or exports in a way not known here")
        given = ", ".join(exported)
        parts.append(
            f"modules.{name} = (() => {{\n{body}\nreturn {{ {given} }};\n}})();"
        )
    return "\n".join(parts) + "\n"


def styles(static: Path) -> str:
    """The house's tokens, without its fonts, and what the page needs of its own."""
    tokens = (static / "css" / "tokens.css").read_text("utf-8")
    own = (static / "scenes" / "standalone.css").read_text("utf-8")
    return _FONT.sub("", tokens) + own


def _hash(text: str) -> str:
    made = hashlib.sha256(text.encode()).digest()
    return f"sha256-{base64.b64encode(made).decode()}"
