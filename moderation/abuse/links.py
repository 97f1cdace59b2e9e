"""Links in a text, and those that do not lead where they say."""

from __future__ import annotations

import re
from typing import NamedTuple

from moderation.screening.normalise import normalise

_ENDINGS = (
    "com|net|org|info|biz|io|co|me|tv|app|dev|ai|gg|ly|link|shop|site|online|top|club|"
    "xyz|ru|cn|tk|icu|vip|live|store|click|de|fr|uk|eu|us"
)
_LINK = re.compile(
    r"(?:https?|hxxps?)\s?:\s?//[^\s<>\"')\]]{1,300}|\bwww\.[^\s<>\"')\]]{1,300}"
    rf"|(?<![\w.@-])(?:[a-z0-9-]{{1,63}}\.){{1,4}}(?:{_ENDINGS})(?![\w-])(?:/[^\s<>\"')\]]{{0,300}})?",
    re.IGNORECASE,
)
_SPOKEN = re.compile(
    r"\b[a-z0-9-]{2,63}\s?[(\[]?\s?dot\s?[)\]]?\s?(?:com|net|org|info|io|xyz)\b",
    re.IGNORECASE,
)
_LABELLED = re.compile(r"\[([^\]\n]{1,200})\]\((https?://[^)\s]{1,300})\)")
_HOST = re.compile(r"(?:(?:https?|hxxps?)\s?:\s?//)?([^/?#\s]+)", re.IGNORECASE)
_NUMBER = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}")


class Links(NamedTuple):
    hosts: tuple[str, ...]
    lies: str
    """The first link that pretends, or empty."""


def find(text: str) -> Links:
    """Hosts of all links, made plain, each as often as it stands there."""
    plain = normalise(text).text
    found = [m.group() for m in _LINK.finditer(text)]
    hidden = [m.group() for m in _LINK.finditer(plain)]
    spoken = [m.group() for m in _SPOKEN.finditer(plain)]
    links = found if len(found) >= len(hidden) else hidden
    lies = next((link for link in links if _lies(link)), "") or _mislabelled(text)
    return Links(tuple(_host(link) for link in [*links, *spoken]), lies)


def _host(link: str) -> str:
    match = _HOST.match(link)
    host = match.group(1) if match else link
    return host.rpartition("@")[2].partition(":")[0].lower().removeprefix("www.")


def _lies(link: str) -> bool:
    """A name before an @, a bare number, or letters that pass for others."""
    match = _HOST.match(link)
    whole = match.group(1) if match else ""
    host = _host(link)
    return (
        "@" in whole
        or _NUMBER.fullmatch(host) is not None
        or any(part.startswith("xn--") for part in host.split("."))
        or not host.isascii()
    )


def _mislabelled(text: str) -> str:
    """``[bank.com](https://elsewhere.com)``."""
    for match in _LABELLED.finditer(text):
        said = _LINK.search(match.group(1))
        if said and _host(said.group()) != _host(match.group(2)):
            return match.group()
    return ""
