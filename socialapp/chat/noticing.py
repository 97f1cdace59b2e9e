"""What in a message is worth remembering: plain statements of people about themselves.

Patterns, not a model: what is kept must be what was said, in words that its person can
check, change and have forgotten.
"""

from __future__ import annotations

import re

MOST = 3
"""Facts of one message."""

LONGEST = 120
"""Characters of the part that is kept."""

_REST = r"(?P<rest>[^.!?\n;]{1,120})"
_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\b(?:please )?remember(?: that)?[:,]? " + _REST, re.I), "{rest}"),
    (
        re.compile(
            r"\b(?:my name is|(?:you can |please )?call me) "
            r"(?P<rest>[^\W\d_][\w'’-]*(?: [A-Z][\w'’-]*){0,2})",
            re.I,
        ),
        "Your name is {rest}",
    ),
    (
        re.compile(
            r"\bmy (?P<what>(?:\w+ ){0,2}\w+) (?P<is>is|are) " + _REST, re.I
        ),
        "Your {what} {is} {rest}",
    ),
    (re.compile(r"\bI(?: am|'m|’m) (?P<rest>an? [^.!?\n;,]{2,80})", re.I), "You are {rest}"),
    (re.compile(r"\bI (?:live|work) (?P<rest>(?:in|at|as|near|on) [^.!?\n;,]{2,80})", re.I), "You live or work {rest}"),
    (
        re.compile(
            r"\bI (?:really |also )?(?P<what>love|like|hate|prefer|collect|play|speak)"
            r" (?P<rest>(?!you\b|it\b|that\b|this\b|to know\b)[^.!?\n;,]{2,80})",
            re.I,
        ),
        "You {what} {rest}",
    ),
    (re.compile(r"\bI (?P<what>have|own) (?P<rest>(?:an?|two|three|four|five|\d+) [^.!?\n;,]{2,80})", re.I), "You {what} {rest}"),
)  # fmt: skip
_WASTE = frozenset(["question", "bit", "feeling", "idea", "point", "problem with you"])


def facts_in(text: str) -> list[str]:
    """Short sentences about the writer, in the second person; none of a question."""
    found: list[str] = []
    for sentence in re.split(r"(?<=[.!?])\s+|\n+", text):
        if sentence.rstrip().endswith("?"):
            continue
        for pattern, mould in _PATTERNS:
            if match := pattern.search(sentence):
                words = {k: v.strip() for k, v in match.groupdict().items() if v}
                rest = words["rest"][:LONGEST].rstrip(" ,")
                if not rest or rest.split()[-1].lower() in _WASTE:
                    continue
                fact = mould.format(**{**words, "rest": _of_you(rest)})
                fact = fact[0].upper() + fact[1:]
                if fact not in found:
                    found.append(fact)
                break
    return found[:MOST]


def _of_you(words: str) -> str:
    """What one says of oneself, said to one."""
    swaps = {"i": "you", "my": "your", "me": "you", "am": "are", "mine": "yours"}
    words = re.sub(r"\bI['’]m\b", "you are", words, flags=re.I)
    return re.sub(
        r"\b(?:i|my|me|am|mine)\b", lambda m: swaps[m[0].lower()], words, flags=re.I
    )
