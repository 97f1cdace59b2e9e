"""The rules of a feed that somebody builds, and which posts fit them. Plain Python.

Groups are joined by "and", what is in one group by "or": two tags and one language are
posts with either tag, in that language. `Rules.fits` says what the rules mean; the query
of ``feed.selectors.custom`` has to say the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from feed import hashtags
from feed.languages import NAMES
from feed.words import MAX_LENGTH, fold

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from feed.words import Text

KINDS = ("clip", "snippet")
ORDERS = ("newest", "trending")

MOST = 20
"""Of each list."""

LONGEST = 600.0
"""Seconds."""


class RulesError(ValueError):
    """Rules that cannot be; `field` is the one that is meant."""

    def __init__(self, message: str, field: str) -> None:
        self.field = field
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Facts:
    """What rules ask of a post."""

    kind: str
    creator: str
    characters: frozenset[str]
    tags: frozenset[str]
    language: str
    seconds: float | None
    captioned: bool
    text: Text


@dataclass(frozen=True, slots=True)
class Rules:
    tags: tuple[str, ...] = ()
    """Folded as hashtags are, without #."""

    without_tags: tuple[str, ...] = ()
    characters: tuple[str, ...] = ()
    """Keys of characters who are on stage in it."""

    creators: tuple[str, ...] = ()
    """Handles."""

    languages: tuple[str, ...] = ()
    """ISO 639-1 codes; a post whose language is not known fits none."""

    kinds: tuple[str, ...] = ()
    shortest: float | None = None
    """Seconds; lines of a chat have no length and fit no limit of it."""

    longest: float | None = None
    captioned: bool = False
    """Only what can be read while it plays."""

    words: tuple[str, ...] = ()
    """Whole words or phrases, in the caption, the title or what is said."""

    without_words: tuple[str, ...] = ()
    order: str = "newest"

    @classmethod
    def from_json(cls, data: Any) -> Rules:
        """RulesError for what is no rule, naming the field."""
        if not isinstance(data, Mapping):
            raise RulesError("Rules are an object.", "rules")
        known = {one.name for one in fields(cls)}
        for name in data:
            if name not in known:
                raise RulesError(
                    f"There is no rule “{str(name)[:40]}”. There are"
                    f" {', '.join(sorted(known))}.",
                    "rules",
                )
        tags, without = _tags(data, "tags"), _tags(data, "without_tags")
        if both := set(tags) & set(without):
            raise RulesError(
                f"#{min(both)} is wanted and unwanted. Take one away.", "without_tags"
            )
        made = cls(
            tags=tags,
            without_tags=without,
            characters=_list(data, "characters"),
            creators=tuple(
                one.lower().removeprefix("@") for one in _list(data, "creators")
            ),
            languages=_list(data, "languages", tuple(NAMES)),
            kinds=_list(data, "kinds", KINDS),
            shortest=_seconds(data, "shortest"),
            longest=_seconds(data, "longest"),
            captioned=_flag(data, "captioned"),
            words=_words(data, "words"),
            without_words=_words(data, "without_words"),
            order=_order(data),
        )
        if made.shortest and made.longest and made.shortest > made.longest:
            raise RulesError("Nothing is longer than the longest.", "shortest")
        if not any(made.told()):
            raise RulesError("Give it at least one rule.", "rules")
        return made

    def to_json(self) -> dict[str, Any]:
        """Only what is asked for."""
        told: dict[str, Any] = {}
        for one in fields(self):
            value = getattr(self, one.name)
            if value != one.default:
                told[one.name] = list(value) if isinstance(value, tuple) else value
        return told

    def told(self) -> Iterator[tuple[str, str]]:
        """Each rule in words: what it is about, and what it asks."""
        lists = (
            ("Tags", [f"#{one}" for one in self.tags]),
            ("Without tags", [f"#{one}" for one in self.without_tags]),
            ("Characters", self.characters),
            ("Made by", [f"@{one}" for one in self.creators]),
            ("Languages", [NAMES.get(one, one) for one in self.languages]),
            ("Only", [_KINDS[one] for one in self.kinds]),
            ("Words", [f"“{one}”" for one in self.words]),
            ("Without words", [f"“{one}”" for one in self.without_words]),
        )
        for name, values in lists:
            if values:
                yield name, " or ".join(values)
        if self.shortest:
            yield "At least", f"{self.shortest:g} seconds"
        if self.longest:
            yield "At most", f"{self.longest:g} seconds"
        if self.captioned:
            yield "Captions", "must be there"

    @property
    def reads(self) -> bool:
        """Whether the words of a post matter."""
        return bool(self.words or self.without_words)

    def fits(self, post: Facts) -> bool:
        return (
            (not self.kinds or post.kind in self.kinds)
            and (not self.creators or post.creator in self.creators)
            and (not self.characters or not post.characters.isdisjoint(self.characters))
            and (not self.tags or not post.tags.isdisjoint(self.tags))
            and post.tags.isdisjoint(self.without_tags)
            and (not self.languages or post.language in self.languages)
            and self._long_enough(post.seconds)
            and (not self.captioned or post.captioned)
            and self.fits_words(post.text)
        )

    def fits_words(self, text: Text) -> bool:
        """The part that no query asks."""
        wanted = not self.words or text.has_any(self.words)
        return wanted and not text.has_any(self.without_words)

    def _long_enough(self, seconds: float | None) -> bool:
        if self.shortest is None and self.longest is None:
            return True
        if seconds is None:
            return False
        return (self.shortest or 0.0) <= seconds <= (self.longest or LONGEST)


_KINDS = {"clip": "clips", "snippet": "lines of chats"}


def _list(
    data: Mapping[str, Any], name: str, among: Sequence[str] = ()
) -> tuple[str, ...]:
    """Each once, in the order given."""
    values = data.get(name, ())
    if not isinstance(values, list | tuple):
        raise RulesError("Give a list.", name)
    found: dict[str, None] = {}
    for value in values:
        if not isinstance(value, str) or "\x00" in value:
            raise RulesError("A list of texts, please.", name)
        if among and value not in among:
            raise RulesError(f"Use {', '.join(among)}.", name)
        if text := " ".join(value.split()):
            found[text] = None
    if len(found) > MOST:
        raise RulesError(f"{len(found)} are too many: {MOST} fit.", name)
    return tuple(found)


def _tags(data: Mapping[str, Any], name: str) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for value in _list(data, name):
        names = hashtags.names_in(f"#{value.removeprefix('#')}")
        if not names:
            raise RulesError(f"“{value[:40]}” is no tag.", name)
        found[names[0]] = None
    return tuple(found)


def _words(data: Mapping[str, Any], name: str) -> tuple[str, ...]:
    values = _list(data, name)
    for value in values:
        if len(value) > MAX_LENGTH:
            raise RulesError(f"A phrase has {MAX_LENGTH} characters at most.", name)
    return tuple(dict.fromkeys(fold(value) for value in values))


def _seconds(data: Mapping[str, Any], name: str) -> float | None:
    value = data.get(name)
    if value is None:
        return None
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not 0 < value <= LONGEST:
        raise RulesError(f"Seconds, up to {LONGEST:.0f}.", name)
    return float(value)


def _flag(data: Mapping[str, Any], name: str) -> bool:
    value = data.get(name, False)
    if not isinstance(value, bool):
        raise RulesError("Yes or no.", name)
    return value


def _order(data: Mapping[str, Any]) -> str:
    value = data.get("order", ORDERS[0])
    if value not in ORDERS:
        raise RulesError(f"Use {' or '.join(ORDERS)}.", "order")
    return str(value)
