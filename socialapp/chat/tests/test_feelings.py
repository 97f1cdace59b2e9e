"""Face and gesture from words: right when it is plain, and calm when it is not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from socialapp.chat.dialogues.feelings import expression_of, gesture_of

FILE = Path(__file__).parent / "data" / "plain_moods.json"
MOODS: dict[str, list[str]] = json.loads(FILE.read_text(encoding="utf-8"))["moods"]


def test_of_plain_lines_most_get_their_mood_and_few_a_wrong_one() -> None:
    told = [
        (mood, expression_of(text)) for mood, lines in MOODS.items() for text in lines
    ]
    assert len(told) == 84
    right = sum(mood == found.name for mood, found in told)
    wrong = sum(found.name not in {mood, "calm"} for mood, found in told)
    assert right >= 50
    assert wrong <= 8
    assert all(0.0 < found.intensity <= 1.0 for _, found in told)


def test_a_no_before_it_takes_a_word_back() -> None:
    assert expression_of("I am happy.").name == "happy"
    assert expression_of("I am not happy.").name == "calm"
    assert expression_of("Never afraid, me.").name == "calm"


def test_a_strong_word_makes_a_stronger_face() -> None:
    weak, strong = expression_of("I am sad."), expression_of("I am so terribly sad!")
    assert strong.intensity > weak.intensity


@pytest.mark.parametrize(
    ("text", "gesture"),
    [
        ("Good evening, all of you.", "wave"),
        ("No. Not that door.", "shake_head"),
        ("Aye, that is so.", "nod"),
        ("Who knows what it was.", "shrug"),
        ("Look, over by the pier.", "point"),
        ("What did the goat say?", "lean_in"),
        ("The shop opens at nine.", "none"),
    ],
)
def test_a_gesture_goes_with_the_first_words(text: str, gesture: str) -> None:
    assert gesture_of(text) == gesture
