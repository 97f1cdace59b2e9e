"""A draft of a story's passages: which of them tell it, and each from mark to mark."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenes.trade.draft import Node
from scenes.trade.report import TradeError
from scenes.trade.terms import Literal
from scenes.trade.twine.blocks import close_hook, open_hook
from scenes.trade.twine.lines import end_line, say, show_named
from scenes.trade.twine.links import take_link
from scenes.trade.twine.macros import macro
from scenes.trade.twine.markup import marks
from scenes.trade.twine.reading import Book, Reading

if TYPE_CHECKING:
    from scenes.trade.draft import Draft
    from scenes.trade.passages import Passage, Story
    from scenes.trade.report import Notes
    from scenes.trade.twine.markup import Mark

MARKS = 40_000
"""Of one story: lines, links, macros and the texts between them."""

_INIT = {"StoryInit"}
_SPECIAL = {
    *("PassageHeader", "PassageFooter", "PassageReady", "PassageDone", "StoryCaption"),
    *("StoryMenu", "StoryBanner", "StoryAuthor", "StorySubtitle", "StoryInterface"),
    *("StorySettings", "StoryIncludes", "StoryShare", "UserScript", "UserStylesheet"),
}
_NO_STORY = ("script", "stylesheet", "widget", "header", "footer", "comment")


def read(story: Story, notes: Notes) -> Draft:
    """The states of a story, one or more for each passage; what is left out goes to
    the notes. TradeError: it has no passage, or too much in them."""
    book = Book(notes, story.title or "Imported from Twine")
    for what, where, why in story.odd:
        notes.leave(what, where, why)
    kept = [passage for passage in story.passages if _tells(book, passage)]
    if not kept:
        raise TradeError("nothing-inside", "The file has no passage with a story.")
    for passage in kept:
        book.places[passage.name] = book.draft.states.of(passage.name, "passage")
    for passage in kept:
        _read_passage(Reading(book, passage))
    notes.take("passages", len(kept))
    for begin in (story.start, "Start", kept[0].name):
        if begin in book.places:
            book.draft.initial = book.places[begin]
            break
    counted = ((name, [place]) for name, place in book.places.items())
    book.draft.counted.update(counted)
    return book.draft


def _tells(book: Book, passage: Passage) -> bool:
    """Whether it is a part of the story."""
    where = f"passage {passage.name}"
    if passage.name in _INIT or "startup" in passage.tags:
        _first_values(Reading(book, passage))
        return False
    if passage.name in book.places:
        book.notes.leave(where, f"line {passage.line}", "Another one has its name.")
        return False
    for tag in _NO_STORY:
        if tag in passage.tags:
            book.notes.leave(where, f"line {passage.line}", f"It is marked {tag}.")
            return False
    if passage.name in _SPECIAL:
        why = "It is a part of the page, not of the story."
        book.notes.leave(where, f"line {passage.line}", why)
        return False
    book.places[passage.name] = ""
    return True


def _read_passage(reading: Reading) -> None:
    """Its states into the draft."""
    draft = reading.book.draft
    name = reading.passage.name
    reading.node = first = draft.node(name, f"passage {name}", key=name)
    draft.nodes.append(first)
    if reading.passage.tags:
        first.extensions = {"import": {"tags": list(reading.passage.tags[:20])}}
        reading.notes.keep(f"tags of passage {name}")
    _run(reading)
    reading.node.choices = reading.choices.choices
    ends = not reading.node.choices
    if ends and all(way.guard is not None for way in reading.node.always):
        if reading.node.always:
            reading.cut()
        reading.node.final = True
        reading.node.ending = name


def _first_values(reading: Reading) -> None:
    """Of the passage that the story begins with, unseen."""
    draft = reading.book.draft
    reading.node = Node("", "")
    _run(reading)
    for do in reading.node.entry:
        if isinstance(do.value, Literal):
            draft.starts[do.variable] = do.value
        else:
            reading.notes.leave(
                f"the first value of {do.variable}", do.where, "It is computed."
            )


def _run(reading: Reading) -> None:
    for mark in marks(reading.passage.body, reading.passage.line):
        reading.number = mark.line
        reading.book.marks += 1
        if reading.book.marks > MARKS:
            raise TradeError(
                "too-large",
                f"More than {MARKS} lines, links and macros. Import it in parts.",
            )
        if reading.waiting is not None and mark.kind != "hook":
            if mark.kind == "text" and not mark.text.strip():
                continue
            reading.waiting = None
        _mark(reading, mark)
    end_line(reading)


def _mark(reading: Reading, mark: Mark) -> None:
    silent = any(frame.silent for frame in reading.frames)
    if mark.kind == "newline":
        end_line(reading)
    elif mark.kind == "macro":
        macro(reading, mark)
    elif mark.kind == "hook":
        open_hook(reading)
    elif mark.kind == "end":
        close_hook(reading)
    elif silent:
        return
    elif mark.kind == "link":
        take_link(reading, mark)
    elif mark.kind == "value":
        show_named(reading, mark.text)
    else:
        say(reading, mark.text)
