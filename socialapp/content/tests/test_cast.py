"""The cast files say what their readers rely on."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from django.db.models import CharField, TextField

from socialapp.characters.models import Character
from socialapp.content import backgrounds, library
from socialapp.content.tests import spoken

if TYPE_CHECKING:
    from pathlib import Path

CAST = spoken.files("cast")
VOICES = {
    "af_heart", "af_bella", "af_kore", "af_nova", "am_michael", "am_fenrir",
    "am_puck", "am_onyx", "bf_emma", "bf_isabella", "bm_george", "bm_fable",
}  # fmt: skip

every_member = pytest.mark.parametrize("path", CAST, ids=lambda p: p.stem)


def test_there_are_eight_players_and_no_two_share_a_voice() -> None:
    voices = [spoken.read(path)["voice"]["voice"] for path in CAST]
    assert len(CAST) == 8
    assert len(set(voices)) == 8
    assert library.cast_ids() == tuple(path.stem for path in CAST)


@every_member
def test_a_member_fits_the_columns_of_a_character(path: Path) -> None:
    member = spoken.read(path)
    for name in ("name", "tagline", "greeting", "persona"):
        column = Character._meta.get_field(name)
        assert isinstance(column, CharField | TextField)
        assert column.max_length is not None
        assert 0 < len(member[name]) <= column.max_length
    assert 3 <= len(set(member["tags"])) <= 8
    assert member["id"] == path.stem
    assert member["rating"] in {"everyone", "teen"}
    assert member["background"] in backgrounds.names()
    assert member["motion"] in {"still", "subtle", "lively"}


@every_member
def test_a_voice_is_known_and_a_blend_sums_to_one(path: Path) -> None:
    voice = spoken.read(path)["voice"]
    total = 0.0
    for part in voice["voice"].split("+"):
        name, _, weight = part.partition("*")
        assert name in VOICES
        total += float(weight or 1)
    assert total == pytest.approx(1)
    assert 0.7 <= voice["speed"] <= 1.3


@every_member
def test_everything_a_member_says_can_be_spoken(path: Path) -> None:
    member = spoken.read(path)
    lines = [member["greeting"], *member["fallbacks"]]
    for key in ("alternate_greetings", "group_only_greetings"):
        assert len(member[key]) == 3
        lines += member[key]
    lines += [pair["character"] for pair in member["example_dialogue"]]
    for text in lines:
        spoken.check_line(text)
    for reaction in member["reactions"]:
        spoken.check_line(reaction["text"], 60)
        assert reaction["mood"] in spoken.MOODS
        assert reaction["gesture"] in spoken.GESTURES
    assert len(member["fallbacks"]) >= 12
    assert len(member["reactions"]) >= 10


@every_member
def test_a_member_answers_every_kind_of_cue_and_a_crisis_in_plain_voice(
    path: Path,
) -> None:
    pairs = spoken.read(path)["example_dialogue"]
    assert {pair["kind"] for pair in pairs} == spoken.KINDS
    assert len({pair["user"].lower() for pair in pairs}) == len(pairs) >= 25
    for pair in pairs:
        if pair["kind"] == "crisis":
            assert pair["out_of_character"] is True
            assert "emergency" in pair["character"]


@every_member
def test_clips_carry_known_tags_and_a_clip_s_worth_of_words(path: Path) -> None:
    clips = spoken.read(path)["clips"]
    assert len(clips) >= 5
    for clip in clips:
        tags = re.findall(r"\[([^\]]*)\]", clip["script"])
        assert tags
        assert set(tags) <= spoken.TAGS
        assert clip["mood"] in spoken.MOODS
        words = re.sub(r"\[\w+\]", " ", clip["script"]).split()
        assert 12 <= len(words) <= 45
        spoken.check_line(clip["title"], 60)


def test_shared_cues_are_of_known_kinds_and_told_once() -> None:
    cues = spoken.read(library.FOLDER / "cues.json")["cues"]
    assert set(cues) <= spoken.KINDS | {"other"}
    assert all(len(set(texts)) >= 6 for texts in cues.values())
    told = Counter(text.lower() for texts in cues.values() for text in texts)
    assert max(told.values()) == 1


def test_no_long_line_is_said_by_two_of_them() -> None:
    said: Counter[str] = Counter()
    for path in CAST:
        member = spoken.read(path)
        lines = {pair["character"] for pair in member["example_dialogue"]}
        lines |= {*member["fallbacks"], member["greeting"]}
        said.update(line for line in lines if len(line.split()) > 4)
    assert max(said.values()) == 1


def test_every_member_has_a_drawing_and_an_unknown_one_is_refused() -> None:
    for name in library.cast_ids():
        svg, table = library.drawing(name)
        assert svg.startswith("<svg ")
        assert table["id"] == name
        assert {entry["id"] for entry in table["layers"]} >= {"body", "head", "mouth"}
    with pytest.raises(KeyError):
        library.drawing("../settings")
    with pytest.raises(KeyError):
        library.cast_member("nobody")


def test_starter_posts_cover_the_cast_and_can_be_published() -> None:
    posts = library.starter_posts()
    assert {post.character for post in posts} == set(library.cast_ids())
    assert len({post.id for post in posts}) == len(posts) >= 8
    for post in posts:
        assert post.background in backgrounds.names()
        assert post.shape in {"1:1", "9:16", "16:9"}
        assert set(re.findall(r"\[(\w+)\]", post.script)) <= spoken.TAGS
        assert "#" in post.caption
        assert len(post.caption) <= 500
        assert 0 < len(post.title) <= 80
