"""What the house's own cast says raises no alarm, and hides nobody else's words."""

from __future__ import annotations

from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.screening.judge import judge
from moderation.screening.own_words import without_own
from socialapp.content import library

TAMSIN = library.cast_member("tamsin")
OWN: str = next(
    line["character"]
    for line in TAMSIN["example_dialogue"]
    if "Appearing for the defence" in line["character"]
)
"""With her greeting beside it, the heads take it for self-harm."""

TALK = f"{TAMSIN['greeting']} Tell me about it. {OWN}"


def test_a_talk_of_the_cast_is_shown_and_was_in_doubt_for_the_heads() -> None:
    assert OWN in library.spoken_lines()
    assert judge(TALK, surface="caption", anew=True).verdict.action == "review"
    assert judge(TALK, surface="caption").verdict.action == "allow"


def test_a_speaker_and_a_stage_direction_change_nothing() -> None:
    text = f"Tamsin Redbrush: [whispers] {OWN}\nHob: And you?"
    left = without_own(text)
    assert left.startswith("Tamsin Redbrush: [whispers]")
    assert left.endswith("\nHob: And you?")
    assert "defence" not in left


@pytest.mark.parametrize("surface", ["script", "caption", "scene", "stream"])
def test_what_is_put_between_lines_of_the_cast_is_judged(surface: str) -> None:
    for words in (
        "Kill yourself, whore.",
        "I will find you and cut your throat tonight.",
    ):
        verdict = judge(f"{OWN} {words} {OWN}", surface=surface).verdict
        assert verdict.action == "block", words
    threat = "I will find you and cut your throat tonight"
    for hidden in (f"{threat}: {OWN}", f"[{threat[:36]}] {OWN}"):
        assert threat[:36] in without_own(hidden)
    assert "\U0001f52a" in without_own(OWN.replace("Appearing", "Appearing \U0001f52a"))
    changed = OWN.replace("the defence", "whoever hits you")
    assert "whoever hits you" in without_own(changed)


@pytest.mark.parametrize("surface", ["chat", "comment", "about"])
def test_who_speaks_for_themselves_may_mean_what_a_character_says(surface: str) -> None:
    line = "I've always wanted to end on that."
    assert judge(line, surface="script").scores == {}
    assert judge(line, surface=surface).scores["self_harm"] > 0


def test_rules_and_lists_read_the_house_as_well(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    threat = "I know where you live, dear listener."
    monkeypatch.setattr(
        "moderation.screening.own_words._sentences",
        lambda: frozenset({"iknowwhereyoulivedearlistener"}),
    )
    assert not without_own(threat).strip()
    assert judge(threat, surface="script").verdict.action == "block"


def test_short_sentences_mean_what_stands_around_them() -> None:
    short = [line for line in library.spoken_lines() if len(line) < 16]
    assert short
    assert [without_own(line) for line in short] == short


@given(
    st.lists(
        st.sampled_from(list(islice(library.spoken_lines(), 40)))
        | st.text(st.characters(codec="utf-8"), max_size=30),
        max_size=6,
    ).map("\n".join)
)
def test_every_place_stays_where_it_was(text: str) -> None:
    left = without_own(text)
    assert len(left) == len(text)
    assert all(new in (old, " ") for new, old in zip(left, text, strict=True))
