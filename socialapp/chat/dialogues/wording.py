"""Text of cards and models as it may be said: names filled in, nothing that is not speech."""

from __future__ import annotations

import re

from socialapp.chat.dialogues.sentences import split
from socialapp.engines.talk import MAX_LINE

_CHAR = re.compile(r"\{\{char\}\}|<bot>", re.I)
_USER = re.compile(r"\{\{user\}\}|<user>", re.I)
_MACRO = re.compile(r"\{\{[^{}]{0,200}\}\}")
_BOLD = re.compile(r"\*\*([^*\n]{1,200})\*\*")
_ACTION = re.compile(r"\*[^*\n]{1,200}\*")
_MARKUP = re.compile(r"[*_#`<>]+")
_CONTROL = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufffd]"
)


def fill(text: str, *, char: str, user: str) -> str:
    """Macros of cards, without regard to case; those we do not know are dropped."""
    text = _USER.sub(lambda _: user, _CHAR.sub(lambda _: char, text))
    return _MACRO.sub("", text)


def spoken(text: str, *, char: str, user: str) -> str:
    """One line to be said: no stage directions, no markup, at most MAX_LINE long."""
    text = _BOLD.sub(r"\1", _CONTROL.sub("", fill(text, char=char, user=user)))
    said = _ACTION.sub(" ", text)
    said = _MARKUP.sub("", said if said.strip() else text)
    said = re.sub(r"\s+([,.!?])", r"\1", " ".join(said.split()))
    return shorten(said, MAX_LINE)


def shorten(text: str, limit: int) -> str:
    """Whole sentences up to `limit` characters; of a longer first one, whole words."""
    if len(text) <= limit:
        return text
    kept = ""
    for sentence in split(text[: limit + 200]):
        if len(kept) + len(sentence) + 1 > limit:
            break
        kept = f"{kept} {sentence}".strip()
    if kept:
        return kept
    head = text[: limit - 1]
    return f"{head[: head.rfind(' ')] if ' ' in head else head}…"


def clean(text: str) -> str:
    """What strangers wrote, for a prompt: no control or invisible characters."""
    return _CONTROL.sub("", text)
