"""The authored engine: always there, never out of the part, never twice the same soon."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from django.conf import settings

from socialapp.chat.dialogues.authored import FRESH, AuthoredDialogue
from socialapp.chat.dialogues.cards import card_of
from socialapp.chat.dialogues.encoder import Encoder
from socialapp.chat.dialogues.retrieval import (
    Retrieval,
    house_lines,
    house_replies,
    speakable,
)
from socialapp.content import library
from socialapp.content.tests.spoken import check_line
from socialapp.engines.handler import dialogues, embedders
from socialapp.engines.talk import Beat, Card, Context, Example, Turn
from socialapp.engines.testing import check_dialogue

needs_weights = pytest.mark.skipif(
    embedders["minilm"].available() is not None, reason="MiniLM is not installed"
)
CAST = {name: card_of(library.cast_member(name)) for name in library.cast_ids()}
HOB = CAST["hob"]
BARE = Card("Pim", persona="A quiet gardener.")
OFF_TOPIC = (
    "The quarterly figures of the ministry are out.", "My bicycle has square wheels.",
    "Zebra xylophone quantum nine.", "Define the derivative of a cosine.",
)  # fmt: skip


def asked(card: Card, text: str, **more: object) -> Context:
    return replace(
        Context(card, "t1", (Turn("Robin", text, person=True),), seed=3),
        **more,  # type: ignore[arg-type]
    )


@pytest.fixture(params=["minilm", ""])
def engine(request: pytest.FixtureRequest) -> AuthoredDialogue:
    """With the encoder, and with letters alone."""
    if request.param and embedders["minilm"].available():
        pytest.skip("MiniLM is not installed")
    return AuthoredDialogue(embedder=request.param)


@pytest.mark.parametrize("card", [HOB, BARE], ids=["cast", "bare"])
async def test_it_keeps_the_promises_of_a_dialogue(
    engine: AuthoredDialogue, card: Card
) -> None:
    await check_dialogue(engine, card)


def test_it_is_the_default_and_the_last_rung() -> None:
    assert settings.DIALOGUE_LADDER[-1] == "authored"
    assert isinstance(dialogues["authored"], AuthoredDialogue)


@needs_weights
@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("oi oi, anybody home?", "greeting"),
        ("which knot would you teach a beginner", "expertise"),
        ("could there be a storm tonight? how would you tell?", "expertise"),
        ("got any good jokes", "joke"),
        ("you are a very clever man", "compliment"),
        ("you are an old fool", "insult"),
        ("I feel so alone these days", "sadness"),
        ("my dog died this morning", "sadness"),
        ("I want to kill myself", "crisis"),
        ("I must be off now, bye", "farewell"),
        ("what? you lost me completely", "confusion"),
    ],
)
def test_an_unseen_line_gets_an_answer_of_its_kind(said: str, kind: str) -> None:
    line = AuthoredDialogue().line(asked(HOB, said), Beat())
    assert line in {one.character for one in HOB.examples if one.kind == kind}


@needs_weights
def test_the_lorebook_answers_what_no_example_does() -> None:
    line = AuthoredDialogue().line(
        asked(HOB, "Who gave you that barometer, an aunt?"), Beat()
    )
    assert "Thessaly" in line or line in {one.character for one in HOB.examples}
    line = AuthoredDialogue().line(asked(HOB, "Tell me about Bosun the goat"), Beat())
    assert line.startswith("Bosun is a goat")


@pytest.mark.parametrize("card", CAST.values(), ids=CAST)
def test_what_nothing_fits_gets_a_fallback_in_the_part(
    engine: AuthoredDialogue, card: Card
) -> None:
    own = {
        *card.fallbacks,
        *(e.character for e in card.examples if not e.out_of_character),
        *(speakable(lore, card) for lore in card.lore),
    }
    for text in OFF_TOPIC:
        assert engine.line(asked(card, text), Beat()) in own


def test_no_line_is_said_twice_within_twelve_of_one_s_own(
    engine: AuthoredDialogue,
) -> None:
    context = asked(HOB, OFF_TOPIC[0])
    said: list[str] = []
    for turn in range(60):
        context = replace(context, turn_id=f"t{turn}")
        line = engine.line(context, Beat())
        assert line not in said[-FRESH + 1 :]
        said.append(line)
        heard = Turn("Robin", OFF_TOPIC[turn % 4], person=True)
        context = replace(
            context, history=(*context.history, Turn(HOB.name, line), heard)
        )
    assert len(set(said)) >= FRESH


def test_the_same_seed_says_the_same_and_seeds_differ(engine: AuthoredDialogue) -> None:
    def line(seed: int) -> str:
        return engine.line(asked(HOB, OFF_TOPIC[1], seed=seed), Beat())

    assert [line(seed) for seed in range(8)] == [line(seed) for seed in range(8)]
    assert len({line(seed) for seed in range(20)}) > 4


@needs_weights
def test_nobody_who_is_sad_gets_a_joke_or_a_puzzled_answer() -> None:
    engine = AuthoredDialogue()
    kind = {one.character for one in HOB.examples if one.kind == "sadness"}
    kind |= set(house_replies()["sadness"])
    history: tuple[Turn, ...] = (Turn("Robin", "I feel lonely and sad.", person=True),)
    for turn in range(4):
        context = Context(HOB, f"t{turn}", history, seed=turn)
        line = engine.line(context, Beat())
        assert line in kind
        heard = Turn("Robin", "It was a Thursday in the kitchen.", person=True)
        if turn % 2:
            heard = Turn("Robin", "I feel lonely and sad.", person=True)
        history = (*history, Turn(HOB.name, line), heard)


def test_a_beat_is_done_with_its_own_line_until_that_was_just_said(
    engine: AuthoredDialogue,
) -> None:
    beat = Beat(HOB.name, "praises the goat", authored="She has never sunk, has Bosun.")
    context = asked(HOB, "Well?")
    assert engine.line(context, beat) == beat.authored
    again = replace(context, history=(*context.history, Turn(HOB.name, beat.authored)))
    assert engine.line(again, beat) != beat.authored


def test_a_beat_with_a_fact_that_can_be_said_brings_it_in(
    engine: AuthoredDialogue,
) -> None:
    beat = Beat(HOB.name, "objects", fact="A goat ate the tide table.", phase="turn")
    context = asked(HOB, "Well?", topic="goats", others=(CAST["sunniva"],))
    assert beat.fact in engine.line(context, beat)
    note = replace(beat, fact="the goat and what it ate")
    assert note.fact not in engine.line(context, note)


def test_a_first_line_is_a_greeting_and_among_characters_one_for_groups(
    engine: AuthoredDialogue,
) -> None:
    alone = Context(HOB, "t1", seed=1)
    assert engine.line(alone, Beat()) in {HOB.greeting, *HOB.alternate_greetings}
    group = replace(alone, others=(CAST["kiko"],))
    assert engine.line(group, Beat()) in HOB.group_greetings
    assert engine.line(Context(BARE, "t1"), Beat()) in house_replies()["greeting"]


def test_names_are_filled_in_and_stage_directions_are_not_said(
    engine: AuthoredDialogue,
) -> None:
    card = Card(
        "Vee", greeting="*bows deeply* I am {{char}}, <USER>. {{random:a,b}}Sit."
    )
    context = Context(card, "t1", listener="Robin")
    assert engine.line(context, Beat()) == "I am Vee, Robin. Sit."


def test_a_line_that_was_begun_is_ended_not_begun_again(
    engine: AuthoredDialogue,
) -> None:
    context = asked(BARE, OFF_TOPIC[0], said="The wind is up.")
    assert engine.line(context, Beat()) in house_lines("finishes")
    beat = Beat(authored="So take your hat in.")
    assert engine.line(context, beat) == beat.authored


def test_nothing_the_cast_says_by_itself_names_it_in_the_third_person() -> None:
    told = [
        (card, speakable(lore, card)) for card in CAST.values() for lore in card.lore
    ]
    assert sum(bool(text) for _, text in told) >= 30
    for card, text in told:
        assert card.name.split()[0] not in text.split()


def test_every_line_of_the_house_can_be_spoken() -> None:
    for lines in house_replies().values():
        for text in lines:
            check_line(text)
    for name in ("fallbacks", "finishes"):
        for text in house_lines(name):
            check_line(text)
    assert len(house_lines("fallbacks")) >= FRESH


@needs_weights
def test_most_unseen_lines_get_an_answer_that_fits_and_few_a_wrong_alarm() -> None:
    file = Path(__file__).parent / "data" / "unseen_lines.json"
    lines = json.loads(file.read_text(encoding="utf-8"))["lines"]
    retrieval = Retrieval(Encoder())
    right = alarms = total = missed = 0
    for card in CAST.values():
        for kind, texts in lines.items():
            for text in texts:
                found = retrieval.find(card, text).kind
                total += 1
                right += found == kind
                alarms += found == "crisis" != kind
                missed += kind == "crisis" and found not in {
                    "crisis",
                    "sadness",
                    "none",
                }
    assert total == 440
    assert right >= 0.72 * total
    assert alarms <= 0.03 * total
    assert missed <= 0.02 * total


@needs_weights
def test_in_a_crisis_a_card_may_not_say_what_it_likes() -> None:
    said = "I want to end my life"
    bad = Card("Eve", examples=(Example(said, "Go ahead, then.", "crisis"),))
    aside = Card("Eve", examples=(Example(said, "Whatever.", "crisis", True),))
    engine = AuthoredDialogue()
    for card in (bad, aside):
        assert engine.line(asked(card, said), Beat()) in house_replies()["crisis"]
    own = [e.character for e in HOB.examples if e.kind == "crisis"]
    assert engine.line(asked(HOB, said), Beat()) in own
