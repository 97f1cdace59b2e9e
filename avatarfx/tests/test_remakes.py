"""Clips that are made of another clip: what is asked for, and what becomes of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from avatarfx import consent, receivers, selectors, services
from avatarfx.models import Clip
from avatarfx.services import RemixError
from avatarfx.tests.conftest import make_character
from avatarfx.tests.talks import a_line, a_talk
from moderation.services import holds
from socialapp.accounts import quotas
from socialapp.characters.models import Character
from socialapp.engines.protocols import VoiceSpec
from socialapp.lib import blobs
from socialapp.performance import Panel
from socialapp.provenance.credentials import read
from socialapp.provenance.selectors import trust

if TYPE_CHECKING:
    from collections.abc import Iterator

    from avatarfx.tests.conftest import Troupe
    from conftest import ClientOf
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


@pytest.fixture(autouse=True)
def _nobody_else_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Clips of these tests have no posts, of which the feed would know."""
    monkeypatch.setattr(consent, "_asked", {})


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


def test_a_duet_plays_the_original_and_is_answered_when_that_is_over(
    bob: User, ada: Character, said: Clip
) -> None:
    clip = services.remake(
        owner=bob, of=said, kind="duet", character=ada, script="Good night, then."
    )
    assert [role.seat for role in clip.as_recipe().cast] == ["b", "a"]
    assert clip.character == ada
    assert rendered(clip).state == "ready", clip.error
    performance, before = clip.as_performance(), said.as_performance()
    assert performance is not None
    assert before is not None
    assert [panel.seats for panel in performance.stage.panels] == [("a",), ("b",)]
    theirs, mine = performance.part("a"), performance.part("b")
    assert theirs.captions == before.part("a").captions
    assert theirs.sound == before.part("a").sound
    assert mine.captions[0].at > theirs.captions[-1].until
    assert mine.captions[-1].until < performance.seconds
    captions = blobs.get(clip.captions).decode()
    assert "<v Hob>" in captions
    assert "<v Ada>" in captions


def test_a_duet_of_a_duet_names_the_way_out(bob: User, ada: Character) -> None:
    hob = make_character(bob)
    talk = a_talk(bob, {"a": hob, "b": ada})
    performance = talk.as_performance()
    assert performance is not None
    split = replace(performance.stage, panels=(Panel(("a",)), Panel(("b",))))
    talk.performance = replace(performance, stage=split).to_json()
    mira = make_character(bob, "Mira")
    with pytest.raises(RemixError, match=r"is a duet already.*reply"):
        services.remake(
            owner=bob, of=talk, kind="duet", character=mira, script="Me too."
        )
    with pytest.raises(RemixError, match=r"two halves.*reply"):
        services.remake(owner=bob, of=talk, kind="revoice", character=mira, seat="b")


def test_a_duet_that_is_too_long_says_so_before_anything_is_spent(
    bob: User, ada: Character, said: Clip
) -> None:
    said.performance = {**(said.performance or {}), "seconds": 55.0}
    with pytest.raises(RemixError, match=r"run for about .* 60 fit"):
        services.remake(
            owner=bob, of=said, kind="duet", character=ada, script="Good night. " * 12
        )
    assert quotas.left(bob).left == 5


@pytest.mark.parametrize(
    ("kind", "relation", "actions"),
    [
        ("rewrite", "parentOf", ("c2pa.opened", "c2pa.edited")),
        ("reply", "inputTo", ("c2pa.created",)),
        ("duet", "componentOf", ("c2pa.created", "c2pa.placed")),
    ],
)
def test_the_record_of_a_remix_holds_that_of_its_original(
    hob: Character, said: Clip, kind: str, relation: str, actions: object
) -> None:
    first = rendered(services.retry_clip(clip=_failed(said)))
    asked = services.remake(
        owner=hob.owner, of=first, kind=kind, character=hob, script="Good night."
    )
    clip = rendered(asked)
    film = read(blobs.get(clip.video), "video/mp4", trust())
    assert film.own
    assert [one.title for one in film.entries] == [
        f"{clip.key}.mp4",
        f"{said.key}.mp4",
    ]
    assert film.entries[0].actions == actions
    assert (film.entries[1].relation, film.entries[1].broken) == (relation, ())
    assert [e["ingredient"] for e in clip.renders.get().trace if e["name"] == "sign"]


def test_of_an_original_whose_file_is_gone_the_record_states_the_name(
    bob: User, ada: Character, said: Clip
) -> None:
    clip = rendered(services.remake(owner=bob, of=said, kind="revoice", character=ada))
    film = read(blobs.get(clip.video), "video/mp4", trust())
    assert film.own
    assert [(one.title, one.missing) for one in film.entries] == [
        (f"{clip.key}.mp4", False),
        (f"{said.key}.mp4", True),
    ]


@pytest.mark.database
def test_what_moderators_take_down_takes_what_says_it_again_along(
    bob: User, ada: Character, said: Clip
) -> None:
    again = services.remake(owner=bob, of=said, kind="revoice", character=ada)
    reply = services.remake(
        owner=bob, of=said, kind="reply", character=ada, script="Good evening."
    )
    holds.withhold(kind="clip", thing=said, level="hidden", cause="case:1")
    again.refresh_from_db()
    reply.refresh_from_db()
    assert (again.withheld, reply.withheld) == ("hidden", "")
    holds.release(cause="case:1")
    again.refresh_from_db()
    assert again.withheld == ""


def test_who_made_a_duet_and_leaves_takes_no_sound_of_the_original_along(
    bob: User, ada: Character, said: Clip
) -> None:
    clip = rendered(
        services.remake(
            owner=bob, of=said, kind="duet", character=ada, script="Good night."
        )
    )
    mine = clip.sounds
    assert len(mine) == 1
    receivers.leave_with_owner(user=bob)
    with pytest.raises(FileNotFoundError):
        blobs.get(mine[0])
    for ref in said.sounds:
        assert blobs.get(ref)


def test_the_pages_and_the_api_of_a_remix_say_what_it_is_made_of(
    client_of: ClientOf, bob: User, ada: Character, said: Clip
) -> None:
    clip = services.remake(owner=bob, of=said, kind="revoice", character=ada)
    client = client_of(bob)
    page = client.get(clip.get_absolute_url()).content.decode()
    assert "Another voice: remix of a clip that is not on show" in page
    assert "Remix: another voice" in client.get("/clips/").content.decode()
    told = client.get(f"/api/v1/clips/{clip.key}/").json()
    assert told["remix"] == {"kind": "revoice", "of": said.key}


@pytest.mark.database
def test_who_remixes_a_clip_of_their_own_is_led_to_it(
    client_of: ClientOf, alice: User, hob: Character, said: Clip
) -> None:
    clip = services.remake(
        owner=alice, of=said, kind="rewrite", character=hob, script="Good night."
    )
    page = client_of(alice).get(clip.get_absolute_url()).content.decode()
    assert f'<a href="/clips/{said.key}/">' in page
    assert "by you" in page
    assert selectors.origin_of(clip.key) == f"clip:{said.key}"
    assert selectors.origin_of(said.key) == ""


def _failed(clip: Clip) -> Clip:
    Clip.objects.filter(pk=clip.pk).update(state="failed")
    clip.refresh_from_db()
    return clip
