"""A script as people write it, to segments that a voice can say.

``[tags]`` steer the delivery and are never spoken. Markup, stage directions such as
*waves* or (waves), emoji and invisible characters are dropped. Numbers, dates and
abbreviations stay as written: the voices read them.
"""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import dataclass

from socialapp.acting.delivery import (
    DELIVERIES,
    PAUSE,
    PAUSE_SECONDS,
    PLAIN,
    Delivery,
    tag_of,
)


class ScriptError(ValueError):
    """The script cannot be performed; the message tells its writer what to change."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a script with one delivery."""

    text: str
    """What is said; empty for a pause or a bare sigh."""

    tag: str = ""
    """The emotion tag in force, without brackets."""

    pause: float = 0.0
    """Seconds of listening face before it."""

    effect: str = ""
    """A sound made before it: ``sigh``, ``gasp`` or ``laugh``."""

    @property
    def delivery(self) -> Delivery:
        return DELIVERIES.get(self.tag, PLAIN)


CHARACTERS_A_SECOND = 17.0
"""Of plain English at speed 1, pauses included: the mean of the twelve Kokoro voices."""

EDGES = 0.85
"""Seconds of face before the first and after the last word."""

MAX_DIRECTION = 60
"""Letters; a longer stretch in brackets is meant to be said."""

_NOT_SPOKEN = re.compile(
    r"<!--.*?-->|<(script|style)\b.*?</\1\s*>|</?[a-zA-Z][^<>]{0,500}>", re.S | re.I
)
_LINK = re.compile(r"!?\[([^\[\]]*)\]\((?:[^()\s]*)\)")
_ADDRESS = re.compile(r"https?://(?:www\.)?([^\s/]+)\S*", re.I)
_TAG = re.compile(r"\[([^\[\]]{0,80})\]")
_STARRED = re.compile(r"(?<![\w*])\*(?!\s)([^*\n]{1,200}?)(?<!\s)\*(?![\w*])")
_STRONG = re.compile(
    r"\*\*([^*\n]+)\*\*|__([^_\n]+)__|(?<!\w)_([^_\n]+)_(?!\w)|~~([^~\n]+)~~"
)
_BRACKETED = re.compile(r"\(([^()\n]{1,200})\)")
_LINE_MARKS = re.compile(r"^[ \t]*(?:#{1,6}[ \t]+|[-*+•][ \t]+|>[ \t]*)", re.M)
_LEFT_OVER = str.maketrans("*_[]", "    ")
_HEART = re.compile(r"<3+")

NOT_DIRECTIONS = frozenset(
    [
        "across", "always", "as", "besides", "bless", "boss", "class", "does", "guess",
        "has", "his", "is", "its", "less", "loss", "miss", "nothing", "pass", "perhaps",
        "plus", "something", "sometimes", "these", "this", "those", "thus", "towards",
        "unless", "us", "was", "yes",
    ]
)  # fmt: skip
"""Words that end like a verb of the third person and are none, or are said aloud."""

ACTIONS = frozenset(
    [
        "blink", "bow", "cough", "frown", "giggle", "grin", "gulp", "hug", "nod", "shrug",
        "smile", "smirk", "sniff", "sob", "wave", "wink", "yawn",
    ]
)  # fmt: skip
"""Alone in stars or brackets, these are done."""

MARK = "\x00"
"""Stands for a tag between two texts; user input cannot hold it."""


def parse(text: str) -> tuple[Segment, ...]:
    """Segments in order, never empty of both text and effect unless they pause.

    Never raises: what cannot be said is left out. `check` tells a writer about it.
    """
    pieces = _marked(_plain(text)).split(MARK)
    segments: list[Segment] = []
    tag, pause, effect = "", 0.0, ""
    for i, piece in enumerate(pieces):
        if i % 2 == 0:
            spoken = _tidy(piece)
            if spoken:
                segments.append(Segment(spoken, tag, pause, effect))
                pause, effect = 0.0, ""
        elif piece == PAUSE:
            if effect:
                segments.append(Segment("", tag, pause, effect))
                pause, effect = 0.0, ""
            pause += PAUSE_SECONDS
        else:
            if effect:
                segments.append(Segment("", tag, pause, effect))
                pause = 0.0
            tag, effect = piece, DELIVERIES[piece].effect
    if pause or effect:
        segments.append(Segment("", tag, pause, effect))
    return tuple(segments)


def spoken(text: str) -> str:
    """Only what is said aloud: for screening, search and counting."""
    return " ".join(segment.text for segment in parse(text) if segment.text)


def check(text: str, *, max_characters: int) -> None:
    """ScriptError for a script that no voice here can read."""
    length = len(text.strip())
    if not length:
        raise ScriptError("The script is empty. Write what the character says.")
    if length > max_characters:
        raise ScriptError(
            f"The script has {length:,} characters and {max_characters:,} fit. "
            f"Cut {length - max_characters:,}, or make two clips of it."
        )
    if name := foreign_script(text):
        raise ScriptError(
            f"The script has {name} letters, and the voices read English only. "
            "Write it in English, or spell the words in Latin letters."
        )
    if not any(c.isalnum() for c in spoken(text)):
        raise ScriptError(
            "There is nothing to say in this script: emoji, tags, markup and stage "
            "directions are not spoken. Add a few words."
        )


def estimate_seconds(text: str, speed: float = 1.0) -> float:
    """About how long the clip will be; 0 when nothing is said."""
    segments = parse(text)
    seconds = EDGES if segments else 0.0
    return seconds + sum(estimate_segment(segment, speed) for segment in segments)


def estimate_segment(segment: Segment, speed: float = 1.0) -> float:
    """About how many seconds one segment takes."""
    pace = max(0.25, speed * segment.delivery.speed)
    # Digits are said as words, several letters each.
    letters = sum(4 if c.isdigit() else 1 for c in segment.text)
    effect = 0.7 if segment.effect else 0.0
    return letters / CHARACTERS_A_SECOND / pace + segment.pause + effect


def foreign_script(text: str) -> str | None:
    """The name of a writing system that English voices cannot read, if words use it.

    Single letters such as π are let through: they have a name that can be said.
    """
    for word in re.findall(r"[^\W\d_]+", _normalised(text)):
        foreign = [c for c in word if not _latin(c)]
        if len(foreign) > 1 or any(_refused_alone(c, word) for c in foreign):
            return _script_name(foreign[0])
    return None


def _latin(letter: str) -> bool:
    return unicodedata.name(letter, "").startswith(
        ("LATIN", "FEMININE", "MASCULINE", "MODIFIER")
    )


def _refused_alone(letter: str, word: str) -> bool:
    """A character that is a word, or a look-alike smuggled into a Latin one."""
    name: str = unicodedata.name(letter, "")
    if name.startswith(("CJK", "HIRAGANA", "KATAKANA", "HANGUL")):
        return True
    sign = name.startswith(("GREEK", "MICRO", "OHM"))
    return len(word) > 1 and not sign


def _script_name(letter: str) -> str:
    first = unicodedata.name(letter, "UNKNOWN").split()[0].split("-")[0]
    if first == "CJK":
        return "Chinese or Japanese"
    return {"HANGUL": "Korean", "UNKNOWN": "unreadable"}.get(first, first.capitalize())


def _normalised(text: str) -> str:
    """NFC; letters in fancy dress (fullwidth, mathematical) become plain ones."""
    out = []
    for c in unicodedata.normalize("NFC", text):
        if ord(c) > 0x2000 and unicodedata.category(c)[0] in "LN":
            plain = unicodedata.normalize("NFKC", c)
            out.append(plain if plain.isascii() else c)
        else:
            out.append(c)
    return "".join(out)


def _plain(text: str) -> str:
    """Without invisible characters, emoji, HTML and Markdown."""
    kept = []
    for c in _normalised(text):
        kind = unicodedata.category(c)
        if c in "\n\t" or kind == "Zs":
            kept.append(" " if kind == "Zs" else c)
        elif c == "°" or (kind[0] in "LNP") or kind in {"Sm", "Sc"}:
            kept.append(_letter_name(c))
        elif kind in {"Zl", "Zp"}:
            kept.append("\n")
        elif kind == "So" or 0x1F000 <= ord(c) <= 0x1FAFF:
            # An emoji may stand where a space was meant.
            kept.append(" ")
    plain = html.unescape("".join(kept))
    plain = _HEART.sub(" ", _NOT_SPOKEN.sub(" ", plain))
    plain = _ADDRESS.sub(r"\1", _LINK.sub(r"\1", plain))
    plain = plain.replace("`", "").replace(MARK, "")
    return _LINE_MARKS.sub("", plain)


def _letter_name(c: str) -> str:
    if c.isalpha() and not _latin(c):
        # Letters newer than Python's tables, and some old ones, have no name.
        name = unicodedata.name(c, "")
        return f" {name.split()[-1].lower()} " if name else " "
    return c


def _marked(text: str) -> str:
    """Tags between MARKs, other stage directions gone, emphasis unwrapped."""

    def bracket(match: re.Match[str]) -> str:
        tag = tag_of(match[1])
        return f"{MARK}{tag}{MARK}" if tag else " "

    def starred(match: re.Match[str]) -> str:
        if tag := tag_of(match[1]):
            return f"{MARK}{tag}{MARK}"
        return " " if _direction(match[1], starred=True) else match[1]

    def bracketed(match: re.Match[str]) -> str:
        if tag := tag_of(match[1]):
            return f"{MARK}{tag}{MARK}"
        return " " if _direction(match[1], starred=False) else f", {match[1]},"

    text = _STRONG.sub(lambda m: next(g for g in m.groups() if g is not None), text)
    text = _TAG.sub(bracket, text)
    return _BRACKETED.sub(bracketed, _STARRED.sub(starred, text)).translate(_LEFT_OVER)


def _direction(text: str, *, starred: bool) -> bool:
    """Whether it says what is done rather than what is said: "waves", "slowly turning".

    Stars also mean emphasis, so a lone adverb in stars is said; brackets also hold
    asides, which tend to begin with a capital when they are sentences.
    """
    words: list[str] = re.findall(r"[a-z']+", text.casefold())
    if not words or len(words) > 8 or len(text) > MAX_DIRECTION:
        return False
    if len(words) == 1 and words[0] in ACTIONS:
        return True
    if words[0] in {"he", "she"} and len(words) > 1:
        words = words[1:]
    elif text[:1].isupper() and not starred:
        return False
    if len(words) == 1 and words[0].endswith("ly"):
        return not starred
    first = words[1] if len(words) > 1 and words[0].endswith("ly") else words[0]
    if first in NOT_DIRECTIONS or "'" in first:
        return False
    return first.endswith(("s", "ing"))


def _tidy(text: str) -> str:
    """One line, one space; nothing when no letter or digit is left."""
    text = re.sub(r"\s+", " ", text)
    text = re.sub(r"\s+([,.;:!?…])", r"\1", text)
    text = re.sub(r",\s*([,.;:!?…])", r"\1", text)
    text = re.sub(r"([.!?…])\s*,+", r"\1", text).strip(" ,;")
    text = re.sub(r"(.)\1{7,}", lambda m: m[1] * 3, text)
    return text if any(c.isalnum() for c in text) else ""
