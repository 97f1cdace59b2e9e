"""Each form becomes a scene that can be played, and what is lost is said."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from scenes.machine import Machine, begin, read_scene, write_scene
from scenes.machine.model import Line, Narration
from scenes.machine.telling import offers, told
from scenes.tests.trade_files import SCXML, TWEE, ink, xstate
from scenes.trade import Imported, TradeError, read

if TYPE_CHECKING:
    from scenes.machine import Play


def _play(found: Imported, *choices: str) -> Play:
    play = begin(Machine(found.scene), seed=1)
    for choice in choices:
        play = play.choose(choice)
    return play


def _lines(play: Play) -> list[str]:
    return [one.text for one in told(play.machine, play.position, {})]


def _left(found: Imported) -> dict[str, str]:
    return {one.what: one.why for one in found.report.not_taken}


def test_a_passage_is_told_with_its_conditions_and_its_links_are_choices() -> None:
    found = read(TWEE.encode())
    assert (found.form, found.scene.title.main) == ("twee", "The Lighthouse")
    play = _play(found)
    assert _lines(play) == [
        "You came after all. {This} is a brace.",
        "The wind is strong. You have 3 coins.",
        "Plenty.",
        "You see a dark tower ahead.",
    ]
    assert [one.text for one in offers(play.machine, play.position, {})] == [
        "Go up", "Stairs", "Have a look", "Go down", "Pay the keeper",
    ]  # fmt: skip
    assert [role.label.main for role in found.scene.roles.values()] == [
        "ANNA",
        "KEEPER",
    ]


def test_what_a_link_sets_is_set_and_what_is_set_between_lines_comes_between() -> None:
    play = _play(read(TWEE.encode()), "have_a_look", "back", "pay_the_keeper")
    assert _lines(play) == ["He takes the money.", "You have 1 now."]
    assert "You have 2 coins." in _lines(play.choose("back"))[1]


def test_a_goto_under_a_condition_is_taken_when_it_holds() -> None:
    play = _play(read(TWEE.encode()))
    for _ in range(2):
        play = play.choose("have_a_look")
        assert _lines(play) == ["Dark."]
        play = play.choose("back")
    play = play.choose("have_a_look")
    assert _lines(play) == ["Too often.", "The end of it."]
    assert play.machine.ended(play.position)


def test_twine_s_losses_are_told_with_passage_and_line() -> None:
    found = read(TWEE.encode())
    left = _left(found)
    assert left["the link to Nowhere"] == "No passage has that name."
    assert any('<<audio "x" play>>' in what for what in left)
    where = {one.what: one.where for one in found.report.not_taken}
    line = TWEE.split("\n").index("[[Nowhere]]") + 1
    assert where["the link to Nowhere"] == f"passage Cellar, line {line}"
    assert found.report.kept == ("tags of passage Shore",)
    assert "5 passages" in found.report.taken


def test_a_story_that_twine_published_is_read_from_its_page() -> None:
    page = (
        '<html><tw-storydata name="Two &amp; Two" startnode="2" format="Harlowe">'
        '<tw-passagedata pid="1" name="End">Over.</tw-passagedata>'
        '<tw-passagedata pid="2" name="Begin">BO: Hi &lt;3 [[End]]</tw-passagedata>'
        "</tw-storydata></html>"
    )
    found = read(page.encode())
    assert found.scene.title.main == "Two & Two"
    assert found.scene.initial == "begin"
    assert found.check.publishable


def test_states_of_scxml_keep_their_tree_their_events_and_their_data() -> None:
    found = read(SCXML.encode())
    scene = found.scene
    assert list(scene.states["attic"].states) == ["dark", "lit", "over", "h"]
    assert scene.states["attic"].states["h"].history == "deep"
    play = _play(found)
    assert _lines(play) == ["Come in."]
    assert [one.text for one in offers(play.machine, play.position, {})] == [
        "Go up", "Stay a little", "Wait",
    ]  # fmt: skip
    play = play.choose("go_up_2").choose("go_up").choose("light").choose("done")
    assert play.machine.leaf(play.position).id == "end"
    assert {"<send>", "the parallel state both"} <= _left(found).keys()


def test_entities_of_xml_are_refused() -> None:
    bomb = '<!DOCTYPE s [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><scxml>&b;</scxml>'
    with pytest.raises(TradeError, match="entities"):
        read(bomb.encode())


def test_a_machine_of_xstate_keeps_what_is_not_a_program() -> None:
    found = read(xstate())
    play = _play(found, "board")
    assert play.machine.leaf(play.position).id == "deck_calm"
    labels = [one.text for one in offers(play.machine, play.position, {})]
    assert labels == ["Storm", "Ask", "Wheel", "Jump"]
    play = play.wait(6.0)
    assert play.machine.leaf(play.position).id == "deck_storm"
    play = play.choose("ask").choose("board").choose("wheel")
    assert play.machine.ended(play.position)
    line = found.scene.states["dock"].beats[0]
    assert isinstance(line, Line)
    assert line.emotion == "happy"
    left = _left(found)
    assert left["the action ring"] == left["invoke"] == "It is a program."
    assert left["a condition: the guard isBrave is a program"] == (
        "The choice is always open."
    )
    assert "the variable crew" in left


def test_compiled_ink_is_told_by_its_version() -> None:
    found = read(ink())
    assert _lines(_play(found)) == ["Hello"]
    assert _lines(_play(found, "go")) == ["Bye"]
    with pytest.raises(TradeError, match="version 3"):
        read(b'{"inkVersion": 3, "root": []}')
    with pytest.raises(TradeError, match="Compile it"):
        read(b"=== knot ===\nHello\n* [Go] -> END\n")


def test_our_own_form_comes_back_byte_for_byte() -> None:
    found = read(TWEE.encode())
    again = read(found.document)
    assert again.form == "scene"
    assert again.document == found.document == write_scene(read_scene(found.document))


def test_names_of_any_kind_become_ids_without_collisions() -> None:
    names = ["Ä", "ä", "a", "A", "__proto__", "constructor", "9", "日本", "x" * 99]
    links = "".join(f"[[{name}]]\n" for name in names)
    passages = "".join(f":: {name}\n{name} is here.\n\n" for name in names)
    found = read(f":: Start\n{links}\n{passages}".encode())
    assert len(found.scene.states) == len(names) + 1
    assert len(found.scene.states["start"].choices) == len(names)
    for state in list(found.scene.states.values())[1:]:
        said = state.beats[0]
        assert isinstance(said, Narration)
        assert state.ending is not None
        assert said.text.main.startswith(state.ending.title.main[:60])


def test_two_passages_of_one_name_are_told() -> None:
    found = read(b":: A\none\n[[B]]\n\n:: A\ntwo\n\n:: B\nend\n")
    assert _left(found)["passage A"] == "Another one has its name."


def test_limits_of_a_state_make_a_chain_of_states() -> None:
    lines = "\n".join(f"Line {i}." for i in range(100))
    found = read(f":: Start\n{lines}\n[[End]]\n\n:: End\nOver.\n".encode())
    play = _play(found)
    assert len(_lines(play)) == 100
    assert _lines(play.choose("end")) == ["Over."]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "nothing-inside"),
        (b"  \n", "nothing-inside"),
        (b"\xff\xfe\x00", "unreadable"),
        (b"\x80abc", "unreadable"),
        (b"Once upon a time.", "unknown-form"),
        (b"{}", "unknown-form"),
        (b'{"format": "scene", "version": 1}', "unreadable"),
        (b'{"inkVersion": 21, "root": NaN}', "unreadable"),
        (b'{"inkVersion": 21, "root": 1e999}', "unreadable"),
        (b'{"states": {}}', "nothing-inside"),
        (b"<scxml/>", "nothing-inside"),
        (b"<html></html>", "unknown-form"),
        (b":: StoryTitle\nOnly this\n", "nothing-inside"),
        (b"x" * 5_000_001, "too-large"),
    ],
)
def test_what_is_no_story_is_refused_with_a_reason(data: bytes, code: str) -> None:
    with pytest.raises(TradeError) as caught:
        read(data)
    assert caught.value.code == code
    assert caught.value.message.endswith((".", "needed")) or code == "unreadable"


def test_a_report_is_json() -> None:
    told_ = read(xstate()).report.to_json()
    assert json.loads(json.dumps(told_)) == told_
    assert set(told_) == {"taken", "kept", "not_taken"}
