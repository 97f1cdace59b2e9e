"""Which entries of a lorebook a conversation calls up, and where they belong."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from socialapp.lib.cards import decorators
from socialapp.lib.cards.patterns import PatternError, compile_pattern, matches

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
        return cls(
            tuple(_entry(n, one) for n, one in enumerate(book.get("entries", []))),
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
        found = [entry for entry in self.entries if self._speaks(entry, chat, "")]
        if self.recursive:
            self._follow(found, chat)
        kept = self._within_budget(found, tokens_of or _rough_tokens)
        kept.sort(key=lambda entry: (entry.order, entry.number))
        return [_placed(entry, len(chat.messages)) for entry in kept]

    def _follow(self, found: list[Entry], chat: Chat) -> None:
        """Add what the contents that were called up call up themselves."""
        fresh = list(found)
        for _ in range(ROUNDS):
            said = "\n".join(entry.content for entry in fresh)
            have = {entry.number for entry in found}
            fresh = [
                entry
                for entry in self.entries
                if entry.number not in have and self._speaks(entry, chat, said)
            ]
            if not fresh:
                return
            found += fresh

    def _speaks(self, entry: Entry, chat: Chat, beside: str) -> bool:
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
        newest = chat.messages[-depth:] if depth else []
        return _matches(entry, "\n".join([*newest, beside]))

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


def _entry(number: int, raw: Mapping[str, Any]) -> Entry:
    lines, content = decorators.split(raw["content"])
    told = decorators.read(lines)
    keys = tuple(raw["keys"][:MAX_KEYS])
    sensitive = raw.get("case_sensitive") is True
    troubles = [f"{line[:60]} is not understood here." for line in told.unused]
    patterns: list[Pattern] = []
    if raw["use_regex"]:
        for key in (*keys, *told.words("additional_keys")):
            try:
                patterns.append(compile_pattern(key, ignore_case=not sensitive))
            except PatternError as error:
                troubles.append(f"the pattern {key[:60]} is not used: {error}.")
    if len(raw["keys"]) > MAX_KEYS:
        troubles.append(f"only its first {MAX_KEYS} keys are used.")
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


def _is_time(told: Decorators, chat: Chat) -> bool:
    after = told.number("activate_only_after")
    if after is not None and chat.replies < after:
        return False
    every = told.number("activate_only_every")
    if every and chat.replies % every:
        return False
    greeting = told.number("is_greeting")
    return greeting is None or greeting == chat.greeting


def _matches(entry: Entry, text: str) -> bool:
    if entry.regex:
        return any(matches(pattern, text) for pattern in entry.patterns)
    plain = text if entry.case_sensitive else text.casefold()

    def says(keys: Sequence[str]) -> bool:
        return any(
            _contains(plain, key if entry.case_sensitive else key.casefold())
            for key in keys
        )

    if says(entry.told.words("exclude_keys")):
        return False
    for needed in (entry.secondary, entry.told.words("additional_keys")):
        if needed and not entry.constant and not says(needed):
            return False
    return entry.constant or says(entry.keys)


def _contains(text: str, key: str) -> bool:
    """`key` as whole words: “tea” is not in “steam”. Scripts that write without spaces
    have no edges, so there it may stand anywhere."""
    if not key:
        return False
    at = text.find(key)
    while at >= 0:
        end = at + len(key)
        if not (
            _continues(text[at - 1 : at], key[0])
            or _continues(key[-1], text[end : end + 1])
        ):
            return True
        at = text.find(key, at + 1)
    return False


def _continues(one: str, other: str) -> bool:
    """Whether a word goes on from one letter to the next."""
    return all(
        c.isalnum() and not _is_spaceless(c) for c in (one, other) if c
    ) and bool(one and other)


def _is_spaceless(letter: str) -> bool:
    """Thai to Khmer, kana, and Chinese characters."""
    return (
        "\u0e00" <= letter <= "\u0eff"
        or "\u1000" <= letter <= "\u109f"
        or "\u1780" <= letter <= "\u17ff"
        or "\u3040" <= letter <= "\u30ff"
        or "\u3400" <= letter <= "\u9fff"
        or "\uf900" <= letter <= "\ufaff"
        or letter >= "\U00020000"
    )


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
