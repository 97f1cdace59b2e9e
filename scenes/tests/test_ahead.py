"""What is prepared before somebody comes to it: the nearest lines, the popular first."""

from __future__ import annotations

import json
import time

import pytest

from scenes import content
from scenes.filling import FillingError, Spot, filled
from scenes.machine import Machine, read_scene
from scenes.machine.plays import Player
from scenes.services import ahead
from scenes.tests.tea import line, tea


def machine(data: dict[str, object] | None = None) -> Machine:
    return Machine(read_scene(json.dumps(data or tea())))


CAST = {"host": Player("h", "Hob"), "guest": Player("m", "Mo")}


def said(made: Machine, spots: tuple[Spot, ...]) -> list[str]:
    return [filled(made, spot, cast=CAST).words for spot in spots]


def test_the_nearest_lines_come_first_and_each_once() -> None:
    made = machine()
    found = said(made, ahead.along(made, made.start(), budget=20))
    assert found[:4] == [
        "Cup 1, Mo?",
        "The plum cake is early.",
        "Come again.",
        "Never.",
    ]
    assert len(found) == len(set(found))
    assert "There goes the cake." in found


def test_what_most_people_choose_is_prepared_before_the_rest() -> None:
    made = machine()
    counts = {("table", "go"): 9, ("table", "drink"): 2}
    found = ahead.along(made, made.start(), budget=2, counts=counts)
    assert said(made, found) == ["Come again.", "Never."]


def test_no_more_lines_than_the_budget_says() -> None:
    made = machine()
    assert len(ahead.along(made, made.start(), budget=3)) == 3
    assert ahead.along(made, made.start(), budget=0) == ()


def test_nothing_follows_an_ending() -> None:
    made = machine()
    position = made.choose(made.choose(made.start(), "go"), "leave")
    assert ahead.along(made, position, budget=10) == ()
    assert said(made, tuple(ahead.lines_told(made, position))) == [
        "There goes the cake."
    ]


def test_a_timer_is_a_way_on_too() -> None:
    data = tea()
    data["states"]["table"]["choices"] = []
    data["states"]["table"]["after"] = [{"seconds": 5, "target": "farewell"}]
    data["states"]["farewell"]["choices"] = data["states"]["farewell"]["choices"][:1]
    made = machine(data)
    found = said(made, ahead.along(made, made.start(), budget=10))
    assert found == ["Come again.", "Never.", "There goes the cake."]


@pytest.mark.parametrize("name", content.scene_ids())
def test_looking_ahead_costs_a_request_next_to_nothing(name: str) -> None:
    made = Machine(content.scene(name))
    begun = time.process_time()
    found = ahead.along(made, made.start(), budget=24)
    assert len(found) > 10
    assert time.process_time() - begun < 0.25


def test_two_to_the_sixtieth_paths_are_looked_at_no_further_than_any_other() -> None:
    states = {
        f"s{n}": {
            "beats": [line("host", f"Line {n}.")],
            "choices": [
                {"id": c, "text": c, "target": f"s{n + 1}" if n < 60 else "end_gone"}
                for c in ("left", "right")
            ],
        }
        for n in range(61)
    }
    data = tea()
    data |= {
        "initial": "s0",
        "states": {**states, "end_gone": data["states"]["end_gone"]},
        "context": {},
        "roles": {"host": data["roles"]["host"]},
    }
    data["states"]["end_gone"]["beats"] = []
    made = machine(data)
    begun = time.process_time()
    found = ahead.along(made, made.start(), budget=100)
    assert len(found) == 60
    assert time.process_time() - begun < 0.5


# The words -----------------------------------------------------------------------


def test_words_are_filled_with_names_and_values_in_the_language_asked_for() -> None:
    made = machine()
    spot = Spot("table", 1, {"cups": 2})
    assert filled(made, spot, cast=CAST).words == "Cup 2, Mo?"
    german = filled(made, spot, cast=CAST, language="de")
    assert (german.words, german.language) == ("Tasse 2?", "de")
    # What a language lacks is told in the first.
    other = filled(made, Spot("farewell", 1, {}), cast=CAST, language="de")
    assert (other.words, other.language) == ("Come again.", "en")


def test_a_role_that_nobody_plays_goes_by_its_label() -> None:
    spot = Spot("table", 1, {"cups": 0})
    assert filled(machine(), spot, cast={}).words == "Cup 0, the guest?"


@pytest.mark.parametrize(
    "spot",
    [
        Spot("nowhere", 0, {}),
        Spot("table", 0, {}),  # a narration
        Spot("table", 9, {}),
        Spot("table", 1, {}),  # the value is missing
        Spot("table", 1, {"cups": 4}),
        Spot("table", 1, {"cups": "3"}),
        Spot("table", 1, {"cups": True}),
        Spot("table", 2, {"cake": "whatever I like"}),
        Spot("table", 2, {"cake": 5}),
        Spot("farewell", 0, {}),  # a pause
    ],
)
def test_a_client_chooses_no_words(spot: Spot) -> None:
    with pytest.raises(FillingError):
        filled(machine(), spot, cast=CAST)


@pytest.mark.parametrize("cake", ["plum", "apple"])
def test_a_text_that_the_file_has_is_said(cake: str) -> None:
    found = filled(machine(), Spot("table", 2, {"cake": cake}), cast=CAST)
    assert found.words == f"The {cake} cake is early."
