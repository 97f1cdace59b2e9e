"""A script with names becomes a clip with two or three on stage."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from django.conf import settings

from avatarfx import services, talks
from avatarfx.errors import NotNowError
from avatarfx.recipe import Recipe
from avatarfx.services import rendering
from avatarfx.tests.conftest import make_character
from socialapp.acting import ScriptError
from socialapp.lib import blobs

if TYPE_CHECKING:
    from avatarfx.models import Clip
    from avatarfx.tests.conftest import Troupe
    from socialapp.accounts.models import User
    from socialapp.characters.models import Character

SCRIPT = """(Night. A lift.)
HOB: Good evening. Which floor, please, and is it the one with the light?
Ada [nervous]: The top. Is it far?
HOB: It was further yesterday, before they moved the stairs to the other side.
"""


@pytest.fixture
def ada(alice: User) -> Character:
    return make_character(alice, "Ada Lovelace")


def asked(
    owner: User, hob: Character, ada: Character, script: str = SCRIPT, camera: str = ""
) -> Clip:
    return services.request_clip(
        owner=owner,
        character=hob,
        script=script,
        cast={"a": hob, "b": ada},
        camera=camera,
    )


@pytest.mark.database
def test_the_recipe_keeps_who_was_cast_and_what_the_script_calls_them(
    alice: User, hob: Character, ada: Character
) -> None:
    clip = asked(alice, hob, ada)
    recipe = clip.as_recipe()
    assert [(role.seat, role.name) for role in recipe.cast] == [
        ("a", "Hob"),
        ("b", "Ada Lovelace"),
    ]
    assert list(clip.actors.order_by("seat").values_list("seat", flat=True)) == [*"ab"]
    # A later name does not reach in.
    type(ada).objects.filter(pk=ada.pk).update(name="Augusta")
    assert [line.seat for line in talks.lines_of(recipe)] == ["a", "b", "a"]


def test_a_talk_is_filmed_with_everybodys_words_moods_and_names(
    alice: User, hob: Character, ada: Character, troupe: Troupe
) -> None:
    clip = asked(alice, hob, ada)
    rendering.render_clip(clip.pk)
    clip.refresh_from_db()
    assert clip.state == "ready", clip.error
    assert not any("Hob" in said or "Night" in said for said in troupe.voice.spoken)
    performance = clip.as_performance()
    assert performance is not None
    assert [part.seat for part in performance.parts] == ["a", "b"]
    said = " ".join(word.text for word in performance.part("b").captions)
    assert said == "The top. Is it far?"
    assert set(performance.stage.places) == {"a", "b"}
    assert performance.stage.camera[0].on == "all"
    captions = blobs.get(clip.captions).decode()
    assert "<v Hob>" in captions
    assert "<v Ada Lovelace>" in captions


def test_the_camera_that_was_asked_for_is_used(
    alice: User, hob: Character, ada: Character, troupe: Troupe
) -> None:
    assert troupe.voice.error is None
    clip = asked(alice, hob, ada, camera="still")
    rendering.render_clip(clip.pk)
    clip.refresh_from_db()
    performance = clip.as_performance()
    assert performance is not None
    assert [(key.on, key.zoom) for key in performance.stage.camera] == [("all", 1.0)]


def test_one_alone_is_seen_in_slow_moves(
    alice: User, hob: Character, troupe: Troupe
) -> None:
    assert troupe.voice.error is None
    script = "It was further yesterday, before they moved the stairs. " * 3
    clip = services.request_clip(owner=alice, character=hob, script=script)
    rendering.render_clip(clip.pk)
    clip.refresh_from_db()
    performance = clip.as_performance()
    assert performance is not None
    camera = performance.stage.camera
    assert camera[1].ease > 2.0
    assert camera[1].zoom > camera[0].zoom
    assert all(one.at <= two.at for one, two in pairwise(camera))


def test_one_who_writes_their_own_name_does_not_say_it(
    alice: User, hob: Character, troupe: Troupe
) -> None:
    clip = services.request_clip(
        owner=alice, character=hob, script="Hob [softly]: Good night."
    )
    rendering.render_clip(clip.pk)
    assert troupe.voice.spoken == ["Good night."]


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("Hob: Hi.\nGreta: Oh.", "“Greta”, who is not on stage. On stage: Hob and Ada"),
        ("Good evening.", "Line 1 is said by nobody"),
        ("Hob: " + "far and wide. " * 84, "runs for about 70 seconds and 60 fit"),
        ("Hob: " + "far and wide. " * 90, "1,264 characters and 1,200 fit"),
    ],
)
def test_a_script_that_is_not_the_casts_costs_nothing(
    alice: User, hob: Character, ada: Character, script: str, told: str
) -> None:
    with pytest.raises(ScriptError, match=told):
        asked(alice, hob, ada, script)
    assert not alice.clips.exists()


def test_a_script_for_others_is_refused_when_one_is_cast(
    alice: User, hob: Character
) -> None:
    with pytest.raises(ScriptError, match="only Hob is on stage"):
        services.request_clip(
            owner=alice, character=hob, script="MARLOWE: Hi.\nADA: Hello."
        )


def test_four_do_not_fit_and_no_camera_is_made_up(
    alice: User, hob: Character, ada: Character
) -> None:
    with pytest.raises(NotNowError, match="holds 3 characters, and 4 were cast"):
        services.request_clip(
            owner=alice,
            character=hob,
            script=SCRIPT,
            cast={"a": hob, "b": ada, "c": hob, "d": ada},
        )
    with pytest.raises(NotNowError, match="No such camera: drone"):
        asked(alice, hob, ada, camera="drone")


def test_a_minute_is_about_what_fits() -> None:
    assert settings.MAX_CLIP_SECONDS == 60
    script = "far and wide. " * 60
    assert len(script) < settings.MAX_SCRIPT_CHARACTERS
    assert 45 < services.check_script(script) < 60


def test_old_recipes_are_read_and_written_as_they_were() -> None:
    old = {
        "format": "recipe",
        "version": 1,
        "script": "Hi.",
        "cast": [{"seat": "a", "character": "c", "portrait": "p"}],
    }
    recipe = Recipe.from_json(old)
    assert talks.lines_of(recipe) == ()
    written = recipe.to_json()
    assert "camera" not in written
    assert "name" not in written["cast"][0]
