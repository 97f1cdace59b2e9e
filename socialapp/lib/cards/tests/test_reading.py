"""Cards come back as they went in, and what is no card is refused in words."""

from __future__ import annotations

import io
import json
import re
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from socialapp.lib import cards
from socialapp.lib.cards import png, shapes
from socialapp.lib.cards.tests import made
from tests.patience import patience

if TYPE_CHECKING:
    from typing import Any

GOOD = made.good()
BAD = made.bad()


def same(one: cards.Card, other: cards.Card) -> bool:
    """All that is said, wherever the files lie; notes are about the file read."""
    return (
        _without_addresses(one) == _without_addresses(other)
        and dict(one.beside) == dict(other.beside)
        and _contents(one) == _contents(other)
    )


def _without_addresses(card: cards.Card) -> dict[str, Any]:
    assets = [{**a, "uri": ""} for a in card.data.get("assets", [])]
    return {**card.data, "assets": assets}


def _contents(card: cards.Card) -> list[bytes | None]:
    return [card.files.get(asset.path) for asset in card.assets]


@pytest.mark.parametrize("name", GOOD)
@pytest.mark.parametrize("kind", ["png", "json", "charx"])
def test_a_card_comes_back_equal_from_every_format(name: str, kind: str) -> None:
    card = cards.read(GOOD[name])
    written = {
        "png": lambda: cards.write_png(card, made.portrait()),
        "json": lambda: cards.write_json(card),
        "charx": lambda: cards.write_charx(card),
    }[kind]()
    assert same(cards.read(written), card)


@pytest.mark.parametrize("name", GOOD)
def test_writing_twice_changes_nothing(name: str) -> None:
    once = cards.write_png(cards.read(GOOD[name]), made.portrait())
    assert cards.write_png(cards.read(once), made.portrait()) == once


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_refused_in_a_sentence(name: str) -> None:
    blob, words = BAD[name]
    raised = pytest.raises(cards.CardError, match=re.escape(words))
    with patience(), raised as caught:
        cards.read(blob)
    assert str(caught.value).endswith(".")


def test_unknown_extensions_are_written_back_byte_for_byte() -> None:
    card = cards.read(GOOD["v2-odd-extension.png"])
    assert card.extensions["odd"].text == made.ODD
    for blob in (
        cards.write_json(card),
        cards.write_v2_json(card),
        png.unpack(
            png.card_texts(png.chunks(cards.write_png(card, made.portrait())))[b"ccv3"]
        ),
    ):
        assert f'"odd":{made.ODD}'.encode() in blob


def test_unknown_members_are_kept_wherever_they_stand() -> None:
    card = cards.read(cards.write_charx(cards.read(GOOD["v2.png"])))
    assert card.beside["x_top"].value == "kept"
    assert card.data["unknown_field"].value == {"kept": True}
    assert card.data["character_book"]["extensions"]["x"].value == 1
    assert card.entries[0]["extensions"]["y"].value == 2
    assert [entry["id"].text for entry in card.entries] == ["7", "8"]


def test_pixels_and_foreign_chunks_stay_as_they_are() -> None:
    portrait = made.portrait(("Software", "someone else's"))
    written = cards.write_png(cards.read(GOOD["both.png"]), portrait)
    before, after = list(png.chunks(portrait)), list(png.chunks(written))
    assert [chunk for chunk in after if chunk in before] == before
    with (
        Image.open(io.BytesIO(written)) as new,
        Image.open(io.BytesIO(portrait)) as old,
    ):
        assert new.tobytes() == old.tobytes()


def test_a_card_that_is_written_over_another_replaces_it() -> None:
    written = cards.write_png(cards.read(GOOD["v3.png"]), GOOD["both.png"])
    words = [png.keyword_of(*chunk) for chunk in png.chunks(written)]
    assert words.count(b"chara") == words.count(b"ccv3") == 1
    assert cards.read(written).name == "Mira V3"


def test_the_picture_is_what_was_there_before_the_card() -> None:
    portrait = made.portrait(("Software", "someone else's"))
    written = cards.write_png(cards.read(GOOD["v3.charx"]), portrait)
    assert cards.read(written).picture == portrait


def test_a_small_png_goes_without_the_pictures_beside_the_portrait() -> None:
    card = cards.read(GOOD["v3.charx"])
    whole = cards.read(cards.write_png(card, made.portrait()))
    small = cards.read(cards.write_png(card, made.portrait(), files=False))
    assert [a.kind for a in whole.assets] == ["icon", "emotion"]
    assert [a.kind for a in small.assets] == ["icon"]
    assert not small.files
    assert {**small.data, "assets": 0} == {**card.data, "assets": 0}


def test_v3_wins_over_v2_unless_it_is_damaged() -> None:
    assert cards.read(GOOD["both.png"]).read_as == "v3"
    card = cards.read(GOOD["both-v3-damaged.png"])
    assert card.read_as == "v2"
    assert "Its V3 part is damaged, so the V2 part was read." in card.notes


def test_a_newer_version_is_read_and_said() -> None:
    card = cards.read(GOOD["v3-newer.png"])
    assert card.name == "Mira V3"
    assert any("version 3.9" in note for note in card.notes)


def test_our_own_note_about_the_copy_does_not_come_back() -> None:
    written = json.loads(cards.write_v2_json(cards.read(GOOD["v3.png"])))
    assert written["data"]["creator_notes"].endswith(shapes.NOTE)
    again = cards.read(json.dumps(written).encode())
    assert again.text("creator_notes") == "For calm seas."


def test_the_v2_copy_says_all_at_the_top_for_readers_of_v1() -> None:
    written = json.loads(cards.write_v2_json(cards.read(GOOD["v3.png"])))
    assert {k: written[k] for k in made.KNOWN} == {**made.KNOWN, "name": "Mira V3"}


def test_a_v2_copy_has_no_decorators_in_its_lorebook() -> None:
    written = json.loads(cards.write_v2_json(cards.read(GOOD["v3.png"])))
    entries = written["data"]["character_book"]["entries"]
    assert entries[0]["content"] == "Tea is banned aboard."
    assert cards.read(GOOD["v3.png"]).entries[0]["content"].startswith("@@depth 4")


def test_an_id_may_be_a_text_and_v2_goes_without() -> None:
    card = cards.read(GOOD["v3-text-ids.json"])
    assert card.entries[0]["id"].text == '"first"'
    entries = json.loads(cards.write_v2_json(card))["data"]["character_book"]["entries"]
    assert [entry.get("id") for entry in entries] == [None, 8]


def test_keys_with_commas_are_a_list() -> None:
    card = cards.read(GOOD["v2-comma-keys.json"])
    assert card.entries[0]["keys"] == ["tea", "kettle"]


def test_a_remote_asset_stays_an_address() -> None:
    far = {**made.V3_DATA["assets"][1], "uri": "https://example.org/a.png"}
    card = cards.read(
        json.dumps({**made.V3, "data": {**made.V3_DATA, "assets": [far]}}).encode()
    )
    assert card.assets[0].remote
    assert not card.files
    assert json.loads(cards.write_json(card))["data"]["assets"] == [far]


def test_members_of_the_wrong_kind_are_left_out_with_a_note() -> None:
    odd = {
        **made.V3_DATA,
        "description": 5,
        "tags": "sea, OC",
        "alternate_greetings": {"a": 1},
        "assets": [{"type": "icon"}, 3],
        "creation_date": "yesterday",
        "extensions": [],
    }
    card = cards.read(json.dumps({**made.V3, "data": odd}).encode())
    assert card.text("description") == ""
    assert card.texts("tags") == ["sea", "OC"]
    assert card.assets == [cards.Asset("icon", "ccdefault:", "main", "png")]
    assert len(card.notes) == 5
    assert same(cards.read(cards.write_json(card)), card)


def test_half_a_surrogate_pair_becomes_a_mark() -> None:
    card = cards.read(b'{"name": "A\\ud83dB", "description": "\\u0000"}')
    assert card.name == "A\ufffdB"
    assert cards.write_json(card)
