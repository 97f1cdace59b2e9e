"""What a waiting person is told."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from avatarfx import selectors, services
from avatarfx.line import paces
from avatarfx.models import Clip, Render
from avatarfx.services import leases
from avatarfx.services.leases import Lease
from avatarfx.tests.conftest import make_character
from socialapp.performance import Caption, Part, Performance

if TYPE_CHECKING:
    from socialapp.accounts.models import User
    from socialapp.characters.models import Character

LINE = "Good evening to the lamp, to the sea, and to whoever reads this."


def ask(owner: User, hob: Character, script: str = LINE) -> Clip:
    return services.request_clip(owner=owner, character=hob, script=script, exempt=True)


def progress(clip: Clip) -> dict[str, object]:
    return selectors.progress_of(Clip.objects.full().get(pk=clip.pk))


@pytest.mark.database
def test_the_place_in_line_counts_who_came_before(alice: User, hob: Character) -> None:
    clips = [ask(alice, hob) for _ in range(3)]
    assert [progress(clip)["place"] for clip in clips] == [1, 2, 3]
    services.cancel_clip(clip=clips[0])
    assert [progress(clip)["place"] for clip in clips] == [None, 1, 2]


def test_the_wait_grows_with_the_line_and_shrinks_with_the_work(
    alice: User, hob: Character
) -> None:
    first, second = ask(alice, hob), ask(alice, hob)
    alone, behind = progress(first)["eta_seconds"], progress(second)["eta_seconds"]
    assert isinstance(alone, int)
    assert isinstance(behind, int)
    assert behind >= 2 * alone - 1
    claimed = leases.claim(worker="far:1")
    assert claimed is not None
    leases.beat(Lease(claimed.pk, claimed.fence), stage="movement", percent=80)
    now, later = progress(first)["eta_seconds"], progress(second)["eta_seconds"]
    assert isinstance(now, int)
    assert isinstance(later, int)
    assert now < alone / 2
    assert later < behind


def test_the_rate_is_learnt_from_this_copys_own_renders(
    alice: User, hob: Character
) -> None:
    unknown = paces.learn().work("full", lasts=10.0)
    assert unknown.usual == 10 * paces.UNKNOWN_RATE + paces.OVERHEAD_SECONDS
    for number, seconds in enumerate((6.5, 11.5, 101.5)):
        clip = ask(alice, hob)
        Clip.objects.filter(pk=clip.pk).update(seconds=5.0)
        began = timezone.now() - timedelta(hours=number)
        Render.objects.create(
            clip=clip,
            fence=1,
            worker="far:1",
            started=began,
            ended=began + timedelta(seconds=seconds),
            outcome="ready",
        )
    assert paces.learn().rates[""].usual == pytest.approx(2.0)


def test_the_steps_follow_the_stage(alice: User, hob: Character) -> None:
    clip = ask(alice, hob)
    states = [step["state"] for step in selectors.progress_of(clip)["steps"]]
    assert states == ["todo"] * len(selectors.STAGES)
    claimed = leases.claim(worker="far:1")
    assert claimed is not None
    leases.beat(Lease(clip.pk, 1), stage="movement", percent=40, detail="frame 2 of 9")
    told = progress(clip)
    steps = selectors.progress_of(Clip.objects.get(pk=clip.pk))["steps"]
    assert [s["state"] for s in steps][:3] == ["done", "now", "todo"]
    assert (told["stage_label"], told["detail"]) == ("Movement", "frame 2 of 9")


def test_backgrounds_have_a_name_a_title_and_a_picture() -> None:
    for one in selectors.backgrounds():
        assert one["name"]
        assert one["title"]
        assert one["url"].endswith(".svg")


def test_a_clip_without_a_title_is_called_by_its_first_words(
    alice: User, hob: Character
) -> None:
    clip = ask(alice, hob, "[whispers] " + LINE)
    assert clip.name == "Good evening to the lamp, to the sea, and to wh…"
    assert progress(clip)["title"] == clip.name
    clip.title = "Lamp"
    assert clip.name == "Lamp"


def test_speakers_are_named_where_several_speak_and_another_begins(
    alice: User, hob: Character
) -> None:
    clip = ask(alice, hob)
    parts = (
        Part("a", captions=(Caption(0.0, 0.4, "Fog?"), Caption(2.0, 2.4, "Never."))),
        Part("b", captions=(Caption(1.0, 1.4, "Always."), Caption(1.5, 1.9, "Well."))),
    )
    clip.performance = Performance(3.0, parts).to_json()
    other = make_character(alice, "Kiko")
    clip.actors.all().delete()
    for seat, one in (("a", clip.character), ("b", other)):
        assert one.portrait
        clip.actors.create(seat=seat, character=one, portrait=one.portrait)
    told = [(name, line.text) for name, line in selectors.said_in(clip)]
    lead = clip.character.name
    assert told == [
        (lead, "Fog?"),
        ("Kiko", "Always."),
        ("", "Well."),
        (lead, "Never."),
    ]
    assert selectors.cast_of(clip) == [clip.character, other]
