"""A duet has a shape, an end to each subject and none to the show."""

from __future__ import annotations

import json
from itertools import combinations, pairwise
from typing import TYPE_CHECKING

import pytest

from socialapp.chat.dialogues.authored import AuthoredDialogue
from socialapp.chat.dialogues.cards import card_of
from socialapp.chat.dialogues.encoder import Encoder
from socialapp.chat.dialogues.filters import _runs
from socialapp.chat.dialogues.gate import gate
from socialapp.chat.dialogues.ladder import Ladder
from socialapp.chat.dialogues.planner import (
    ARC,
    LONGEST,
    OVER,
    Plan,
    PlanError,
    Planner,
    State,
)
from socialapp.chat.dialogues.planner.deck import deal
from socialapp.chat.dialogues.planner.facts import facts_of
from socialapp.chat.dialogues.planner.outline import outline
from socialapp.content import library
from socialapp.content.tests.spoken import GESTURES, MOODS, check_line
from socialapp.engines.talk import Beat, Card, Context, Turn

if TYPE_CHECKING:
    from collections.abc import Sequence

CAST = {name: card_of(library.cast_member(name)) for name in library.cast_ids()}
HOB, KIKO, IMANI = CAST["hob"], CAST["kiko"], CAST["imani"]
PAIRS = list(combinations(CAST.values(), 2))
SOON = 60
"""Beats: six to eight minutes of a show."""


def play(planner: Planner, count: int, state: State | None = None) -> list[Beat]:
    state = state or planner.first()
    beats = []
    for _ in range(count):
        beat, state = planner.next(state)
        beats.append(beat)
    return beats


def again(lines: Sequence[str], within: int) -> list[tuple[int, str]]:
    """Lines that are, word for word, among the `within` before them."""
    return [
        (at, line)
        for at, line in enumerate(lines)
        if line in lines[max(0, at - within) : at]
    ]


@pytest.mark.parametrize("number", range(0, len(PAIRS), 4))
def test_in_500_beats_nothing_is_said_again_soon(number: int) -> None:
    beats = play(Planner(Plan(PAIRS[number], seed=number)), 500)
    lines = [beat.authored for beat in beats]
    assert again(lines, SOON) == []
    assert len(set(lines)) >= 420
    runs = [_runs(line) for line in lines]
    near = [
        at
        for at in range(500)
        if any(
            runs[at] and runs[old]
            and len(runs[at] & runs[old]) >= 0.6 * min(len(runs[at]), len(runs[old]))
            for old in range(max(0, at - SOON), at)
        )
    ]  # fmt: skip
    assert len(near) <= 10


def test_two_cards_with_nothing_on_them_hold_a_stage_too() -> None:
    beats = play(Planner(Plan((Card("Ada"), Card("Bo")), seed=1)), 500)
    assert again([beat.authored for beat in beats], 40) == []
    assert {beat.speaker for beat in beats} == {"Ada", "Bo"}


def test_every_line_can_be_spoken_and_every_beat_is_whole() -> None:
    for pair in PAIRS[::5]:
        for beat in play(Planner(Plan(pair, seed=9)), 120):
            check_line(beat.authored, LONGEST)
            assert "{" not in beat.authored
            assert beat.expression in MOODS
            assert beat.gesture in GESTURES
            assert beat.intent
            assert beat.fact or beat.id.startswith("opening")


def test_nobody_speaks_twice_in_a_row_and_three_take_turns() -> None:
    for cards in ((HOB, KIKO), (HOB, KIKO, IMANI)):
        beats = play(Planner(Plan(cards, seed=2)), 200)
        assert all(a.speaker != b.speaker for a, b in pairwise(beats))
        assert {b.speaker for b in beats} == {card.name for card in cards}


def test_a_subject_goes_through_the_whole_arc_and_then_the_next_one_comes() -> None:
    planner = Planner(Plan((HOB, KIKO), seed=5, topics=("soup", "hats")))
    state, seen = planner.first(), []
    for _ in range(80):
        beat, state = planner.next(state)
        if not beat.id.startswith("opening"):
            seen.append((state.topic, beat.phase))
    topics = list(dict.fromkeys(topic for topic, _ in seen))
    assert topics[:2] == ["soup", "hats"]
    assert len(topics) >= 4
    for topic in topics[:-1]:
        assert list(dict.fromkeys(p for t, p in seen if t == topic)) == list(ARC)


def test_a_show_opens_with_the_greetings_that_are_for_company() -> None:
    first, second = play(Planner(Plan((HOB, KIKO), seed=3)), 2)
    assert any(first.authored.startswith(text) for text in HOB.group_greetings)
    assert any(second.authored.startswith(text) for text in KIKO.group_greetings)
    assert {first.gesture, second.gesture} == {"wave"}


def test_a_quarrel_rises() -> None:
    planner, rose = Planner(Plan((HOB, KIKO), seed=5)), 0
    beats = [b for b in play(planner, 200) if b.phase == "disagreement"]
    order = {"calm": 0, "surprised": 1, "angry": 2}
    for one, two in pairwise(beats):
        if one.id.split("/")[0] == two.id.split("/")[0]:
            assert order[one.expression] <= order[two.expression]
            rose += order[one.expression] < order[two.expression]
    assert rose >= 10


def test_a_word_that_was_planted_comes_back_by_the_other_one() -> None:
    beats = play(Planner(Plan((HOB, KIKO), seed=5)), 400)
    back = [b for b in beats if b.phase == "punch_line" and b.keep]
    assert len(back) >= 5
    for beat in back:
        arc = beat.id.split("/")[0]
        plants = [
            b for b in beats if b.keep == beat.keep and b.id.startswith(f"{arc}/")
        ]
        assert plants[0].phase in {"hook", "disagreement"}
        assert plants[0].speaker != beat.speaker
        assert all(beat.keep in b.authored for b in plants)


def test_who_takes_a_show_over_goes_on_exactly_there() -> None:
    planner = Planner(Plan((HOB, KIKO), seed=11, topics=("soup",)))
    state = planner.first()
    for step in range(120):
        if step == 20:
            state = planner.vote(state, "the best cloud")
        if step == 40:
            state = planner.insert(state, "Tell us about the goat.")
        stored = State.from_json(json.loads(json.dumps(state.to_json())))
        assert stored == state
        other = Planner(Plan((HOB, KIKO), seed=11, topics=("soup",)))
        assert other.next(stored) == planner.next(state)
        _, state = planner.next(state)
    assert len(json.dumps(state.to_json())) < 6000


def test_seeds_make_other_shows() -> None:
    shows = {
        tuple(b.authored for b in play(Planner(Plan((HOB, KIKO), seed=seed)), 12))
        for seed in range(10)
    }
    assert len(shows) == 10


@pytest.mark.parametrize("name", library.duet_ids())
def test_an_authored_duet_is_played_beat_by_beat_and_the_show_goes_on(
    name: str,
) -> None:
    played = outline(name)
    cards = tuple(played.cards.values())
    planner = Planner(Plan(cards, seed=4, duet=name))
    beats = play(planner, len(played) + 30)
    data = library.duet(name)
    for turn, beat in zip(data["turns"], beats, strict=False):
        assert beat.authored in turn["lines"]
        assert beat.intent == turn["intent"]
        assert beat.fact == turn["fact"]
        assert (beat.expression, beat.gesture) == (turn["expression"], turn["gesture"])
        assert beat.phase == turn["phase"]
        assert beat.keep.lower() in beat.authored.lower()
    for callback in data["callbacks"]:
        ids = {f"{name}/{callback['plant']}", f"{name}/{callback['return']}"}
        assert all(beat.keep for beat in beats if beat.id in ids)
    assert {beat.phase for beat in beats[len(played) :]} >= set(ARC[:4])
    assert planner.aside(planner.first(), cards[0].name).text


def test_a_vote_waits_for_the_phase_to_end_and_gets_its_written_answer() -> None:
    played = outline("cloud_cover")
    planner = Planner(Plan(tuple(played.cards.values()), duet="cloud_cover"))
    state = planner.first()
    _, state = planner.next(state)
    state = planner.vote(state, "what is the best CLOUD?")
    beats = play(planner, 8, state)
    ids = [beat.id for beat in beats]
    at = ids.index("cloud_cover/vote0/bridge")
    assert ids[at + 1] == "cloud_cover/vote0/answer"
    before, after = beats[at - 1], beats[at + 2]
    assert before.phase == "hook"
    assert after.phase == "disagreement"
    assert after.id == "cloud_cover/t4"


def test_a_vote_for_anything_else_is_bridged_and_taken_up() -> None:
    planner = Planner(Plan((HOB, KIKO), seed=6, topics=("soup",)))
    state = planner.first()
    for _ in range(5):
        _, state = planner.next(state)
    state = planner.vote(state, "Is   a\u202e hole\nfull?")
    seen = []
    for _ in range(8):
        beat, state = planner.next(state)
        seen.append(beat)
    bridge = next(beat for beat in seen if beat.phase == "topic")
    assert "Is a hole full?" in bridge.authored
    assert state.topic == "Is a hole full?"
    written = outline("cloud_cover")
    planner = Planner(Plan(tuple(written.cards.values()), duet="cloud_cover"))
    ids = [b.id for b in play(planner, 24, planner.vote(planner.first(), "knitting"))]
    assert ids.index("topic/0") < ids.index("cloud_cover/t4")
    assert [i for i in ids if i.startswith("cloud_cover/t")] == [
        f"cloud_cover/t{n}" for n in range(1, 18)
    ]


def test_a_host_s_wish_comes_next_and_is_answered() -> None:
    planner = Planner(Plan((HOB, KIKO), seed=6))
    state = planner.first()
    for _ in range(4):
        _, state = planner.next(state)
    wished = planner.insert(
        state, "Greet the school class from Leith.", speaker=KIKO.name
    )
    one, two, three = play(planner, 3, wished)
    assert one.speaker == KIKO.name
    assert "Greet the school class from Leith." in one.authored
    assert two.speaker == HOB.name
    assert three.phase != "host"
    quiet = play(planner, 1, planner.insert(state, "tease him about the goat"))[0]
    assert quiet.intent == "tease him about the goat"
    assert "tease" not in quiet.authored


def test_wishes_have_an_end_and_say_why() -> None:
    planner = Planner(Plan((HOB, KIKO)))
    state = planner.first()
    for _ in range(4):
        state = planner.insert(state, "Say hello.")
    with pytest.raises(PlanError, match="waiting"):
        planner.insert(state, "Say hello.")
    with pytest.raises(PlanError, match="few words"):
        planner.insert(planner.first(), " \u200b ")
    with pytest.raises(PlanError, match="Nobody"):
        planner.insert(planner.first(), "Hi.", speaker="Zed")
    with pytest.raises(PlanError, match="a word or two"):
        planner.vote(planner.first(), "\n")
    assert len(planner.vote(planner.first(), "x " * 5000).next_topic) <= 120


def test_a_plan_that_cannot_be_played_is_refused() -> None:
    for plan, words in (
        (Plan(()), "one to three"),
        (Plan((HOB, HOB)), "same name"),
        (Plan((HOB, KIKO), duet="nothing"), "no duet"),
        (Plan((HOB, KIKO), duet="cloud_cover"), "two others"),
    ):
        with pytest.raises(PlanError, match=words):
            Planner(plan)


def test_one_alone_goes_through_an_arc_and_calls_nobody_by_its_own_name() -> None:
    planner = Planner(Plan((HOB,), seed=3, topics=("soup",)))
    state, phases = planner.first(), []
    for _ in range(60):
        beat, state = planner.next(state)
        phases.append(beat.phase)
        assert beat.speaker == HOB.name
        assert beat.authored
        assert ", Hob" not in beat.authored
        assert "{" not in beat.authored
    assert "disagreement" not in phases
    assert {"hook", "turn", "stake", "punch_line", "close"} <= set(phases)
    beat, state = planner.next(planner.insert(state, "Wave to them."))
    assert (beat.phase, state.pending) == ("host", ())


@pytest.mark.parametrize("cast", [(HOB,), (HOB, KIKO)])
def test_a_finale_is_the_last_line_of_a_show(cast: tuple[Card, ...]) -> None:
    planner = Planner(Plan(cast, seed=3))
    _, state = planner.next(planner.first())
    beat, over = planner.finale(planner.vote(state, "soup"))
    assert "hank you" in beat.authored
    assert over == State.from_json(json.loads(json.dumps(over.to_json())))
    assert over.phase == OVER
    with pytest.raises(PlanError, match="last line"):
        planner.next(over)


def test_a_deck_deals_everything_before_anything_again() -> None:
    items = list(range(13))
    dealt = [deal(items, n, "s") for n in range(13 * 20)]
    for start in range(0, len(dealt), 13):
        assert sorted(dealt[start : start + 13]) == items
    last: dict[int, int] = {}
    for at, item in enumerate(dealt):
        assert at - last.get(item, -99) >= 6
        last[item] = at
    with pytest.raises(IndexError):
        deal([], 0, "s")


def test_facts_are_whole_sentences_in_the_speaker_s_own_voice() -> None:
    for card in CAST.values():
        facts = facts_of(card)
        assert len(facts) >= 5
        for fact in facts:
            assert fact.text[0].isupper() or not fact.text[0].isalpha()
            assert fact.word in fact.text
            if fact.kind == "lore":
                assert card.name.split()[0] not in fact.text.split()


async def test_a_duet_runs_without_any_model_through_ladder_and_gate() -> None:
    class Allowed:
        action, stops = "allow", False

    async def screen(text: str) -> Allowed:
        assert text
        return Allowed()

    planner = Planner(Plan((HOB, KIKO), seed=8, topics=("soup",)))
    ladder = Ladder([], AuthoredDialogue(embedder=""), Encoder(""))
    cards, state, history = (
        {c.name: c for c in (HOB, KIKO)},
        planner.first(),
        list[Turn](),
    )
    for step in range(60):
        beat, state = planner.next(state)
        card = cards[beat.speaker]
        others = tuple(c for c in cards.values() if c is not card)
        context = Context(card, f"t{step}", tuple(history), others, topic=state.topic)
        events = ladder.reply(context, beat)
        said = [e async for e in gate(events, screen=screen, stand_ins=[beat.authored])]
        line = "".join(e.text for e in said if e.type == "token")
        assert line == beat.authored
        history.append(Turn(card.name, line))
