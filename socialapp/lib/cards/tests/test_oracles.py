"""Programs of others read what we write, and we read what they write."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from socialapp.lib import cards
from socialapp.lib.cards import png, shapes
from socialapp.lib.cards.tests import made
from socialapp.lib.cards.verbatim import dump

if TYPE_CHECKING:
    from collections.abc import Callable

GOOD = made.good()
ORACLE = Path(__file__).with_name("oracle.mjs")
MISSING = "not installed: pip install -r requirements-dev.txt"


@pytest.fixture(scope="module")
def node() -> Callable[[list[Any]], list[dict[str, Any]]]:
    """What the two packages of npm say about each card."""
    program = shutil.which("node")
    folders = (folder / "node_modules" for folder in ORACLE.parents)
    if program is None:
        pytest.skip("no node on this machine")
    if not any((folder / "@risuai" / "ccardlib").is_dir() for folder in folders):
        pytest.skip("@risuai/ccardlib is not installed: npm ci")

    def ask(found: list[Any]) -> list[dict[str, Any]]:
        done = subprocess.run(
            [program, str(ORACLE)],
            input=json.dumps(found).encode(),
            stdout=subprocess.PIPE,
            timeout=60,
            check=True,
        )
        answer: list[dict[str, Any]] = json.loads(done.stdout)
        return answer

    return ask


def plain(card: cards.Card, shape: Callable[[cards.Card], dict[str, Any]]) -> Any:
    """As another program parses it."""
    return json.loads(dump(shape(card)), parse_float=str)


@pytest.mark.parametrize("name", GOOD)
def test_tavern_card_reads_what_we_write(name: str) -> None:
    tavern_card = pytest.importorskip("tavern_card", reason=MISSING)
    card = cards.read(GOOD[name])
    seen = tavern_card.parse_png_card(cards.write_png(card, made.portrait()))["data"]
    mine = json.loads(dump(dict(card.data)))
    assert {k: seen[k] for k in made.KNOWN} == {k: mine[k] for k in made.KNOWN}
    for member in ("alternate_greetings", "tags", "system_prompt", "extensions"):
        assert seen[member] == mine[member]
    if "character_book" in mine:
        theirs = seen["character_book"]["entries"]
        assert [one["content"] for one in theirs] == [
            e["content"] for e in card.entries
        ]


def test_we_read_what_tavern_card_writes() -> None:
    tavern_card = pytest.importorskip("tavern_card", reason=MISSING)
    # It cannot write half a surrogate pair, which the odd extension has.
    for name in GOOD.keys() - {"v2-odd-extension.png"}:
        written = cards.write_png(cards.read(GOOD[name]), made.portrait())
        theirs = tavern_card.write_png_card(
            tavern_card.parse_png_card(written), made.portrait()
        )
        card, again = cards.read(written), cards.read(theirs)
        assert {k: again.data[k] for k in made.KNOWN} == {
            k: card.data[k] for k in made.KNOWN
        }
        assert {k: v.value for k, v in again.extensions.items()} == {
            k: v.value for k, v in card.extensions.items()
        }


@pytest.mark.parametrize("name", GOOD)
def test_aichar_reads_what_we_write(name: str, tmp_path: Path) -> None:
    aichar = pytest.importorskip("aichar", reason=MISSING)
    card = cards.read(GOOD[name])
    file = tmp_path / "card.png"
    file.write_bytes(cards.write_png(card, made.portrait(), files=False))
    seen = aichar.load_character_card_file(str(file))
    assert [
        seen.name,
        seen.summary,
        seen.personality,
        seen.scenario,
        seen.greeting_message,
        seen.example_messages,
    ] == [card.data[k] for k in made.KNOWN]


def test_we_read_what_aichar_writes(tmp_path: Path) -> None:
    aichar = pytest.importorskip("aichar", reason=MISSING)
    file = tmp_path / "portrait.png"
    file.write_bytes(made.portrait())
    for kind in ("tavernai", "sillytavern", "pygmalion", "textgenerationwebui"):
        theirs = aichar.create_character(*made.KNOWN.values(), str(file))
        (tmp_path / "card.png").write_bytes(bytes(theirs.export_card(kind)))
        card = cards.read((tmp_path / "card.png").read_bytes())
        assert card.name == made.KNOWN["name"]
        assert card.text("first_mes") == made.KNOWN["first_mes"]


def test_ccardlib_knows_our_cards_for_what_they_are(
    node: Callable[[list[Any]], list[dict[str, Any]]],
) -> None:
    # It wants numbers for ids, where the specification allows texts as well.
    read = [cards.read(blob) for name, blob in GOOD.items() if "text-ids" not in name]
    v3, v2 = (
        [plain(card, shape) for card in read] for shape in (shapes.as_v3, shapes.as_v2)
    )
    seen = node([*v3, *v2])
    assert [one["ccardlib"] for one in seen] == ["v3"] * len(v3) + ["v2"] * len(v2)
    for card, one in zip(v3, seen, strict=False):
        assert one["extensions"] == card["data"]["extensions"]


def test_character_card_utils_knows_our_v2_cards(
    node: Callable[[list[Any]], list[dict[str, Any]]],
) -> None:
    read = [cards.read(blob) for blob in GOOD.values()]
    v2 = [plain(card, shapes.as_v2) for card in read]
    for card, one in zip(v2, node(v2), strict=True):
        assert one["utils"] is not None, card
        for name in ("name", "first_mes", "alternate_greetings", "extensions"):
            assert one["utils"][name] == card["data"][name]


def test_both_chunks_hold_the_json_that_was_checked() -> None:
    card = cards.read(GOOD["both.png"])
    texts = png.card_texts(png.chunks(cards.write_png(card, made.portrait())))
    assert base64.b64decode(texts[b"chara"]) == dump(shapes.as_v2(card)).encode()
    assert json.loads(base64.b64decode(texts[b"ccv3"]))["spec"] == "chara_card_v3"
