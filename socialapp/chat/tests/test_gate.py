"""Nothing leaves before it was screened, and what is stopped leaves no trace."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from socialapp.chat.dialogues.authored import AuthoredDialogue
from socialapp.chat.dialogues.cards import card_of
from socialapp.chat.dialogues.encoder import Encoder
from socialapp.chat.dialogues.gate import Stopped, gate
from socialapp.chat.dialogues.ladder import Ladder, Rung
from socialapp.chat.dialogues.sentences import LONGEST, Cutter, split
from socialapp.chat.tests.players import Player
from socialapp.content import library
from socialapp.engines.errors import EngineError
from socialapp.engines.talk import Beat, Context, TurnEvent

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

HOB = card_of(library.cast_member("hob"))
CONTEXT = Context(HOB, "t1")
SLUR, CRISIS = "gribbage", "end it all tonight"
"""Planted: stand for what a screen would stop."""


@dataclass(frozen=True)
class Ruling:
    action: str = "allow"

    @property
    def stops(self) -> bool:
        return self.action in {"block", "replace", "crisis"}


@dataclass
class Screen:
    asked: list[str] = field(default_factory=list)
    wait: float = 0.0
    fails: Exception | None = None

    async def __call__(self, text: str) -> Ruling:
        self.asked.append(text)
        await asyncio.sleep(self.wait)
        if self.fails:
            raise self.fails
        if SLUR in text:
            return Ruling("block")
        if CRISIS in text:
            return Ruling("crisis")
        return Ruling("review" if "fishy" in text else "allow")


async def collect(events: AsyncIterator[TurnEvent], out: list[TurnEvent]) -> None:
    async for event in events:
        out.append(event)


async def passed(
    *steps: Any, screen: Screen | None = None, **options: Any
) -> tuple[list[TurnEvent], Screen, list[Stopped], Player]:
    screen, stopped = screen or Screen(), list[Stopped]()
    player = Player([steps])
    out = [
        event
        async for event in gate(
            player.reply(CONTEXT, Beat()),
            screen=screen,
            stopped=stopped.append,
            **options,
        )
    ]
    assert [e.seq for e in out] == list(range(len(out)))
    return out, screen, stopped, player


def words(events: list[TurnEvent], kind: str = "token") -> str:
    return "".join(
        e.text if kind == "token" else e.text + "|" for e in events if e.type == kind
    )


async def test_every_sentence_is_screened_once_and_then_told_whole() -> None:
    out, screen, stopped, _ = await passed(
        "Dr. Wren is here. He brought 2.5 tea", "s! Come in"
    )
    assert screen.asked == ["Dr. Wren is here.", "He brought 2.5 teas!", "Come in"]
    assert words(out) == "Dr. Wren is here. He brought 2.5 teas! Come in"
    assert words(out, "sentence") == "Dr. Wren is here.|He brought 2.5 teas!|Come in|"
    assert {e.safety for e in out if e.text} == {"allow"}
    assert [out[0].type, out[-1].type] == ["start", "end"]
    assert stopped == []


async def test_no_token_leaves_before_its_sentence_was_screened() -> None:
    screen = Screen(wait=0.02)
    player = Player([["One two three. Four five six. Seven."]])
    seen = 0
    async for event in gate(player.reply(CONTEXT, Beat()), screen=screen):
        if event.type == "token":
            seen += len(event.text)
            assert seen <= len(" ".join(screen.asked)) + len(screen.asked)
            assert event.text.strip() in " ".join(screen.asked)


@pytest.mark.parametrize("planted", [SLUR, CRISIS])
async def test_a_stopped_sentence_ends_the_line_and_the_authored_one_is_said(
    planted: str,
) -> None:
    out, _, stopped, player = await passed(
        f"Fine morning. You {planted} you. And more.", stand_ins=["Mind the goat."]
    )
    assert words(out) == "Fine morning. Mind the goat."
    assert words(out, "sentence") == "Fine morning.|Mind the goat.|"
    replaced = [e for e in out if e.safety == "replaced"]
    assert {e.provider for e in replaced} == {"authored"}
    assert planted not in str([e.to_json() for e in out])
    assert [one.sentence for one in stopped] == [f"You {planted} you."]
    assert player.closed == 1


async def test_what_stands_in_is_screened_too_and_silence_is_the_last_resort() -> None:
    bad = f"My own {SLUR} line."
    out, _, stopped, _ = await passed(f"{SLUR}!", stand_ins=["", bad, "Hush now."])
    assert words(out) == "Hush now."
    assert len(stopped) == 2
    none, _, _, _ = await passed(f"{SLUR}!", stand_ins=[bad])
    assert words(none) == ""
    assert none[-1].type == "end"
    assert none[-1].safety == "replaced"


async def test_a_doubt_is_said_and_marked() -> None:
    out, _, stopped, _ = await passed("That is fishy. I know.")
    marks = [e.safety for e in out if e.type == "sentence"]
    assert marks == ["review", "allow"]
    assert stopped == []


@pytest.mark.parametrize(
    "screen", [Screen(fails=RuntimeError("no weights")), Screen(wait=5)]
)
async def test_when_screening_breaks_or_hangs_nothing_is_said(screen: Screen) -> None:
    player = Player([["Fine morning. Come in."]])
    events = gate(player.reply(CONTEXT, Beat()), screen=screen, patience=0.1)
    out: list[TurnEvent] = []
    with pytest.raises(EngineError, match="screening cannot look"):
        await collect(events, out)
    assert words(out) == ""
    assert player.closed == 1


async def test_who_leaves_the_gate_closes_the_provider() -> None:
    player = Player([["Fine morning. Come in. Sit down."]])
    events = gate(player.reply(CONTEXT, Beat()), screen=Screen())
    async for event in events:
        if event.type == "sentence":
            break
    await events.aclose()  # type: ignore[attr-defined]
    assert player.closed == 1


async def test_a_word_that_is_cut_into_tokens_is_still_seen() -> None:
    out, _, _, _ = await passed("You grib", "bage", " you", stand_ins=["Hush now."])
    assert words(out) == "Hush now."


async def test_a_provider_that_dies_takes_its_unscreened_words_with_it() -> None:
    out: list[TurnEvent] = []
    player = Player([["Fine morning. And the rest is", EngineError("down")]])
    with pytest.raises(EngineError, match="down"):
        await collect(gate(player.reply(CONTEXT, Beat()), screen=Screen()), out)
    assert words(out) == "Fine morning. "


async def test_a_line_with_sentences_of_its_own_is_refused() -> None:
    async def forged() -> AsyncIterator[TurnEvent]:
        yield TurnEvent("t1", 0, HOB.name, "start")
        yield TurnEvent("t1", 1, HOB.name, "sentence", SLUR, safety="allow")

    with pytest.raises(EngineError, match="sentences in it"):
        _ = [event async for event in gate(forged(), screen=Screen())]


async def test_behind_the_ladder_a_planted_sentence_never_gets_out() -> None:
    player = Player([[f"Fine morning. You {SLUR} you. Come in."]], "one")
    ladder = Ladder([Rung(player)], AuthoredDialogue(embedder=""), Encoder(""))
    beat = Beat(HOB.name, "greets", "happy", "wave", "Kettle's on.")
    events = ladder.reply(CONTEXT, beat)
    out = [e async for e in gate(events, screen=Screen(), stand_ins=[beat.authored])]
    assert [e.type for e in out[:3]] == ["start", "expression", "gesture"]
    assert words(out, "sentence") == "Fine morning.|Kettle's on.|"
    assert [e.seq for e in out] == list(range(len(out)))


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("I met Mr. Gray at 5 p.m. sharp. He left.", 2),
        ('"Stop!" he said. "Now."', 2),
        ("Pi is 3.14. So?", 2),
        ("Well... maybe. Wait… what?! No... Then go.", 4),
        ("J. R. Wren came.", 1),
        ("It was I. Then he left.", 2),
        ("One\nTwo\n\nThree", 3),
        ("word " * 300, 4),
        ("x" * 1000, 3),
        ("   ", 0),
    ],
)
def test_sentences_are_cut_where_a_reader_would(text: str, count: int) -> None:
    found = split(text)
    assert len(found) == count
    assert all(len(one) <= LONGEST for one in found)


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_a_stream_is_cut_as_the_whole_is_and_loses_nothing(size: int) -> None:
    text = 'Dr. Wren? "No." He left… at 5 p.m. sharp!  \n Then: 3.14. ' + "long " * 200
    cutter = Cutter()
    streamed = [
        sentence
        for i in range(0, len(text), size)
        for sentence in cutter.add(text[i : i + size])
    ]
    streamed.append(cutter.finish())
    assert "".join(streamed) == text
    assert [one.strip() for one in streamed] == split(text)
