"""Two people have one file: what one of them did with it is not the other's doing."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone

from avatarfx.tests.looks import character_with, upload
from feed.tests.rows import SAID, ready_clip
from moderation import services as moderation
from moderation.models import Measure
from moderation.services.decisions import decide_case
from moderation.services.housekeeping import keep_house
from moderation.services.takedown import request_takedown
from moderation.tests.rows import moderator
from socialapp.accounts import exports
from socialapp.lib import blobs
from socialapp.performance import Sound
from socialapp.provenance.tests import drawings

if TYPE_CHECKING:
    from moderation.models import Case
    from socialapp.accounts.models import User
    from socialapp.characters.models import Portrait

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def mine(alice: User) -> Portrait:
    return upload(alice, drawings.cast("hob"))


@pytest.fixture
def theirs(bob: User) -> Portrait:
    return upload(bob, drawings.cast("hob"))


def opens(ref: str, client: Client | None = None) -> bool:
    return (client or Client()).get(blobs.url(ref)).status_code == 200


def take_down(case: Case, measure: str = Measure.REMOVE) -> Any:
    return decide_case(
        case=case,
        moderator=moderator("quillon"),
        measure=measure,
        rule="6.1",
        reason="The same picture forty times.",
    )


@pytest.mark.parametrize("measure", [Measure.HIDE, Measure.REMOVE])
def test_what_one_did_with_a_picture_does_not_hide_it_at_the_other(
    measure: str, mine: Portrait, theirs: Portrait
) -> None:
    assert mine.ref == theirs.ref
    take_down(
        moderation.open_case(kind="portrait", key=mine.key, category="spam"), measure
    )
    theirs.refresh_from_db()
    assert theirs.withheld == ""
    assert opens(theirs.ref)
    assert opens(theirs.thumb)
    assert list(exports.stored("a.png", theirs.ref, owner=theirs.owner))
    held_back = list(exports.stored("a.png", mine.ref, owner=mine.owner))
    assert bool(held_back) == (measure == Measure.HIDE)


def test_it_is_hidden_once_both_are(mine: Portrait, theirs: Portrait) -> None:
    for portrait in (mine, theirs):
        moderation.open_case(kind="portrait", key=portrait.key, category="spam")
    assert not opens(mine.ref)


def test_another_thing_of_the_same_person_does_not_keep_it_open(
    mine: Portrait, alice: User
) -> None:
    upload(alice, drawings.cast("hob"))
    moderation.open_case(kind="portrait", key=mine.key, category="spam")
    assert not opens(mine.ref)


def test_a_hidden_character_does_not_hide_the_portrait_of_another_person(
    mine: Portrait, theirs: Portrait, alice: User
) -> None:
    character = character_with(alice, mine)
    moderation.open_case(kind="character", key=character.key, category="hate")
    assert opens(theirs.ref)


def test_an_intimate_picture_is_hidden_everywhere(
    mine: Portrait, theirs: Portrait
) -> None:
    request_takedown(
        where=blobs.url(mine.ref), name="A", email="a@example.com", good_faith=True
    )
    for portrait in (mine, theirs):
        portrait.refresh_from_db()
        assert portrait.withheld
    assert not opens(mine.ref)


def test_what_nobody_may_show_is_hidden_at_whoever_has_it(
    mine: Portrait, theirs: Portrait
) -> None:
    case = moderation.open_case(kind="portrait", key=mine.key, category="minors")
    assert opens(mine.ref)
    decide_case(
        case=case,
        moderator=moderator("quillon"),
        measure=Measure.REMOVE,
        rule="1.1",
        reason="It shows a child, and not as one may.",
    )
    assert not opens(theirs.ref)


def test_the_file_of_a_removed_thing_is_kept_as_long_as_another_shows_it(
    mine: Portrait, theirs: Portrait
) -> None:
    take_down(moderation.open_case(kind="portrait", key=mine.key, category="spam"))
    late = timezone.now() + dt.timedelta(days=200)
    keep_house(now=late)
    assert default_storage.exists(blobs.name_of(theirs.ref))
    theirs.delete()
    keep_house(now=late)
    assert not default_storage.exists(blobs.name_of(mine.ref))


def test_equal_words_have_equal_captions_and_sound_and_stay_with_the_other(
    alice: User, bob: User
) -> None:
    spoken = blobs.put(b"spoken", "wav")
    part = replace(SAID.parts[0], sound=Sound(spoken, 24000))
    said = replace(SAID, parts=(part,)).to_json()
    captions = blobs.put(b"WEBVTT", "vtt")
    one, other = (
        ready_clip(
            owner,
            performance=said,
            captions=captions,
            video=blobs.put(owner.username.encode(), "mp4"),
        )
        for owner in (alice, bob)
    )
    moderation.open_case(kind="clip", key=one.key, category="hate")
    assert opens(captions)
    assert opens(spoken)
    assert opens(other.video)
    assert not opens(one.video)
