"""A line comes whoever fails, in the part, with a face, and says who made it."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from socialapp.chat import speech
from socialapp.chat.dialogues import filters, rerank
from socialapp.chat.dialogues.authored import AuthoredDialogue
from socialapp.chat.dialogues.cards import card_of
from socialapp.chat.dialogues.encoder import Encoder
from socialapp.chat.dialogues.ladder import Ladder, Rung
from socialapp.chat.dialogues.retrieval import house_lines
from socialapp.chat.dialogues.sentences import split
from socialapp.chat.tests.players import HANG, Player
from socialapp.content import library
from socialapp.engines.errors import EngineError
from socialapp.engines.handler import embedders
from socialapp.engines.talk import MAX_LINE, Beat, Card, Context, Turn, TurnEvent

HOB = card_of(library.cast_member("hob"))
SUNNIVA = card_of(library.cast_member("sunniva"))
ASKED = Context(HOB, "t1", (Turn("Robin", "How is the sea?", person=True),), seed=7)
BEAT = Beat(HOB.name, "praises the sea", authored="She has manners today, the sea.")
AUTHORED = AuthoredDialogue(embedder="")


def over(*players: Player, **options: Any) -> Ladder:
    rungs = [Rung(player, **{"silence": 20.0, **options}) for player in players]
    return Ladder(rungs, AUTHORED, Encoder(""))


async def turn(
    ladder: Ladder, context: Context = ASKED, beat: Beat = BEAT
) -> list[TurnEvent]:
    events = [event async for event in ladder.reply(context, beat)]
    assert [e.seq for e in events] == list(range(len(events)))
    assert [e.type for e in events].count("start") == 1
    assert [e.type for e in events].count("end") == 1
    assert events[0].type == "start"
    assert events[-1].type == "end"
    return events


def text(events: list[TurnEvent], provider: str = "") -> str:
    said = [e for e in events if not provider or e.provider == provider]
    return "".join(e.text for e in said).strip()


async def test_the_first_that_works_speaks_and_nobody_after_it_is_asked() -> None:
    one, two = Player([["Flat as a plate."]], "one"), Player([["No."]], "two")
    events = await turn(over(one, two))
    assert text(events) == "Flat as a plate."
    assert {e.provider for e in events} == {"one"}
    assert two.heard == []


@pytest.mark.parametrize(
    "steps",
    [[EngineError("down")], [HANG], [ValueError("a bug")], [""], ["...", "!?"]],
)
async def test_who_says_nothing_gives_way_to_the_next(steps: list[Any]) -> None:
    one, two = Player([steps], "one"), Player([["Flat as a plate."]], "two")
    start = time.monotonic()
    events = await turn(over(one, two, silence=0.5))
    assert text(events) == "Flat as a plate."
    assert {e.provider for e in events} == {"two"}
    assert "one:" in events[-1].note or steps == [""]
    assert time.monotonic() - start < 6


async def test_a_reason_not_to_run_is_told_to_the_host() -> None:
    ladder = over(Player([["x"]], "one", reason="No key is set."))
    assert ladder.obstacles() == {"one": "No key is set."}
    events = await turn(ladder)
    assert text(events) == BEAT.authored
    assert {e.provider for e in events} == {"authored"}
    assert events[-1].note == "one: No key is set."


@pytest.mark.parametrize("end", [EngineError("hung up"), HANG, RuntimeError("x")])
async def test_a_line_that_breaks_off_is_finished_by_the_authored_engine(
    end: Any,
) -> None:
    player = Player([["The sea is up early. And as for the wi", end]], "one")
    events = await turn(over(player, silence=0.5))
    assert text(events, "one") == "The sea is up early."
    assert text(events, "authored") == BEAT.authored
    assert text(events) == f"The sea is up early. {BEAT.authored}"
    assert events[-1].provider == "authored"
    assert "one:" in events[-1].note
    assert player.closed == 1


async def test_a_chat_line_that_breaks_off_gets_an_end_and_not_a_second_beginning() -> (
    None
):
    player = Player([["The sea is up early. And as", EngineError("x")]], "one")
    events = await turn(over(player), beat=Beat())
    assert text(events, "authored") in house_lines("finishes")


FAULTS = {
    "a farewell": "Have a great day, sailor!",
    "a refusal": "I'm sorry, but I can't accompany you.",
    "out of the part": "As an AI language model, I have no weather.",
    "another's name": "Robin: I think it is flat.",
    "said before": "Well, how is the sea?",
    "copied": "Evening. Visibility nine miles, company improving.",
    "a loop": "the sea the sea the sea the sea the sea the sea.",
    "no speech": "See https://example.com/weather for more.",
    "a prompt": "Write only Hob's next line, under 25 words.",
    "an assistant": "How can I assist you today?",
    "a leak": "data-0123456789 begins now.",
}


@pytest.mark.parametrize("case", FAULTS)
async def test_what_is_out_of_the_part_is_not_said(case: str) -> None:
    events = await turn(over(Player([[FAULTS[case]]], "one")))
    assert text(events) == BEAT.authored
    assert events[-1].note.startswith("one:")
    after = await turn(
        over(Player([[f"Flat as a plate. {FAULTS[case]} More."]], "one"))
    )
    assert text(after) == "Flat as a plate."
    assert {e.provider for e in after} == {"one"}


@pytest.mark.parametrize(
    "line",
    [
        "I am sorry about your boat.",
        "Enjoy a good storm, do you?",
        "Some days I can't help but stare at it.",
        "The other captain's name was Wren.",
        "No. Four stars.",
    ],
)
async def test_an_ordinary_line_is_not_taken_for_a_fault(line: str) -> None:
    events = await turn(over(Player([[line]], "one")))
    assert text(events) == line


async def test_a_word_of_a_fault_costs_a_harmless_line_its_turn() -> None:
    harmless = "He said goodbye to nobody; that is the sea for you."
    assert text(await turn(over(Player([[harmless]], "one")))) == BEAT.authored


async def test_a_farewell_may_answer_a_farewell_and_close_a_show() -> None:
    bye = Player([["Goodbye, then. Mind the steps."]], "one")
    context = replace(ASKED, history=(Turn("Robin", "I have to go. Bye!", True),))
    assert (
        text(await turn(over(bye), context, Beat())) == "Goodbye, then. Mind the steps."
    )
    closing = replace(BEAT, phase="close")
    assert text(await turn(over(bye), beat=closing)).startswith("Goodbye")


async def test_who_is_asked_whether_it_is_an_ai_may_say_so() -> None:
    player = Player([["I am an AI, aye, with a lamp to keep."]], "one")
    asked = replace(ASKED, history=(Turn("Robin", "Are you a real person?", True),))
    assert text(await turn(over(player), asked, Beat())).startswith("I am an AI")
    assert not text(await turn(over(player), ASKED, Beat())).startswith("I am an AI")


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ('Hob Lanyard: "Flat as a plate."', "Flat as a plate."),
        ("Hob: *taps the glass* Flat as a plate.", "Flat as a plate."),
        ("(sighs) Flat as a plate.", "Flat as a plate."),
        ("**Flat** as a `plate`.", "Flat as a plate."),
        ("Flat as a plate", "Flat as a plate."),
        ("Flat as a plate. And then the", "Flat as a plate."),
    ],
)
async def test_a_line_is_tidied_before_it_is_said(raw: str, said: str) -> None:
    assert text(await turn(over(Player([[raw]], "one")))) == said


async def test_a_flood_is_cut_after_a_few_sentences() -> None:
    words = ("plate", "table", "mirror", "pond", "floor", "map", "page", "lake")
    flood = " ".join(f"It lies there like a {word} of glass." for word in words * 500)
    player = Player([[flood]], "one")
    events = await turn(over(player))
    assert len(text(events)) <= MAX_LINE
    assert player.closed == 1


async def test_of_several_wordings_one_that_is_worn_loses() -> None:
    said = Turn(HOB.name, "The weather today is drizzle and it gets two stars from me.")
    context = replace(ASKED, history=(*ASKED.history, said))
    lines = [
        "Today the weather is a drizzle, which gets two stars of mine.",
        "The goat went up the steps and reviewed the ledger, the lamp and the sea.",
    ]
    assert rerank.best(lines, context, BEAT, Encoder("")) == 1


async def test_candidates_have_their_own_seeds_and_the_bad_ones_are_left_out() -> None:
    lines = [
        ["I'm sorry, but I can't accompany you."],
        ["Robin: hello there."],
        ["The sea was polite this morning."],
    ]
    player = Player(lines, "one")
    events = await turn(over(player, candidates=3))
    assert text(events) == "The sea was polite this morning."
    assert len({context.seed for context in player.heard}) == 3
    assert "a refusal" in events[-1].note


async def test_a_wording_without_the_word_to_keep_is_not_said() -> None:
    keep = replace(BEAT, keep="tuba", authored="I played the tuba at it.")
    events = await turn(over(Player([["The sea was polite."]], "one")), beat=keep)
    assert text(events) == keep.authored
    good = await turn(over(Player([["The Tuba never lies."]], "one")), beat=keep)
    assert text(good) == "The Tuba never lies."


async def test_the_beat_s_face_wins_and_without_one_the_words_decide() -> None:
    glad = Player([["Hello! I am so happy you came. But I miss my old boat."]], "one")
    events = await turn(over(glad), beat=replace(BEAT, expression="sad", gesture="nod"))
    assert [e.type for e in events[:4]] == ["start", "expression", "gesture", "token"]
    faces = [e.expression.name for e in events if e.expression]
    assert faces == ["sad"]
    assert events[2].gesture == "nod"
    own = await turn(over(glad), beat=Beat())
    assert [e.expression.name for e in own if e.expression] == ["happy", "sad"]
    assert [e.gesture for e in own if e.gesture] == ["wave"]


async def test_who_leaves_closes_the_provider() -> None:
    player = Player([["Flat as a plate. Then it rose. Then it fell again."]], "one")
    replies = over(player).reply(ASKED, BEAT)
    async for event in replies:
        if event.type == "token":
            break
    await replies.aclose()  # type: ignore[attr-defined]
    assert player.closed == 1


@pytest.mark.skipif(
    embedders["minilm"].available() is not None, reason="MiniLM is not installed"
)
async def test_the_ladder_of_the_settings_speaks_without_any_model() -> None:
    speech.ladder.cache_clear()
    events = await turn(speech.ladder(), beat=Beat())
    assert {e.provider for e in events} == {"authored"}
    assert "LLM_BASE_URL" in events[-1].note


def test_an_alias_that_does_not_exist_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "DIALOGUE_LADDER", ["oracle"])
    speech.ladder.cache_clear()
    with pytest.raises(ImproperlyConfigured, match="oracle"):
        speech.ladder()
    speech.ladder.cache_clear()


async def test_fifty_lines_at_a_time_do_not_mix() -> None:
    ladder = over(Player([["Flat as a plate. ", 0.01, "And it shines."]], "one"))
    contexts = [replace(ASKED, turn_id=f"t{number}") for number in range(50)]
    turns = await asyncio.gather(*(turn(ladder, context) for context in contexts))
    for context, events in zip(contexts, turns, strict=True):
        assert {event.turn_id for event in events} == {context.turn_id}
        assert text(events) == "Flat as a plate. And it shines."


def test_of_what_the_house_wrote_next_to_nothing_would_be_dropped() -> None:
    lines = [
        line
        for name in library.duet_ids()
        for shown in library.duet(name)["turns"]
        for line in shown["lines"]
    ]
    for name in library.cast_ids():
        member = library.cast_member(name)
        lines += [*member["fallbacks"], member["greeting"]]
        lines += [
            pair["character"]
            for pair in member["example_dialogue"]
            if pair["kind"] not in {"crisis", "refusal", "farewell"}
        ]
    anybody = Context(Card("Zed"), "t")
    sentences = [one for line in lines for one in split(filters.tidy(line, anybody))]
    assert len(sentences) > 1500
    dropped = [one for one in sentences if filters.fault(one, anybody, Beat())]
    assert dropped == []


@pytest.mark.parametrize(
    "noise", ["@@##!!%%^^&& ~~~ ||", "{'a': [1, 2]}", "= = = = = =", "~*~+~=~ ok ~+~"]
)
def test_noise_is_no_speech(noise: str) -> None:
    assert filters.fault(noise, ASKED, BEAT) in {"no speech", "no words"}
