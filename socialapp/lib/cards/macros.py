"""``{{char}}``, ``{{random:a,b}}`` and their like (V3, curly braced syntaxes)."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field

_TOKEN = re.compile(r"\{\{|\}\}")
_OLD = re.compile(r"<(char|bot|user)>", re.IGNORECASE)
_COMMA = re.compile(r"(?<!\\),")
_DICE = re.compile(r"d?([1-9][0-9]{0,8})", re.IGNORECASE)
_SILENT = ("comment", "hidden_key")


@dataclass(frozen=True, slots=True)
class Macros:
    """What the macros of one card stand for in one conversation."""

    char: str
    """The character's nickname or name."""

    user: str
    """Who talks with it."""

    seed: str = ""
    """``{{pick:}}`` answers the same for the same seed, such as a conversation's key."""

    chance: random.Random = field(default_factory=random.SystemRandom)
    """For ``{{random:}}`` and ``{{roll:}}``."""

    def expand(self, text: str) -> str:
        """`text` with its macros replaced, from the inside out; unknown ones stay.

        What a macro becomes is not read again: a name cannot bring in macros. Time is
        linear in the text.
        """
        open_texts: list[list[str]] = [[]]
        at = 0
        for token in _TOKEN.finditer(text):
            open_texts[-1].append(self._old(text[at : token.start()]))
            at = token.end()
            if token.group() == "{{":
                open_texts.append([])
            elif len(open_texts) > 1:
                inner = "".join(open_texts.pop())
                open_texts[-1].append(self._value(inner))
            else:
                open_texts[-1].append("}}")
        open_texts[-1].append(self._old(text[at:]))
        # What was never closed is no macro.
        return "{{".join("".join(parts) for parts in open_texts)

    def _old(self, text: str) -> str:
        return _OLD.sub(
            lambda found: self.user if found[1].lower() == "user" else self.char, text
        )

    def _value(self, inner: str) -> str:
        said = inner.strip()
        if said.startswith("//"):
            return ""
        name, _, rest = said.partition(":")
        match name.strip().lower():
            case "char" | "bot" if not rest:
                return self.char
            case "user" if not rest:
                return self.user
            case "random":
                return self.chance.choice(_choices(rest))
            case "pick":
                # The same for the same words, however often they are said.
                fixed = random.Random(f"{self.seed}\0{rest}")  # noqa: S311  no secret
                return fixed.choice(_choices(rest))
            case "roll" if dice := _DICE.fullmatch(rest.strip(": ")):
                return str(self.chance.randint(1, int(dice[1])))
            case "reverse":
                return rest.removeprefix(":").strip()[::-1]
            case silent if silent in _SILENT:
                return ""
        return f"{{{{{inner}}}}}"


def _choices(rest: str) -> list[str]:
    """Between commas, of which ``\\,`` is none; ``::`` parts them in older cards."""
    if rest.startswith(":"):
        return rest.removeprefix(":").split("::")
    return [one.replace("\\,", ",").strip() for one in _COMMA.split(rest)]
