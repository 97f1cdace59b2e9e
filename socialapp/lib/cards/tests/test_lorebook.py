"""A lorebook speaks when its keys are said, and is silent otherwise."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest

from socialapp.lib import cards
from socialapp.lib.cards.lorebook import Called, Chat, Lorebook
from socialapp.lib.cards.tests import made
from tests.patience import patience


def book(*entries: dict[str, Any], **more: Any) -> Lorebook:
    """Read as any card is, so that defaults are those of the files."""
    full = [
        {
            "keys": ["tea"],
            "content": f"Lore {number}.",
            "extensions": {},
            "enabled": True,
            "insertion_order": number,
            **entry,
        }
        for number, entry in enumerate(entries)
    ]
    raw = {"entries": full, "extensions": {}, **more}
    data = {**made.V3_DATA, "character_book": raw}
    return Lorebook.of(cards.read(json.dumps({**made.V3, "data": data}).encode()))


def said(lore: Lorebook, *messages: str, **more: Any) -> list[str]:
    return [one.content for one in lore.call(Chat(messages, **more))]


def only(lore: Lorebook, *messages: str) -> Called:
    (found,) = lore.call(Chat(messages))
    return found


@pytest.mark.parametrize(
    ("key", "message", "heard"),
    [
        ("tea", "Some TEA?", True),
        ("tea", "Full steam ahead", False),
        ("tea", "teas", False),
        ("high tea", "At high tea, then.", True),
        ("c++", "I write c++ code", True),
        ("茶", "喝茶吧", True),
        ("Straße", "STRASSE", True),
        ("", "anything", False),
    ],
)
def test_a_key_is_heard_as_whole_words(key: str, message: str, heard: bool) -> None:
    assert bool(said(book({"keys": [key]}), message)) is heard


def test_case_counts_where_the_entry_says_so() -> None:
    lore = book({"keys": ["Rose"], "case_sensitive": True})
    assert said(lore, "Rose came")
    assert not said(lore, "the sun rose")


def test_a_disabled_or_empty_entry_is_silent() -> None:
    assert not said(book({"enabled": False, "constant": True}), "tea")
    assert not said(book({"content": " "}), "tea")


def test_a_constant_entry_always_speaks() -> None:
    assert said(book({"constant": True}), "nothing of it") == ["Lore 0."]


def test_a_selective_entry_needs_both_keys() -> None:
    entry = {"selective": True, "secondary_keys": "kettle, pot"}
    assert not said(book(entry), "tea")
    assert said(book(entry), "tea from the pot")
    assert said(book({**entry, "selective": False}), "tea")


def test_only_the_newest_messages_are_scanned() -> None:
    old = ("tea", "a", "b")
    assert not said(book({}, scan_depth=2), *old)
    assert said(book({}, scan_depth=3), *old)
    assert said(book({"content": "@@scan_depth 3\nLore."}, scan_depth=1), *old)
    assert not said(book({}, scan_depth=0), "tea")


def test_entries_come_in_their_order() -> None:
    lore = book({"insertion_order": 9}, {"insertion_order": 1}, {"insertion_order": 9})
    assert said(lore, "tea") == ["Lore 1.", "Lore 0.", "Lore 2."]


def test_the_budget_drops_the_lowest_priority() -> None:
    lore = book(
        {"priority": 1, "content": "a" * 40},
        {"priority": 5, "content": "b" * 40},
        {"priority": 9, "content": "@@ignore_on_max_context\n" + "c" * 40},
        token_budget=20,
    )
    assert said(lore, "tea") == ["a" * 40, "b" * 40]
    counted = lore.call(Chat(("tea",)), tokens_of=lambda text: 11 if text else 0)
    assert [one.content for one in counted] == ["b" * 40]


def test_contents_call_up_more_only_in_a_recursive_book() -> None:
    chain = (
        {"content": "Tea needs water."},
        {"keys": ["water"], "content": "Water needs a well."},
        {"keys": ["well"], "content": "The well is dry."},
    )
    assert len(said(book(*chain), "tea")) == 1
    assert len(said(book(*chain, recursive_scanning=True), "tea")) == 3


def test_decorators_place_an_entry() -> None:
    lore = book({"content": "@@depth 2\n@@role user\n\nDeep lore.\n"})
    found = only(lore, "one", "two", "tea")
    assert (found.content, found.position, found.depth) == ("Deep lore.", "depth", 2)
    assert found.role == "user"
    far = only(book({"content": "@@depth 99\nx"}), "tea")
    assert far.depth == 1
    assert only(book({"content": "@@reverse_depth 1\nx"}), "a", "b", "tea").depth == 2
    for wanted, position in (("before_desc", "before"), ("scenario", "scenario")):
        found = only(book({"content": f"@@depth 3\n@@position {wanted}\nx"}), "tea")
        assert found.position == position
    assert only(book({"position": "before_char"}), "tea").position == "before"


def test_decorators_say_when_an_entry_speaks() -> None:
    after = book({"content": "@@activate_only_after 2\nx"})
    assert not said(after, "tea", replies=1)
    assert said(after, "tea", replies=2)
    every = book({"content": "@@activate_only_every 3\nx"})
    assert [bool(said(every, "tea", replies=n)) for n in (3, 4, 6)] == [1, 0, 1]
    greeting = book({"content": "@@is_greeting 1\nx"})
    assert not said(greeting, "tea")
    assert said(greeting, "tea", greeting=1)
    once = book({"content": "@@dont_activate_after_match\nx"})
    assert not said(once, "tea", called_before={0})
    keep = book({"content": "@@keep_activate_after_match\nx"})
    assert said(keep, "silence", called_before={0})
    assert said(book({"content": "@@activate\nx"}), "silence")
    assert not said(book({"content": "@@dont_activate\nx"}), "tea")
    spare = book({"content": "@@ignore_on_max_context\nx"})
    assert not said(spare, "tea", full=True)


def test_decorators_add_and_take_keys() -> None:
    more = book({"content": "@@additional_keys pot,cup\nx"})
    assert not said(more, "tea")
    assert said(more, "a cup of tea")
    without = book({"content": "@@exclude_keys coffee\nx"})
    assert said(without, "tea")
    assert not said(without, "tea or coffee")


def test_a_fallback_stands_in_for_what_is_not_understood() -> None:
    lore = book(
        {"content": "@@other_program 4\n@@@nor_this\n@@@depth 5\n@@@depth 1\nx"}
    )
    assert only(lore, "1", "2", "3", "4", "5", "tea").depth == 5
    assert lore.unused == [
        "Lorebook entry 1 (“tea”): @@other_program 4 is not understood here.",
        "Lorebook entry 1 (“tea”): @@@nor_this is not understood here.",
    ]
    understood = book({"content": "@@depth 2\n@@@depth 1\nx"})
    assert only(understood, "1", "2", "tea").depth == 2
    assert not understood.unused


def test_a_regular_expression_is_matched() -> None:
    pytest.importorskip("re2", reason="not installed: pip install -r requirements.txt")
    for key in (r"\bte+a\b", "/TEEA/i"):
        lore = book({"keys": [key], "use_regex": True})
        assert said(lore, "some teea please")
        assert not said(lore, "coffee")
        assert not lore.unused
    exact = book({"keys": ["Tea"], "use_regex": True, "case_sensitive": True})
    assert not said(exact, "tea")


def test_a_regular_expression_that_would_never_end_ends_at_once() -> None:
    pytest.importorskip("re2", reason="not installed: pip install -r requirements.txt")
    lore = book({"keys": [r"(a+)+$", r"(a|a)*b", r"(.*)*x"], "use_regex": True})
    with patience():
        assert not said(lore, "a" * 40_000 + "!")


@pytest.mark.parametrize("key", ["(?=tea)", r"(t)\1", "(", "x{1000}{1000}", "/a/q"])
def test_a_pattern_that_cannot_be_used_is_reported_and_silent(key: str) -> None:
    lore = book({"keys": [key], "use_regex": True, "name": "Odd"})
    assert not said(lore, "tea tt aaa")
    assert len(lore.unused) == 1
    assert lore.unused[0].startswith("Lorebook entry 1 (“Odd”): the pattern ")


def test_without_re2_patterns_are_kept_and_reported(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "re2", None)
    lore = book({"keys": ["never seen [a-z]"], "use_regex": True})
    assert not said(lore, "never seen b")
    assert "google-re2" in lore.unused[0]


def test_a_large_book_is_searched_quickly() -> None:
    lore = book(*({"keys": [f"word{n}", f"other {n}"]} for n in range(2000)))
    with patience():
        assert said(lore, "blah " * 4000 + "word1999") == ["Lore 1999."]


def test_a_book_made_to_be_slow_is_not() -> None:
    pytest.importorskip("re2", reason="not installed: pip install -r requirements.txt")
    keys = [[f"t e{n}-{m}" for m in range(99)] + ["t", "a a"] for n in range(150)]
    large = [f"({'a?' * 90}){{9}}{n}" for n in range(200)]
    slow = [f"[^x]{{{n}}}x" for n in range(200, 260)]
    lore = book(
        *({"keys": one} for one in keys),
        {"keys": large, "use_regex": True},
        {"keys": slow, "use_regex": True},
    )
    with patience():
        assert not said(lore, "xa axtea " * 4000)
    assert any("a lorebook may have 50" in line for line in lore.unused)
    assert any("keys are not used" in line for line in lore.unused)
