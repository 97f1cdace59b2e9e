"""A card comes in whole, is judged like everything else, and goes out as it came."""

from __future__ import annotations

import io
import json
import random
from typing import TYPE_CHECKING, Any

import pytest
from django.core.cache import cache
from PIL import Image

from moderation.approvals import services as asking
from moderation.models import PictureCheck, Screening
from socialapp.characters import cards as services
from socialapp.characters import selectors
from socialapp.characters.cards import texts
from socialapp.characters.cards.pictures import mood_of, shown_expressions
from socialapp.characters.errors import CharacterError
from socialapp.characters.models import CardPicture, Character, CharacterCard, Portrait
from socialapp.characters.services import (
    add_made_portrait,
    add_portrait,
    change_character,
    create_character,
    forget_owner,
    remove_character,
)
from socialapp.characters.tests.rigging import FACE
from socialapp.lib import cards
from socialapp.lib.cards import png
from socialapp.lib.cards.lorebook import Chat
from socialapp.lib.cards.tests import made
from socialapp.provenance import credentials
from socialapp.provenance.selectors.credentials import trust

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django import Settings

    from moderation.tests.seeing import Eyes
    from socialapp.accounts.models import User

pytestmark = pytest.mark.django_db

HURTFUL = "I know where you live."
"""Refused by the rules alone, as a threat."""


def wide(colour: int = 60) -> bytes:
    """A picture in which the rigger of the tests finds a face."""
    out = io.BytesIO()
    Image.new("RGB", (128, 96), (colour, 90, 120)).save(out, "PNG")
    return out.getvalue()


def v3(**more: Any) -> dict[str, Any]:
    return {**made.V3, "data": {**made.V3_DATA, **more}}


def card_file(base: bytes | None = None, **more: Any) -> bytes:
    return made.in_png({"ccv3": v3(assets=[], **more)}, base=base or wide())


def charx(**more: Any) -> bytes:
    assets = [
        {"type": "icon", "uri": "embeded://main.png", "name": "main", "ext": "png"},
        {"type": "emotion", "uri": "embeded://joy.png", "name": "joy", "ext": "png"},
        {"type": "emotion", "uri": "embeded://grr.png", "name": "angry", "ext": "png"},
        {"type": "emotion", "uri": "https://example.org/a.png", "name": "x", "ext": ""},
        {"type": "x_sound", "uri": "embeded://hum.mp3", "name": "hum", "ext": "mp3"},
    ]
    files = {
        "main.png": wide(),
        "joy.png": wide(70),
        "grr.png": wide(80),
        "hum.mp3": b"ID3",
    }
    return made.in_zip(v3(assets=assets, **more), files)


def out(character: Character, person: User, kind: Any = "png") -> bytes:
    return services.export_card(
        character=character, person=person, kind=kind, confirmed=True
    ).data


def test_a_card_becomes_a_character_that_only_its_owner_sees(alice: User) -> None:
    character = services.import_card(owner=alice, data=card_file())
    assert character.visibility == Character.Visibility.PRIVATE
    assert character.name == "Mira V3"
    assert character.greeting == "Hello you!"
    assert character.persona == (
        "Mi keeps the tea ship.\n\nPersonality: Dry, brave.\n\nScenario: A storm."
    )
    assert character.tags == ["oc", "sea"]
    assert character.portrait is not None
    assert character.portrait.source == Portrait.Source.UPLOAD
    assert character.card["alternate_greetings"] == ["Ahoy."]
    assert character.card["group_only_greetings"] == ["Hello, both of you."]
    assert character.card["example_dialogue"] == [
        {"kind": "", "user": "Tea?", "character": "Never again."}
    ]
    assert character.card["lorebook"][0]["content"] == "Tea is banned aboard."
    (called,) = selectors.lorebook_of(character).call(Chat(["A", "B", "Some tea?"]))
    assert called.content == "Tea is banned aboard."
    assert (called.position, called.depth) == ("depth", 3)


def test_what_is_spoken_has_neither_macros_nor_stage_directions(alice: User) -> None:
    data = card_file(
        alternate_greetings=["*waves* Hi {{user}}, I am {{char}}.", "*only waves*"],
        mes_example="<START>{{user}}: Who? {{char}}: *bows* {{char}}, {{user}}.",
        character_book={
            "entries": [{"keys": ["x"], "content": "@@depth 1\n{{char}} knows."}]
        },
    )
    card = services.import_card(owner=alice, data=data).card
    assert card["alternate_greetings"] == ["Hi you, I am Mi.", "only waves"]
    assert card["example_dialogue"][0]["character"] == "Mi, you."
    (entry,) = card["lorebook"]
    assert (entry["content"], entry["decorators"]) == ("Mi knows.", ["@@depth 1"])


def test_the_report_says_what_was_taken_kept_and_left_out(alice: User) -> None:
    entry = {**made.BOOK["entries"][0], "use_regex": True, "keys": ["(?=never)"]}
    odd = {**made.BOOK["entries"][1], "content": "@@unheard_of 3\nThe mast broke."}
    data = charx(character_book={**made.BOOK, "entries": [entry, odd]})
    report = services.import_card(owner=alice, data=data).card_file.report
    assert "The lorebook; entries: 2." in report["taken"]
    assert "Expressions, pictures by mood: 2." in report["taken"]
    kept = " ".join(report["kept"])
    assert "the pattern (?=never) is not used" in kept
    assert "@@unheard_of 3 is not understood here" in kept
    assert "byte for byte: other/voice" in kept
    assert "Addresses of pictures elsewhere: 1. Nothing is fetched" in kept
    assert report["refused"] == ["Files that we cannot use are not kept: hum.mp3."]


@pytest.mark.parametrize(
    "name",
    [
        "v1.png",
        "v2-ztxt.png",
        "v2-entries-by-name.json",
        "v3-text-ids.json",
        "both-v3-damaged.png",
        "v3.charx",
    ],
)
def test_every_card_comes_back_out_as_it_came_in(alice: User, name: str) -> None:
    blob = made.good()[name]
    before = cards.read(blob)
    character = services.import_card(owner=alice, data=blob)
    kinds = ["png", "charx", "json"] if character.portrait else ["charx", "json"]
    for kind in kinds:
        after = cards.read(out(character, alice, kind))
        ours = after.extensions["troupe"]
        assert dict(after.extensions) == {**before.extensions, "troupe": ours}
        own = {"extensions", "assets", "modification_date"}
        for member in set(before.data) - own:
            assert after.data[member] == before.data[member], (kind, member)
        assert dict(after.beside) == dict(before.beside)


def test_odd_extensions_go_out_byte_for_byte(alice: User) -> None:
    data = made.good()["v2-odd-extension.png"]
    character = services.import_card(owner=alice, data=data)
    assert made.ODD.encode() in out(character, alice, "json")
    texts = png.card_texts(png.chunks(out(character, alice)))
    for text in texts.values():
        assert made.ODD.encode() in png.unpack(text)


def test_what_was_changed_here_goes_out_changed_and_the_rest_as_it_came(
    alice: User,
) -> None:
    character = services.import_card(owner=alice, data=card_file())
    change_character(character=character, greeting="Ahoy, you.")
    card = cards.read(out(character, alice))
    assert card.text("first_mes") == "Ahoy, you."
    assert card.text("description") == "{{char}} keeps the tea ship."
    change_character(character=character, persona="She sells coffee now.", name="Mia")
    card = cards.read(out(character, alice))
    assert (card.name, card.text("description")) == ("Mia", "She sells coffee now.")
    assert card.text("personality") == card.text("scenario") == ""


def test_expressions_are_portraits_and_go_out_again(alice: User) -> None:
    character = services.import_card(owner=alice, data=charx())
    shown = shown_expressions(character)
    assert list(shown) == ["joy", "angry"]
    assert [mood_of(name) for name in shown] == ["happy", "angry"]
    assert PictureCheck.objects.filter(owner=alice).count() == 3
    assert not selectors.unused_portraits(owner=alice).exists()
    for kind in ("charx", "json"):
        card = cards.read(out(character, alice, kind))
        have = {asset.name: card.files.get(asset.path) for asset in card.assets}
        assert list(have) == ["main", "joy", "angry", "x"]
        for name in ("main", "joy", "angry"):
            with Image.open(io.BytesIO(have[name] or b"")) as found:
                assert found.size == (128, 96)
        assert have["x"] is None
    small = cards.read(out(character, alice))
    assert [asset.name for asset in small.assets] == ["main", "x"]


def test_an_expression_that_the_rules_refuse_stays_outside(
    alice: User, eyes: Eyes
) -> None:
    eyes.queue = [()]
    eyes.photograph()
    character = services.import_card(owner=alice, data=charx())
    assert character.portrait is not None
    assert not CardPicture.objects.exists()
    refused = character.card_file.report["refused"]
    assert sum("was not taken" in line and "rule 2.1" in line for line in refused) == 2
    assert Portrait.objects.count() == 1


def test_a_portrait_that_the_rules_refuse_stays_outside_and_the_words_come_in(
    alice: User, eyes: Eyes
) -> None:
    eyes.photograph()
    character = services.import_card(owner=alice, data=card_file())
    assert character.portrait is None
    (line,) = character.card_file.report["refused"]
    assert line.startswith("The portrait was not taken: ")
    assert "rule 2.1" in line
    with pytest.raises(CharacterError, match="no portrait yet"):
        out(character, alice)
    assert cards.read(out(character, alice, "json")).name == "Mira V3"


@pytest.mark.parametrize(
    ("more", "where"),
    [
        ({"system_prompt": HURTFUL}, "system prompt"),
        ({"alternate_greetings": ["Fine.", HURTFUL]}, "greeting 2"),
        ({"group_only_greetings": [HURTFUL]}, "greeting for groups 1"),
        ({"extensions": {"depth_prompt": {"a": [HURTFUL]}}}, "part “depth_prompt”"),
        ({"creator_notes_multilingual": {"en": HURTFUL}}, "notes of its creator (en)"),
        ({"unheard_of": {"x": HURTFUL}}, "part “unheard_of”"),
        (
            {
                "character_book": {
                    "entries": [{"keys": ["tea"], "content": HURTFUL}],
                }
            },
            "lorebook entry 1 (“tea”)",
        ),
    ],
)
def test_a_text_that_may_not_stay_is_named_and_nothing_stays(
    alice: User, more: dict[str, Any], where: str
) -> None:
    with pytest.raises(CharacterError) as caught:
        services.import_card(owner=alice, data=card_file(**more))
    assert str(caught.value).startswith(f"In the card’s {where}: “")
    assert "rule" in str(caught.value)
    assert not Character.objects.exists()
    assert not Portrait.objects.exists()
    assert Screening.objects.filter(action="block").exists()


def test_a_name_that_may_not_stay_takes_the_portrait_with_it(alice: User) -> None:
    with pytest.raises(CharacterError):
        services.import_card(owner=alice, data=card_file(name=HURTFUL))
    assert not Character.objects.exists()
    assert not Portrait.objects.exists()


def test_a_card_with_more_text_than_can_be_checked_is_refused(
    alice: User, settings: Settings
) -> None:
    settings.CARD_CHARACTERS = 500
    data = card_file(creator_notes="tea " * 200)
    with pytest.raises(CharacterError, match="500 are the most that we can check"):
        services.import_card(owner=alice, data=data)


def test_sending_the_same_card_twice_makes_one_character(
    alice: User, bob: User
) -> None:
    first = services.import_card(owner=alice, data=card_file())
    assert services.import_card(owner=alice, data=card_file()) == first
    assert services.import_card(owner=bob, data=card_file()) != first
    remove_character(character=first)
    assert services.import_card(owner=alice, data=card_file()) != first


def test_cards_of_one_person_come_in_one_by_one(alice: User, bob: User) -> None:
    cache.add(f"card:{alice.pk}", 1)
    with pytest.raises(CharacterError, match="being imported right now"):
        services.import_card(owner=alice, data=card_file())
    assert services.import_card(owner=bob, data=card_file()).pk
    cache.clear()
    assert services.import_card(owner=alice, data=card_file()).pk
    # A refusal leaves the way free.
    for _ in range(2):
        with pytest.raises(CharacterError, match="no character card inside"):
            services.import_card(owner=alice, data=made.portrait())


def test_a_card_may_be_sent_again_as_a_painting(alice: User, eyes: Eyes) -> None:
    eyes.photograph()
    without = services.import_card(owner=alice, data=card_file())
    assert without.portrait is None
    assert services.import_card(owner=alice, data=card_file()) == without
    painted = services.import_card(owner=alice, data=card_file(), painting=True)
    assert painted.portrait is not None
    assert any("waits" in line for line in painted.card_file.report["refused"])


def test_a_failure_at_the_end_leaves_nothing(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("the database is gone")

    monkeypatch.setattr(CharacterCard, "save", fail)
    with pytest.raises(RuntimeError):
        services.import_card(owner=alice, data=charx())
    monkeypatch.undo()
    assert not Character.objects.exists()
    assert not Portrait.objects.exists()
    assert services.import_card(owner=alice, data=charx()).pk


@pytest.mark.parametrize(
    "name", ["no-card.png", "zip-bomb.charx", "traversal.charx", "no-json.json"]
)
def test_a_file_that_is_no_card_is_refused_in_words(alice: User, name: str) -> None:
    blob, words = made.bad()[name]
    with pytest.raises(CharacterError) as caught:
        services.import_card(owner=alice, data=blob)
    assert words in str(caught.value)
    assert caught.value.field == "card"


def test_long_texts_are_cut_here_and_whole_in_the_card(alice: User) -> None:
    long = "The ship is old and creaks at night. " * 115
    data = card_file(description=long, first_mes="Hello there, sailor. " * 30)
    character = services.import_card(owner=alice, data=data)
    assert len(character.persona) <= 4000
    assert character.persona.endswith(".")
    assert len(character.greeting) <= 500
    assert sum("the rest is kept" in k for k in character.card_file.report["kept"]) == 2
    card = cards.read(out(character, alice))
    assert card.text("description") == long


def test_our_own_extras_come_back_from_our_own_card(alice: User, bob: User) -> None:
    mine = create_character(
        owner=alice,
        name="Hob",
        tagline="Reviews the weather",
        greeting="It will rain.",
        persona="A keeper of lights.",
        tags=["sea"],
        portrait=add_portrait(owner=alice, data=wide()),
        voice="bm_george",
        voice_speed=0.9,
        voice_pitch=-1.0,
        motion="lively",
        background="lighthouse",
    )
    theirs = services.import_card(owner=bob, data=out(mine, alice))
    for name in (
        "name", "tagline", "greeting", "persona", "tags", "voice", "voice_speed",
        "voice_pitch", "motion", "background",
    ):  # fmt: skip
        assert getattr(theirs, name) == getattr(mine, name), name
    assert theirs.portrait is not None
    assert mine.portrait is not None
    assert theirs.portrait.as_rig().anchors == FACE
    assert not theirs.card_file.open


def test_a_made_portrait_is_made_again_from_our_own_card(
    alice: User, bob: User
) -> None:
    from socialapp.characters import maker  # noqa: PLC0415

    recipe = maker.random_recipe(5)
    portrait = add_made_portrait(owner=alice, recipe=recipe)
    mine = create_character(owner=alice, name="Doll", portrait=portrait)
    card = out(mine, alice)
    theirs = services.import_card(owner=bob, data=card)
    assert theirs.portrait is not None
    assert theirs.portrait.source == Portrait.Source.MAKER
    assert theirs.portrait.recipe == portrait.recipe
    # Another picture around the same words is taken for what it is.
    parts = png.card_texts(png.chunks(card))
    other = png.splice(wide(), [(b"ccv3", parts[b"ccv3"])])
    swapped = services.import_card(owner=bob, data=other)
    assert swapped.portrait is not None
    assert swapped.portrait.source == Portrait.Source.UPLOAD


def test_extras_that_do_not_exist_here_are_left_out(alice: User) -> None:
    ours = {
        "voice": "nobody",
        "voice_speed": 99,
        "motion": "wild",
        "background": "nowhere",
        "tagline": "x" * 200,
        "portrait": {"anchors": {"eye_left": "?"}, "recipe": [], "style": 5},
        "consent": {"card": "everyone"},
    }
    data = card_file(base=made.portrait(), extensions={"troupe": ours})
    character = services.import_card(owner=alice, data=data)
    assert character.voice == "af_heart"
    assert character.background == character.tagline == ""
    assert character.motion == "subtle"
    refused = " ".join(character.card_file.report["refused"])
    assert "Its voice was not taken" in refused
    assert "Its tagline was not taken" in refused
    assert "handles do not fit" in refused
    assert not character.card_file.open


def test_the_record_is_signed_over_the_card_and_both_are_readable(alice: User) -> None:
    character = services.import_card(owner=alice, data=card_file())
    signed = out(character, alice)
    seen = credentials.read(signed, "image/png", trust())
    assert seen.state == "trusted", seen
    assert cards.read(signed).name == "Mira V3"
    chunks = [kind for kind, _ in png.chunks(signed)]
    assert b"caBX" in chunks
    at = signed.index(b"tEXtchara") + 40
    bent = signed[:at] + bytes([signed[at] ^ 1]) + signed[at + 1 :]
    touched = credentials.read(bent, "image/png", trust())
    assert touched.state == "invalid", touched


def test_programs_of_others_read_the_file_that_was_signed(
    alice: User, tmp_path: Path
) -> None:
    aichar = pytest.importorskip("aichar", reason="pip install -r requirements-dev.txt")
    tavern_card = pytest.importorskip("tavern_card")
    character = services.import_card(owner=alice, data=charx())
    signed = out(character, alice)
    (tmp_path / "card.png").write_bytes(signed)
    theirs = aichar.load_character_card_file(str(tmp_path / "card.png"))
    assert theirs.name == tavern_card.parse_png_card(signed)["data"]["name"]
    assert theirs.name == "Mira V3"


def test_only_the_owner_takes_a_card_unless_they_allow_it(
    alice: User, bob: User
) -> None:
    character = services.import_card(owner=alice, data=card_file())
    change_character(character=character, visibility="public")
    with pytest.raises(CharacterError, match="Only its owner"):
        out(character, bob)
    services.set_card_open(character=character, open_card=True)
    assert cards.read(out(character, bob)).name == "Mira V3"
    change_character(character=character, visibility="private")
    with pytest.raises(CharacterError, match="Only its owner"):
        out(character, bob)


def test_the_owner_is_asked_before_all_of_it_leaves(alice: User) -> None:
    character = services.import_card(owner=alice, data=card_file())
    with pytest.raises(services.ConfirmError, match="holds all of the definition"):
        services.export_card(character=character, person=alice, kind="png")


def test_a_withheld_character_does_not_leave(alice: User) -> None:
    character = services.import_card(owner=alice, data=card_file())
    character.withheld = Character.Level.HIDDEN
    character.save()
    with pytest.raises(CharacterError, match="Only its owner"):
        out(character, alice)


def test_a_portrait_that_waits_does_not_leave(alice: User, eyes: Eyes) -> None:
    eyes.missing = "no weights"
    character = services.import_card(owner=alice, data=card_file())
    assert any("waits" in line for line in character.card_file.report["refused"])
    with pytest.raises(CharacterError):
        out(character, alice)


def test_who_leaves_takes_the_words_of_their_cards_along(alice: User) -> None:
    character = services.import_card(owner=alice, data=card_file())
    assert CharacterCard.objects.filter(character=character).exists()
    forget_owner(owner=alice)
    assert not CharacterCard.objects.exists()


def test_a_starter_says_all_that_its_cast_file_says(alice: User) -> None:
    from socialapp.characters.cards.exporting import card_of  # noqa: PLC0415
    from socialapp.content import library  # noqa: PLC0415

    member = library.cast_member("hob")
    hob = create_character(owner=alice, name=member["name"], persona=member["persona"])
    hob.card = member
    card = card_of(hob)
    assert len(card.entries) == len(member["lorebook"])
    assert card.texts("group_only_greetings") == member["group_only_greetings"]
    assert json.loads(cards.write_json(card))["data"]["description"] == hob.persona
    lore = selectors.lorebook_of(hob)
    assert any("goat" in one.content for one in lore.call(Chat(["Where is the goat?"])))


def test_an_archive_of_ones_own_data_holds_the_card(alice: User) -> None:
    from socialapp.characters.exports import characters  # noqa: PLC0415

    services.import_card(owner=alice, data=charx())
    (file, *_) = characters(alice)
    (told,) = json.loads(file.data)
    assert told["card_file"]["text"].startswith('{"spec":"chara_card_v3"')
    assert list(told["card_file"]["expressions"]) == ["joy", "angry"]


def test_odd_values_anywhere_end_in_a_character_or_a_sentence(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is judged is tested above; here it would only take minutes."""
    monkeypatch.setattr(texts, "check_text", lambda *_, **__: None)
    monkeypatch.setattr(asking.asking, "screened", lambda *_: [])
    chance = random.Random(7)  # noqa: S311  the same every time
    odd: list[Any] = [
        None,
        -1,
        "\0\u202e",
        "\ud83d",
        [],
        {},
        {"\ud83d\0": "\udc00"},
        "x" * 999,
    ]
    made_of = ("name", "assets", "extensions", "character_book", "mes_example", "tags")
    kept = 0
    for _ in range(80):
        data = json.loads(json.dumps(made.V3_DATA))
        for name in chance.sample(made_of, 2):
            data[name] = chance.choice(odd)
        entry = (
            chance.choice(data["character_book"]["entries"])
            if isinstance(data["character_book"], dict)
            and data["character_book"].get("entries")
            else {}
        )
        entry[chance.choice(["keys", "content", "name", "extensions"])] = chance.choice(
            odd
        )
        try:
            character = services.import_card(
                owner=alice, data=json.dumps({**made.V3, "data": data}).encode()
            )
        except CharacterError as refusal:
            if not str(refusal).endswith("."):
                raise
            continue
        kept += 1
        assert "\\u0000" not in json.dumps([character.card, character.card_file.report])
        assert cards.read(out(character, alice, "json")).entries is not None
        character.delete()
    assert 20 < kept < 80
