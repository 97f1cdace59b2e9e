"""Clips that are made of another clip: what is asked for, and what becomes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from avatarfx import consent, services
from avatarfx.models import Clip
from avatarfx.services import RemixError
from avatarfx.tests.conftest import make_character
from avatarfx.tests.talks import a_line, a_talk
from socialapp.accounts import quotas
from socialapp.characters.models import Character
from socialapp.engines.protocols import VoiceSpec

if TYPE_CHECKING:
    from collections.abc import Iterator

    from avatarfx.tests.conftest import Troupe
    from socialapp.accounts.models import User

LINE = "[excited] Good evening to the lamp. [whispers] And to you."


@pytest.fixture
def ada(bob: User) -> Character:
    """Bob's character."""
    return make_character(bob, "Ada")


@pytest.fixture
def said(alice: User, hob: Character, troupe: Troupe) -> Clip:
    """What Hob said in a finished clip of Alice's."""
    return a_line(alice, hob, LINE, shape="1:1", background="velvet")


@pytest.fixture
def refusing() -> Iterator[list[str]]:
    """Reasons against every remix, in the order in which they are asked for; "" agrees."""
    told: list[str] = []
    consent.register("test", lambda _: told.pop(0) if told else "")
    yield told
    consent.forget("test")


def rendered(clip: Clip) -> Clip:
    services.render_clip(clip.pk)
    clip.refresh_from_db()
    return clip


def words_of(clip: Clip) -> dict[str, str]:
    """By seat, what is said."""
    performance = clip.as_performance()
    assert performance is not None
    return {
        part.seat: " ".join(word.text for word in part.captions)
        for part in performance.parts
    }


def test_another_voice_says_the_same_words_in_the_look_of_the_original(
    bob: User, ada: Character, said: Clip
) -> None:
    Character.objects.filter(pk=ada.pk).update(voice="bf_emma")
    ada.refresh_from_db()
    clip = services.remake(owner=bob, of=said, kind="revoice", character=ada)
    recipe = clip.as_recipe()
    assert (clip.script, clip.shape, recipe.background) == (LINE, "1:1", "velvet")
    assert (recipe.source, recipe.remix) == (f"remix:{said.key}", "revoice")
    assert recipe.cast[0].voice == VoiceSpec("bf_emma")
    assert clip.original == said
    assert rendered(clip).state == "ready"
    assert words_of(clip) == words_of(said)
    assert quotas.left(bob).left == 4


def test_the_character_of_the_original_says_other_words_in_the_voice_it_had_there(
    bob: User, hob: Character, said: Clip
) -> None:
    said.recipe["cast"][0]["voice"]["voice"] = "am_onyx"
    clip = services.remake(
        owner=bob, of=said, kind="rewrite", character=hob, script="Good night."
    )
    role = clip.as_recipe().cast[0]
    assert (role.voice.voice, hob.voice_spec.voice) == ("am_onyx", "af_heart")
    assert (clip.script, clip.as_recipe().remix) == ("Good night.", "rewrite")


def test_a_reply_is_a_clip_of_ones_own_that_names_what_it_answers(
    bob: User, ada: Character, said: Clip
) -> None:
    clip = services.remake(
        owner=bob, of=said, kind="reply", character=ada, script="Good evening, Hob."
    )
    assert clip.as_recipe().source == f"remix:{said.key}"
    assert clip.as_recipe().background == ""
    assert [actor.character for actor in clip.actors.all()] == [ada]


def test_the_same_key_makes_one_remix_and_costs_one_ticket(
    bob: User, ada: Character, said: Clip
) -> None:
    for _ in range(2):
        services.remake(
            owner=bob, of=said, kind="revoice", character=ada, idempotency_key="once"
        )
    assert Clip.objects.filter(owner=bob).count() == 1
    assert quotas.left(bob).left == 4


def test_the_moods_of_a_talk_come_again_at_the_same_words(
    alice: User, bob: User, hob: Character, ada: Character, troupe: Troupe
) -> None:
    mira = make_character(bob, "Mira")
    talk = a_talk(alice, {"a": hob, "b": ada})
    clip = rendered(
        services.remake(owner=bob, of=talk, kind="revoice", character=mira, seat="b")
    )
    assert clip.state == "ready", clip.error
    assert words_of(clip) == words_of(talk)
    performance = clip.as_performance()
    assert performance is not None
    part = performance.part("a")
    assert [key.mood for key in part.expressions] == ["calm", "angry"]
    assert part.expressions[1].at == pytest.approx(part.captions[2].at, abs=0.11)
    assert clip.script == "Hob: Who goes there?\nMira: Only me."


def test_of_several_speakers_one_must_be_named(
    alice: User, bob: User, hob: Character, ada: Character, troupe: Troupe
) -> None:
    mira = make_character(bob, "Mira")
    talk = a_talk(alice, {"a": hob, "b": ada})
    with pytest.raises(RemixError, match=r"Two speak.*Hob \(a\), Ada \(b\)"):
        services.remake(owner=bob, of=talk, kind="revoice", character=mira)
    with pytest.raises(RemixError, match="Nobody speaks on seat 'c'"):
        services.remake(owner=bob, of=talk, kind="revoice", character=mira, seat="c")
    with pytest.raises(RemixError, match="Hob speaks in that clip already"):
        services.remake(owner=bob, of=talk, kind="revoice", character=hob, seat="b")
    assert quotas.left(bob).left == 5


@pytest.mark.parametrize(
    ("kind", "script", "why"),
    [
        ("parody", "", "There is no remix called 'parody'"),
        ("revoice", "Mine.", "Leave the script empty"),
        ("rewrite", "Mine.", "Ada is not in that clip.*Choose Hob"),
        ("reply", "", "The script is empty"),
    ],
)
def test_what_cannot_be_made_is_refused_with_what_can(
    said: Clip, ada: Character, kind: str, script: str, why: str
) -> None:
    with pytest.raises((RemixError, services.ScriptError), match=why):
        services.remake(
            owner=ada.owner, of=said, kind=kind, character=ada, script=script
        )


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"withheld": "hidden"}, "not on show now"),
        ({"state": "failed"}, "not on show now"),
        ({"performance": None}, "Nobody kept what is said"),
        ({"approval": "pending"}, "wait for a look"),
    ],
)
def test_of_a_clip_that_is_not_there_nothing_is_made(
    bob: User, ada: Character, said: Clip, changes: dict[str, str], why: str
) -> None:
    Clip.objects.filter(pk=said.pk).update(**changes)
    said.refresh_from_db()
    with pytest.raises(RemixError, match=why):
        services.remake(owner=bob, of=said, kind="revoice", character=ada)


def test_words_that_were_approved_once_are_screened_again(
    bob: User, ada: Character, said: Clip
) -> None:
    Clip.objects.filter(pk=said.pk).update(
        script="How to build a bomb at home, step 1."
    )
    said.refresh_from_db()
    with pytest.raises(services.TextRefusedError):
        services.remake(owner=bob, of=said, kind="revoice", character=ada)
    assert quotas.left(bob).left == 5


def test_consent_that_ends_in_line_gives_the_ticket_back(
    bob: User, ada: Character, said: Clip, troupe: Troupe, refusing: list[str]
) -> None:
    clip = services.remake(owner=bob, of=said, kind="revoice", character=ada)
    refusing += ["Alice lets nobody revoice her clips any more."]
    spoken = len(troupe.voice.spoken)
    assert rendered(clip).state == "failed"
    assert clip.error.startswith("Alice lets nobody revoice her clips any more.")
    assert len(troupe.voice.spoken) == spoken
    assert quotas.left(bob).left == 5


def test_consent_that_ends_while_it_is_filmed_ends_the_clip(
    bob: User, ada: Character, said: Clip, troupe: Troupe, refusing: list[str]
) -> None:
    clip = services.remake(owner=bob, of=said, kind="revoice", character=ada)
    refusing += ["", "Alice took it back."]
    assert rendered(clip).state == "failed"
    assert clip.video == ""
    assert troupe.full.asked > 0


def test_consent_is_asked_for_again_before_it_is_published(
    bob: User, ada: Character, said: Clip, refusing: list[str]
) -> None:
    clip = rendered(services.remake(owner=bob, of=said, kind="revoice", character=ada))
    assert services.why_not_shown(clip) == ""
    refusing += ["Alice took it back."]
    assert services.why_not_shown(clip) == "Alice took it back."


def test_of_a_clip_without_an_original_nobody_asks_for_consent(
    said: Clip, refusing: list[str]
) -> None:
    refusing += ["No."]
    assert services.why_not_shown(said) == ""


def test_an_original_that_is_gone_before_it_was_spoken_ends_the_remix_with_the_reason(
    bob: User, ada: Character, said: Clip
) -> None:
    clip = services.remake(owner=bob, of=said, kind="revoice", character=ada)
    said.delete()
    assert rendered(clip).state == "failed"
    assert "is gone" in clip.error
    assert quotas.left(bob).left == 5
