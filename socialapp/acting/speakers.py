"""A script with names, as people write it: who says which line.

A line begins with a name and a colon: ``Ada [nervous]: Is it far?`` Everything up to the
next name is hers, and so is the tag. What stands in brackets on a line of its own is
narration: nobody says it, and all are silent for a moment.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from socialapp.acting.delivery import PAUSE, tag_of
from socialapp.acting.dialogue import Line
from socialapp.acting.script import EDGES, ScriptError, estimate_seconds

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

GAP = 0.24
"""Seconds between two lines, as `perform_dialogue` leaves them."""

ALIKE = 0.75
"""From which likeness on (difflib) a name is taken for one of the cast, misspelt."""

_MARKS = r"(?:\*\*|__|[*_])?"
_HOW = r"(?P<how>(?:[\[(][^\[\]()\n]{0,60}[\])][ \t]*)*)"
_NAME = r"(?P<name>[^\W\d_][^\n:：\[\]()<>*_]{0,79}?)"
_CUE = re.compile(
    rf"[ \t>#•-]*(?P<mark>{_MARKS}){_NAME}{_MARKS}[ \t]*{_HOW}{_MARKS}[ \t]*[:：]"
    r"(?P<said>.*)"
)
_NAME_ALONE = re.compile(rf"[ \t]*{_NAME}[ \t]*{_HOW}[ \t]*")
_BRACKETS = re.compile(r"[\[(]([^\[\]()\n]*)[\])]")
_NARRATION = re.compile(
    r"[ \t]*(?:\([^()]*\)|\[[^\[\]]*\]|\*[^*]+\*|_[^_]+_|(?:INT|EXT)\b.*)[ \t]*"
)
_TOGETHER = re.compile(r"\s*(?:,|/|&|\+|\band\b)\s*", re.I)
_NAME_WORD = re.compile(r"[^\W\d_][\w.'’-]*")

PARTICLES = frozenset(["a", "an", "and", "de", "la", "le", "of", "the", "van", "von"])
"""Words in a name by which nobody is called."""

NOT_NAMES = frozenset(
    [
        "act", "and", "answer", "attention", "because", "breaking", "but",
        "chapter", "conclusion", "day", "dear", "example", "fact", "finally",
        "first", "here", "how", "i", "imagine", "is", "item", "last", "listen",
        "look", "moral", "my", "news", "no", "note", "now", "okay", "one",
        "part", "point", "problem", "ps", "question", "remember", "reminder",
        "result", "rule", "scene", "second", "secret", "so", "spoiler", "step",
        "story", "there", "third", "three", "tip", "title", "today", "tomorrow",
        "tonight", "truth", "two", "update", "verdict", "warning", "weather",
        "well", "what", "when", "where", "which", "who", "why", "yes", "you",
    ]
)  # fmt: skip
"""Words with which people begin a sentence that has a colon further on."""

NARRATORS = frozenset(["narrator", "narration", "voiceover", "vo", "stage directions"])


@dataclass(slots=True)
class _Speech:
    seat: str
    number: int
    """Of the script's line on which the name stands, from 1."""

    words: list[str] = field(default_factory=list)


def names_of(names: Iterable[str]) -> list[str]:
    """What to call each of a cast in a script: two of one name are Ada 1 and Ada 2."""
    given = list(names)
    counted = Counter(_plain(name) for name in given)
    seen: Counter[str] = Counter()
    found = []
    for name in given:
        seen[_plain(name)] += 1
        several = counted[_plain(name)] > 1
        found.append(f"{name} {seen[_plain(name)]}" if several else name)
    return found


def has_names(script: str, cast: Mapping[str, str]) -> bool:
    """Whether the script is to be read as a talk: several are cast, or it begins with
    the name of the only one."""
    if len(cast) > 1:
        return True
    for line in script.splitlines():
        if line.strip() and not _narrated(line):
            cue = _CUE.fullmatch(line)
            return bool(cue and _seats(cue["name"], cast))
    return False


def check_alone(script: str, name: str) -> None:
    """ScriptError for a talk of which only `name` is cast."""
    cues = [_CUE.fullmatch(line) for line in script.splitlines() if line.strip()]
    if not cues or cues[0] is None:
        return
    spoken = [cue["name"].strip() for cue in cues if cue]
    others = list(dict.fromkeys(one for one in spoken if _looks_like_a_name(one)))
    if len(others) > 1 and _looks_like_a_name(spoken[0]):
        raise ScriptError(
            f"This script has lines for {_listed(others)}, and only {name} is on stage."
            " Add the others to the cast, or take the names out."
        )


def read(script: str, cast: Mapping[str, str]) -> tuple[Line, ...]:
    """The lines in order; `cast` is what each seat is called.

    Names count in any case, whole or by one of their words that nobody else has. What
    comes before a line without being said is a pause of it. ScriptError says which line
    to change.
    """
    speeches = _speeches(script, cast)
    if not speeches:
        raise ScriptError(
            "Nobody speaks in this script. Begin each line with who says it, such as"
            f" “{next(iter(cast.values()))}: Good evening.” On stage: {_all(cast)}."
        )
    for speech in speeches:
        if not any(word.strip() for word in speech.words):
            raise ScriptError(
                f"Line {speech.number} has a name and no words: write what"
                f" {cast[speech.seat]} says after the colon."
            )
    return tuple(Line(speech.seat, "\n".join(speech.words)) for speech in speeches)


def estimate(lines: Sequence[Line], speeds: Mapping[str, float] | None = None) -> float:
    """About how many seconds they run; `speeds` of the voices by seat."""
    paces = speeds or {}
    spoken = [estimate_seconds(one.script, paces.get(one.seat, 1.0)) for one in lines]
    heard = [seconds - EDGES + GAP for seconds in spoken if seconds]
    return sum(heard) - GAP + EDGES if heard else 0.0


def _speeches(script: str, cast: Mapping[str, str]) -> list[_Speech]:
    speeches: list[_Speech] = []
    rests = False
    lines = script.splitlines()
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        if _narrated(line):
            rests = bool(speeches)
            continue
        start = _start(line, number, cast, _following(lines, number))
        if start is not None:
            seat, words = start
            pause = [f"[{PAUSE}]"] if rests else []
            speeches.append(_Speech(seat, number, [*pause, *words]))
            rests = False
        elif not speeches:
            raise ScriptError(
                f"Line {number} is said by nobody: “{_short(line)}”. Begin it with a"
                f" name and a colon, or put it in brackets. On stage: {_all(cast)}."
            )
        else:
            speeches[-1].words.append(line.strip())
    return speeches


def _start(
    line: str, number: int, cast: Mapping[str, str], following: str
) -> tuple[str, list[str]] | None:
    """Whose line begins here, and its first words; None when none does."""
    if cue := _CUE.fullmatch(line):
        name = cue["name"].strip()
        seats = _seats(name, cast)
        if not seats:
            _refuse(name, number, cast)
            return None
        if len(seats) > 1:
            several = _listed([cast[seat] for seat in seats])
            raise ScriptError(
                f"Line {number} is for “{name}”, which may be any of {several}. Write"
                " more of the name."
            )
        said = cue["said"].strip()
        if cue["mark"]:
            said = said.removeprefix(cue["mark"]).strip()
        return seats[0], [" ".join([*_tags(cue["how"]), said]).strip()]
    alone = _NAME_ALONE.fullmatch(line)
    # As screenplays have it: the name in capitals, the words below.
    if (
        alone
        and alone["name"].isupper()
        and following
        and not _CUE.fullmatch(following)
    ):
        seats = _seats(alone["name"], cast)
        if len(seats) == 1:
            return seats[0], _tags(alone["how"])
    return None


def _following(lines: Sequence[str], number: int) -> str:
    return lines[number] if number < len(lines) and lines[number].strip() else ""


def _refuse(name: str, number: int, cast: Mapping[str, str]) -> None:
    """ScriptError for what must be a name and is none of the cast's; else nothing."""
    together = [one for one in _TOGETHER.split(name) if one and _seats(one, cast)]
    if len(together) > 1:
        raise ScriptError(
            f"Line {number} is for {_listed(together)} at once, and only one can speak"
            " at a time. Give each of them a line."
        )
    if _plain(name) in NARRATORS:
        raise ScriptError(
            f"Line {number} is the narrator's, who is not on stage. Put narration in"
            " brackets on a line of its own, or cast somebody to say it."
        )
    written = {
        word: one for one in cast.values() for word in (_plain(one), *_words(one))
    }
    near = difflib.get_close_matches(_plain(name), written, n=1, cutoff=ALIKE)
    if not near and not _looks_like_a_name(name):
        return
    meant = f" Did you mean {written[near[0]]}?" if near else ""
    raise ScriptError(
        f"Line {number} is for “{name}”, who is not on stage.{meant} On stage:"
        f" {_all(cast)}. Cast them, or, if nobody is meant, write it without the colon."
    )


def _seats(name: str, cast: Mapping[str, str]) -> list[str]:
    """Whose name it is: that of one seat, or of several when it is only a part of one."""
    whole = [seat for seat, one in cast.items() if _plain(one) == _plain(name)]
    words = set(_plain(name).split())
    return whole or [seat for seat, one in cast.items() if words <= _words(one)]


def _words(name: str) -> set[str]:
    return {
        word
        for word in _plain(name).split()
        if word not in PARTICLES and (len(word) > 1 or word.isdigit())
    }


def _plain(name: str) -> str:
    """Without case, accents and dots: how names are compared."""
    letters = unicodedata.normalize("NFKD", name.casefold().replace("’", "'"))
    kept = "".join(c for c in letters if not unicodedata.combining(c) and c != ".")
    return " ".join(kept.split())


def _looks_like_a_name(text: str) -> bool:
    words = text.split()
    if not 0 < len(words) <= 4 or _plain(words[0]) in NOT_NAMES:
        return False
    if text.isupper():
        return True
    capital = [word for word in words if word[0].isupper()]
    return (
        len(words) <= 3
        and len(capital) == len(words)
        and all(_NAME_WORD.fullmatch(word) for word in words)
    )


def _tags(how: str) -> list[str]:
    """Those of the directions behind a name that are emotion tags."""
    found = [tag_of(direction) for direction in _BRACKETS.findall(how)]
    return [f"[{tag}]" for tag in found if tag]


def _narrated(line: str) -> bool:
    """Nobody says it; a tag on a line of its own is somebody's."""
    if not _NARRATION.fullmatch(line):
        return False
    return tag_of(line.strip().strip("[]()*_")) is None


def _all(cast: Mapping[str, str]) -> str:
    return _listed(list(cast.values()))


def _listed(names: Sequence[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def _short(line: str) -> str:
    text = line.strip()
    return text if len(text) <= 40 else f"{text[:39].rstrip()}…"
