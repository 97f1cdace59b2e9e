"""Who says which line of a script, and what its writer is told when nobody does."""

from __future__ import annotations

import pytest

from socialapp.acting import ScriptError, speakers
from socialapp.acting.script import parse

CAST = {"a": "Marlowe", "b": "Ada Lovelace", "c": "Dr Sunniva Marrow"}


def lines(script: str, cast: dict[str, str] | None = None) -> list[tuple[str, str]]:
    return [(one.seat, one.script) for one in speakers.read(script, cast or CAST)]


@pytest.mark.parametrize(
    "written",
    ["ADA", "Ada", "ada lovelace", "Lovelace", "**Ada**", "*Ada*", "- Ada", "Adá"],
)
def test_a_name_counts_in_any_case_whole_or_in_part(written: str) -> None:
    assert lines(f"{written}: Is it far?") == [("b", "Is it far?")]


def test_a_title_belongs_to_a_name_and_is_none() -> None:
    assert lines("Dr Marrow: No.\nDr Sunniva Marrow: Yes.") == [
        ("c", "No."),
        ("c", "Yes."),
    ]


def test_what_follows_is_said_by_the_same_one_up_to_the_next_name() -> None:
    script = "Marlowe: One.\n\nTwo: and three.\nAda：Four."
    assert lines(script) == [("a", "One.\nTwo: and three."), ("b", "Four.")]


@pytest.mark.parametrize(
    "said",
    [
        "Ada, look: it rains.",
        "I told Ada: never again.",
        "Listen: we have to go.",
        "Note: bring bread.",
        "See http://example.com:80 at 12:30.",
    ],
)
def test_a_name_in_passing_and_a_colon_are_said(said: str) -> None:
    assert lines(f"Marlowe: Well.\n{said}") == [("a", f"Well.\n{said}")]


def test_a_tag_behind_the_name_holds_for_the_line_and_no_longer() -> None:
    script = "Ada [nervous]: Is it far?\nMarlowe: No.\nAda: Good. [excited] Come!"
    tags = [
        [segment.tag for segment in parse(one.script)]
        for one in speakers.read(script, CAST)
    ]
    assert tags == [["nervous"], [""], ["", "excited"]]


def test_directions_behind_a_name_are_done_and_not_said() -> None:
    assert lines("MARLOWE (CONT'D) (quietly): Come.") == [("a", "[softly] Come.")]


def test_narration_is_not_said_and_leaves_a_moment() -> None:
    script = "(A lift. Night.)\nMarlowe: Which floor?\n*The lights flicker.*\nAda: Up."
    found = speakers.read(script, CAST)
    assert [one.seat for one in found] == ["a", "b"]
    assert parse(found[0].script)[0].pause == 0.0
    assert parse(found[1].script)[0].pause > 0.0


def test_a_tag_on_a_line_of_its_own_is_somebodys() -> None:
    assert lines("Marlowe: So.\n[sighs]\nGo.") == [("a", "So.\n[sighs]\nGo.")]


def test_screenplays_have_the_name_above_the_words() -> None:
    script = "INT. LIFT - NIGHT\n\nMARLOWE\n(quietly)\nWho is there?\n\nADA\nMe."
    assert lines(script) == [("a", "(quietly)\nWho is there?"), ("b", "Me.")]


@pytest.mark.parametrize(
    ("script", "told"),
    [
        (
            "Marlowe: Hi.\nGreta: Oh.",
            r"Line 2 is for “Greta”, who is not on stage\. On",
        ),
        ("Marlow: Hi.", r"Did you mean Marlowe\?"),
        ("marlow: hi", r"Did you mean Marlowe\?"),
        ("It is night.\nMarlowe: Hi.", r"Line 1 is said by nobody: “It is night\.”"),
        (
            "Narrator: Once.",
            "narrator's, who is not on stage. Put narration in brackets",
        ),
        ("Ada and Marlowe: Hi!", "Line 1 is for Ada and Marlowe at once"),
        ("Marlowe:\nAda: Hi.", "Line 1 has a name and no words: write what Marlowe"),
        ("(Nobody is here.)", "Nobody speaks in this script"),
        ("", "Nobody speaks in this script"),
    ],
)
def test_a_writer_is_told_the_line_the_cast_and_the_way_out(
    script: str, told: str
) -> None:
    with pytest.raises(ScriptError, match=told) as raised:
        speakers.read(script, CAST)
    message = str(raised.value)
    assert "Marlowe" in message or "line" in message


def test_part_of_two_names_is_nobodys() -> None:
    with pytest.raises(ScriptError, match="may be any of Ada Low and Ada Vale"):
        lines("Ada: Hi.", {"a": "Ada Low", "b": "Ada Vale"})


def test_two_of_one_name_are_numbered() -> None:
    assert speakers.names_of(["Hob", "hob", "Ada"]) == ["Hob 1", "hob 2", "Ada"]
    assert lines("Hob 2: Hi.\nHob 1: Hi.", {"a": "Hob 1", "b": "Hob 2"}) == [
        ("b", "Hi."),
        ("a", "Hi."),
    ]


def test_one_alone_needs_no_name_and_may_write_it() -> None:
    assert not speakers.has_names("Good evening: it is late.", {"a": "Hob"})
    assert speakers.has_names("(Night.)\nHob: Good evening.", {"a": "Hob"})
    assert speakers.has_names("Good evening.", {"a": "Hob", "b": "Ada"})


def test_a_talk_of_which_one_is_cast_names_the_others() -> None:
    with pytest.raises(ScriptError, match="lines for MARLOWE and ADA, and only Hob"):
        speakers.check_alone("MARLOWE: Hi.\nADA: Hi.", "Hob")
    speakers.check_alone(
        "Breaking: the bridge is closed.\nSecond: so is the pub.", "Hob"
    )
    speakers.check_alone("Dear Ada: I am well.", "Hob")


def test_a_talk_is_about_as_long_as_its_lines() -> None:
    found = speakers.read("Marlowe: " + "word " * 20 + "\nAda: " + "word " * 20, CAST)
    one = speakers.estimate(found[:1])
    assert one < speakers.estimate(found) < 2 * one
    assert speakers.estimate(found, {"a": 2.0, "b": 2.0}) < 0.7 * speakers.estimate(
        found
    )
    assert speakers.estimate([]) == 0.0
