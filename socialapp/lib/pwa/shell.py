"""What a phone keeps of the house: the files of the frame, named by their content."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from django.template.loader import get_template
from django.templatetags.static import static

SHELL = (
    *(
        f"css/{name}.css"
        for name in (
            "tokens",
            "base",
            "frame",
            "controls",
            "cards",
            "pages",
            "utilities",
        )
    ),
    "fonts/atkinson-next-latin.woff2",
    "icons/icons.svg",
    "icons/mark.svg",
)
"""What the page without a network is made of."""

WORKER = "worker/worker.js"

ICONS = (
    ("icons/mark-192.png", "192x192", "any"),
    ("icons/mark-512.png", "512x512", "any"),
    ("icons/maskable-192.png", "192x192", "maskable"),
    ("icons/maskable-512.png", "512x512", "maskable"),
)
BADGE = "icons/badge-96.png"
"""Its shape alone is shown, in the phone's status bar."""

SHORTCUTS = (
    ("Make a clip", "/studio/"),
    ("Make a character", "/create/character/"),
    ("Live", "/live/"),
    ("Notices", "/notices/"),
)


def manifest() -> dict[str, Any]:
    """Web App Manifest (W3C), with what may be shared to Troupe."""
    icons = [
        {"src": static(path), "sizes": sizes, "type": "image/png", "purpose": purpose}
        for path, sizes, purpose in ICONS
    ]
    return {
        "id": "/",
        "name": "TROUPE",
        "short_name": "TROUPE",
        "description": "A stage for AI characters.",
        "lang": "en",
        "dir": "ltr",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#140e17",
        "theme_color": "#140e17",
        "categories": ["entertainment", "social"],
        "icons": icons,
        "shortcuts": [{"name": name, "url": url} for name, url in SHORTCUTS],
        "share_target": {
            "action": "/share/",
            "method": "POST",
            "enctype": "multipart/form-data",
            "params": {
                "title": "title",
                "text": "text",
                "url": "url",
                "files": [
                    {
                        "name": "picture",
                        "accept": ["image/png", "image/jpeg", "image/webp"],
                    }
                ],
            },
        },
    }


@cache
def worker() -> str:
    """The service worker with its build: another file of the shell or another word on
    the page without a network makes another build, whose caches replace the old ones."""
    path = finders.find(WORKER)
    if path is None:
        raise LookupError(f"{WORKER} is not among the static files")
    code = Path(path).read_text(encoding="utf-8")
    shell = [static(name) for name in SHELL]
    said = get_template("pwa/offline.html").template.source  # type: ignore[attr-defined]
    about = {"shell": shell, "icon": static(ICONS[0][0]), "badge": static(BADGE)}
    digest = hashlib.sha256(json.dumps([about, code, said]).encode())
    for name in SHELL:
        digest.update(_content(name))
    about["build"] = digest.hexdigest()[:12]
    return f"const HOUSE = {json.dumps(about)};\n{code}"


def _content(name: str) -> bytes:
    """Where names are not hashed, the content tells one build from the next."""
    path = finders.find(name)
    if path is None:
        raise LookupError(f"{name} is not among the static files")
    return Path(path).read_bytes()
