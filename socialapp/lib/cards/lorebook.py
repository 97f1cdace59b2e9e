"""Which entries of a lorebook a conversation calls up, and where they belong."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from socialapp.lib.cards import decorators
from socialapp.lib.cards.hearing import MAX_KEY, Heard
from socialapp.lib.cards.patterns import PatternError, compile_pattern

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from socialapp.lib.cards.card import Card
    from socialapp.lib.cards.decorators import Decorators
    from socialapp.lib.cards.patterns import Pattern

SCAN_DEPTH = 4
"""Newest messages that are looked at when the book does not say."""

ROUNDS = 8
"""How often what was called up may call up more."""

MAX_KEYS = 100
"""Of one entry."""

MAX_BOOK_KEYS = 20_000
MAX_PATTERNS = 50
"""Of one book: each is tried at every turn."""

Position = Literal["before", "after", "personality", "scenario", "depth"]


@dataclass(frozen=True, slots=True)
class Entry:
    number: int
    """Counted from 0, as in the card."""

    label: str
    """For people: its name, comment or first key."""

    content: str
    """Without decorators; macros are not replaced yet."""

    keys: tuple[str, ...]
    secondary: tuple[str, ...]
    patterns: tuple[Pattern, ...]
    regex: bool
    enabled: bool
    constant: bool
    case_sensitive: bool
    order: float
    priority: float | None
    before: bool
    """Its place is before the description."""

    told: Decorators
    troubles: tuple[str, ...]
    """What of it is kept and not used, in words."""


@dataclass(frozen=True, slots=True)
class Called:
    """An entry whose content goes into the prompt."""

    entry: Entry
    position: Position
    depth: int
    """With position ``depth``: that many messages come after it."""

    role: Literal["system", "user", "assistant"]

    @property
    def content(self) -> str:
        return self.entry.content


@dataclass(frozen=True, slots=True)
class Chat:
    """What the conditions of an entry may ask about."""

    messages: Sequence[str]
    """The oldest first."""

    replies: int = 0
    """Messages of the character."""

    greeting: int = 0
    """Which one the conversation began with: 0 for ``first_mes``."""

    called_before: Collection[int] = ()
    """Numbers of entries that earlier turns called up."""

    full: bool = False
    """The model's context is full: entries that ask for it stay out."""


@dataclass(frozen=True, slots=True)
class Lorebook:
    entries: tuple[Entry, ...]
    scan_depth: int = SCAN_DEPTH
    token_budget: int | None = None
    recursive: bool = False

    @classmethod
    def of(cls, card: Card) -> Lorebook:
        return cls.from_data(card.data.get("character_book") or {})

    @classmethod
    def from_data(cls, book: Mapping[str, Any]) -> Lorebook:
        """`book` in the shape that `lorebook_shapes` gives."""
        depth, budget = book.get("scan_depth"), book.get("token_budget")
        room = _Room(MAX_BOOK_KEYS, MAX_PATTERNS)
        return cls(
            tuple(
                _entry(n, one, room) for n, one in enumerate(book.get("entries", []))
            ),
            scan_depth=SCAN_DEPTH if depth is None else max(0, int(depth)),
            # Zero is what editors write for "no limit".
            token_budget=int(budget) if budget and budget > 0 else None,
            recursive=book.get("recursive_scanning") is True,
        )

    @property
    def unused(self) -> list[str]:
        """What is kept and not used, a sentence each."""
        return [
            f"Lorebook entry {entry.number + 1} (“{entry.label}”): {trouble}"
            for entry in self.entries
            for trouble in entry.troubles
        ]

    def call(
        self, chat: Chat, *, tokens_of: Callable[[str], int] | None = None
    ) -> list[Called]:
        """The entries that this moment calls up, in the order of the prompt.

        Each comes once. `tokens_of` measures a text for the book's budget; without it
        four characters count as one token.
        """
        heard = _Ears(chat.messages)
        found = [entry for entry in self.entries if self._speaks(entry, chat, heard)]
        if self.recursive:
            self._follow(found, chat)
        kept = self._within_budget(found, tokens_of or _rough_tokens)
        kept.sort(key=lambda entry: (entry.order, entry.number))
        return [_placed(entry, len(chat.messages)) for entry in kept]

    def _follow(self, found: list[Entry], chat: Chat) -> None:
        """Add what the contents that were called up call up themselves."""
        fresh = list(found)
        for _ in range(ROUNDS):
            heard = _Ears(chat.messages, "\n".join(entry.content for entry in fresh))
            have = {entry.number for entry in found}
            fresh = [
                entry
                for entry in self.entries
                if entry.number not in have and self._speaks(entry, chat, heard)
            ]
            if not fresh:
                return
            found += fresh

    def _speaks(self, entry: Entry, chat: Chat, heard: _Ears) -> bool:
        told = entry.told
        if not entry.enabled or not entry.content.strip():
            return False
        if told.has("activate"):
            return True
        if told.has("dont_activate"):
            return False
        before = entry.number in chat.called_before
        if before and told.has("keep_activate_after_match"):
            return True
        if before and told.has("dont_activate_after_match"):
            return False
        if chat.full and told.has("ignore_on_max_context"):
            return False
        if not _is_time(told, chat):
            return False
        depth = told.number("scan_depth")
        depth = self.scan_depth if depth is None else depth
        return _matches(entry, heard.within(depth))

    def _within_budget(
        self, found: list[Entry], tokens_of: Callable[[str], int]
    ) -> list[Entry]:
        if self.token_budget is None:
            return found
        left = self.token_budget
        kept = []
        for entry in sorted(found, key=_worth, reverse=True):
            cost = tokens_of(entry.content)
            if cost <= left:
                kept.append(entry)
                left -= cost
        return kept


@dataclass(slots=True)
class _Room:
    """How much a book may still bring in."""

    keys: int
    patterns: int


class _Ears:
    """What was said, by how far back one listens."""

    def __init__(self, messages: Sequence[str], beside: str = "") -> None:
        self._messages, self._beside = messages, beside
        self._heard: dict[int, Heard] = {}

    def within(self, depth: int) -> Heard:
        if depth not in self._heard:
            newest = self._messages[-depth:] if depth else []
            self._heard[depth] = Heard("\n".join([*newest, self._beside]))
        return self._heard[depth]


def _entry(number: int, raw: Mapping[str, Any], room: _Room) -> Entry:
    lines, content = decorators.split(raw["content"])
    told = decorators.read(lines)
    sensitive = raw.get("case_sensitive") is True
    troubles = [f"{line[:60]} is not understood here." for line in told.unused]
    listed = [key for key in raw["keys"] if len(key) <= MAX_KEY or raw["use_regex"]]
    keys = tuple(listed[: min(MAX_KEYS, room.keys)])
    room.keys -= len(keys)
    if len(keys) < len(raw["keys"]):
        troubles.append(f"{len(raw['keys']) - len(keys)} of its keys are not used.")
    patterns: list[Pattern] = []
    if raw["use_regex"]:
        for key in (*keys, *told.words("additional_keys")):
            try:
                patterns.append(_pattern(key, sensitive, room))
            except PatternError as error:
                troubles.append(f"the pattern {key[:60]} is not used: {error}.")
    label = raw.get("name") or raw.get("comment") or next(iter(keys), "")
    return Entry(
        number=number,
        label=label[:60],
        content=content,
        keys=keys,
        secondary=(
            tuple(raw.get("secondary_keys", ())[:MAX_KEYS])
            if raw.get("selective")
            else ()
        ),
        patterns=tuple(patterns),
        regex=raw["use_regex"],
        enabled=raw["enabled"],
        constant=raw.get("constant") is True,
        case_sensitive=sensitive,
        order=raw["insertion_order"],
        priority=raw.get("priority"),
        before=raw.get("position") == "before_char",
        told=told,
        troubles=tuple(troubles),
    )


def _pattern(key: str, sensitive: bool, room: _Room) -> Pattern:
    if not room.patterns:
        raise PatternError(f"a lorebook may have {MAX_PATTERNS}")
    room.patterns -= 1
    return compile_pattern(key, ignore_case=not sensitive)


def _is_time(told: Decorators, chat: Chat) -> bool:
    after = told.number("activate_only_after")
    if after is not None and chat.replies < after:
        return False
    every = told.number("activate_only_every")
    if every and chat.replies % every:
        return False
    greeting = told.number("is_greeting")
    return greeting is None or greeting == chat.greeting


def _matches(entry: Entry, heard: Heard) -> bool:
    if entry.regex:
        return any(heard.matches(pattern) for pattern in entry.patterns)

    def says(keys: Sequence[str]) -> bool:
        return any(heard.says(key, sensitive=entry.case_sensitive) for key in keys)

    if says(entry.told.words("exclude_keys")):
        return False
    for needed in (entry.secondary, entry.told.words("additional_keys")):
        if needed and not entry.constant and not says(needed):
            return False
    return entry.constant or says(entry.keys)


def _worth(entry: Entry) -> tuple[bool, float, float]:
    """What is dropped last when the budget is short; the first are dropped first."""
    spare = entry.told.has("ignore_on_max_context")
    priority = entry.order if entry.priority is None else entry.priority
    return (not spare, priority, -entry.number)


def _placed(entry: Entry, messages: int) -> Called:
    told = entry.told
    role = told.text("role") or "system"
    wanted = told.text("position")
    position: Position = "before" if entry.before else "after"
    depth = 0
    if wanted in {"personality", "scenario"}:
        position = "personality" if wanted == "personality" else "scenario"
    elif wanted:
        position = "before" if wanted == "before_desc" else "after"
    elif (deep := told.number("depth")) is not None:
        position, depth = "depth", min(deep, messages)
    elif (deep := told.number("reverse_depth")) is not None:
        position, depth = "depth", max(0, messages - deep)
    return Called(entry, position, depth, _role(role))


def _role(name: str) -> Literal["system", "user", "assistant"]:
    if name == "user":
        return "user"
    return "assistant" if name == "assistant" else "system"


def _rough_tokens(text: str) -> int:
    return math.ceil(len(text) / 4)
