"""What people write as names and descriptions, brought into a shape that can be shown.

Screening for what the words mean is not done here; this is about characters that hide,
overflow or pretend to be others.
"""

from __future__ import annotations

import re
import unicodedata

_BIDI = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
_INVISIBLE = frozenset(
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180e\u200b\u2060\u2061\u2062\u2063\u2064\u3164\ufeff\uffa0"
)
_JOINERS = frozenset("\u200c\u200d")
"""Needed inside emoji and in Persian or Indic words, invisible anywhere else."""

_LOOKALIKE_SCRIPTS = frozenset(
    {"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC", "LISU"}
)
"""Scripts whose letters are drawn alike (UTS 39); one word may use only one of them."""

MAX_MARKS = 3
"""Combining marks in a row after NFC: Vietnamese and Hebrew need at most three."""


class TextError(ValueError):
    """The message says what is wrong and what to do."""


def clean_line(text: str, *, max_length: int, empty: bool = False) -> str:
    """One line: NFC, single spaces, nothing invisible. TextError when it cannot be.

    `max_length` counts characters after cleaning. `empty` allows nothing at all.
    """
    return _finish(" ".join(_fold(text).split()), max_length, empty)


def clean_text(text: str, *, max_length: int, empty: bool = True) -> str:
    """Several lines: as `clean_line`, but line breaks stay, at most two in a row."""
    folded = _fold(text.replace("\r\n", "\n").replace("\r", "\n"), keep="\n\t")
    lines = (re.sub(r"[^\S\n]+", " ", line).strip() for line in folded.split("\n"))
    return _finish(
        re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip(), max_length, empty
    )


def _fold(text: str, keep: str = "") -> str:
    text = unicodedata.normalize("NFC", text)
    kept: list[str] = []
    for index, char in enumerate(text):
        if char in _INVISIBLE or (char in _JOINERS and not _joins(text, index)):
            continue
        if char in _BIDI:
            raise TextError(
                "There is a mark in it that turns the writing direction around."
                " Type it again without it."
            )
        category = unicodedata.category(char)
        if char.isspace():
            kept.append(char if char in keep else " ")
        elif category in {"Cc", "Cs", "Co", "Cn"} or (
            category == "Cf" and char not in _JOINERS and not _is_tag(char)
        ):
            raise TextError(
                "There is a character in it that cannot be shown. Type it again."
            )
        else:
            kept.append(char)
    return "".join(kept)


def _joins(text: str, index: int) -> bool:
    """Between two things that can be joined: letters or marks, or parts of an emoji."""
    if not 0 < index < len(text) - 1:
        return False
    before, after = text[index - 1], text[index + 1]
    emoji = unicodedata.category(after) == "So" or after in "\u2640\u2642"
    return emoji or (
        unicodedata.category(before)[0] in "LM"
        and unicodedata.category(after)[0] == "L"
        and not before.isascii()
        and not after.isascii()
    )


def _is_tag(char: str) -> bool:
    """Tag characters spell the flags of Scotland, Wales and England."""
    return "\U000e0020" <= char <= "\U000e007f"


def _finish(text: str, max_length: int, empty: bool) -> str:
    if not text:
        if empty:
            return ""
        raise TextError("Write something that can be seen.")
    if len(text) > max_length:
        raise TextError(f"Use at most {max_length} characters; this is {len(text)}.")
    run = 0
    for char in text:
        run = run + 1 if unicodedata.category(char) in {"Mn", "Me"} else 0
        if run > MAX_MARKS:
            raise TextError("There are too many marks on one letter. Use fewer.")
    if not any(unicodedata.category(char)[0] in "LNPS" for char in text):
        raise TextError("Write something that can be seen.")
    return text


def check_scripts(text: str) -> None:
    """TextError when one word mixes alphabets that look alike, as Latin and Cyrillic."""
    for word in text.split():
        scripts = {
            script
            for char in word
            if char.isalpha()
            and (script := unicodedata.name(char, "").partition(" ")[0])
            in _LOOKALIKE_SCRIPTS
        }
        if len(scripts) > 1:
            names = " and ".join(sorted(script.capitalize() for script in scripts))
            raise TextError(
                f"One word mixes {names} letters, which look alike."
                " Use one alphabet in a word."
            )


def clean_name(text: str, *, max_length: int, empty: bool = False) -> str:
    """A name of a person or character: one line in which no letter poses as another."""
    name = clean_line(text, max_length=max_length, empty=empty)
    check_scripts(name)
    return name
