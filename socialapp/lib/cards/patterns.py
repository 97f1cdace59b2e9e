"""Regular expressions of strangers, matched in linear time by RE2.

Python's own engine goes through every way to match: ``(a+)+$`` and thirty letters keep
it busy for minutes. Without the package, entries with such keys are kept and unused.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Protocol

MAX_PATTERN = 500
"""Characters; real keys have a few dozen."""

MEMORY_BYTES = 1 << 16
"""For one compiled pattern; RE2 refuses what needs more. Its time is text times size of
the pattern, so a small pattern is a quick one."""

MAX_TEXT = 5000
"""Characters that one pattern is tried on: the newest ones."""

_SLASHED = re.compile(r"/(.+)/([a-z]*)", re.DOTALL)
_FLAGS = frozenset("gimsuy")


class PatternError(ValueError):
    """The pattern cannot be used; the message says why."""


class Pattern(Protocol):
    def search(self, text: str) -> object | None: ...


@lru_cache(maxsize=512)
def compile_pattern(key: str, *, ignore_case: bool) -> Pattern:
    """`key` is a pattern, or one between slashes with flags as in JavaScript."""
    if len(key) > MAX_PATTERN:
        raise PatternError(f"it is longer than {MAX_PATTERN} characters")
    flags = ""
    if slashed := _SLASHED.fullmatch(key):
        key, flags = slashed[1], slashed[2]
        if not set(flags) <= _FLAGS:
            raise PatternError(f"nobody knows the flags {flags!r}")
    try:
        import re2  # noqa: PLC0415  optional, and compiled
    except ImportError:
        raise PatternError(
            "regular expressions need the package google-re2, which is not installed"
        ) from None
    options = re2.Options()
    options.max_mem = MEMORY_BYTES
    options.log_errors = False
    options.case_sensitive = not (ignore_case or "i" in flags)
    options.dot_nl = "s" in flags
    switches = "(?m)" if "m" in flags else ""
    try:
        found: Pattern = re2.compile(switches + key, options)
    except re2.error:
        raise PatternError(
            "it is no pattern, is too large, or uses looking ahead, looking behind or"
            " references back, which take too long"
        ) from None
    return found


def matches(pattern: Pattern, text: str) -> bool:
    return pattern.search(text[-MAX_TEXT:]) is not None
