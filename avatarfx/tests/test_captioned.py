"""Captions in the picture: legible, inside of the frame, as spoken, marked and signed."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np
import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from avatarfx import burning, services, sound
from avatarfx.errors import NotNowError
from avatarfx.models import Clip
from avatarfx.services import captioned as service
from moderation.services import holds
from socialapp.lib import blobs
from socialapp.performance import Caption, Part, Performance
from socialapp.performance.captions import Cue
from socialapp.provenance.credentials import read
from socialapp.provenance.selectors import trust

if TYPE_CHECKING:
    from avatarfx.tests.conftest import Troupe
    from conftest import ClientOf
    from socialapp.accounts.models import User
    from socialapp.characters.models import Character

LINE = "Good evening to the lamp."
SIZES = [(512, 912), (512, 512), (912, 512)]


def said(*texts: str) -> tuple[Caption, ...]:
    return tuple(Caption(i * 0.5, i * 0.5 + 0.5, one) for i, one in enumerate(texts))


@pytest.fixture
def clip(alice: User, hob: Character, troupe: Troupe) -> Clip:
    asked = services.request_clip(owner=alice, character=hob, script=LINE)
    services.render_clip(asked.pk)
    asked.refresh_from_db()
    assert asked.state == Clip.State.READY
    return asked


# The drawing ------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    "text",
    [
        "Hi.",
        "Good evening. You are listening to the last station on the dial.",
        "Żółć gęślą jaźń, señor Ångström",
        "W" * 70,
        "日本語 and 🎭 too",
    ],
)
def test_words_stay_inside_of_the_safe_part_of_every_shape(
    size: tuple[int, int], text: str
) -> None:
    words = said(*text.split())
    cue = Cue(0.0, 9.0, "a", words)
    drawn = burning.overlay(cue, 0, name="A very long name " * 6, size=size)
    height, width = drawn.ink.shape[:2]
    assert drawn.x >= 0
    assert drawn.y >= 0
    assert drawn.x + width <= size[0]
    foot = 0.9 if size[1] > size[0] else 0.93
    assert drawn.y + height <= round(size[1] * foot) + 1
    if "W" not in text:
        assert width <= 0.9 * size[0]


def test_letters_are_as_large_on_a_phone_as_its_own_text() -> None:
    """A frame of 512 fills a phone 390 wide; an x has half of the letters' size."""
    drawn = burning.overlay(Cue(0, 1, "a", said("x")), 5, name="", size=(512, 912))
    lit = (drawn.ink.mean(axis=2) > 200).any(axis=1)
    assert lit.sum() * 390 / 512 >= 11


def test_the_word_that_is_said_is_lit_and_no_other() -> None:
    cue = Cue(0.0, 2.0, "a", said("one", "two", "three"))

    def yellow(word: int) -> np.ndarray:
        ink = burning.overlay(cue, word, name="", size=(512, 912)).ink
        lit = (ink[..., 0] > 200) & (ink[..., 2] < 160)
        return np.flatnonzero(lit.any(axis=0))

    assert yellow(0).max() < yellow(1).min()
    assert yellow(1).max() < yellow(2).min()


def test_names_stand_over_words_where_several_talk() -> None:
    words = said("Who", "goes", "there?")
    two = Performance(3.0, (Part("a", captions=words), Part("b", captions=said("Me"))))
    one = Performance(3.0, (Part("a", captions=words),))
    heights = []
    for performance in (one, two):
        captions = burning.Captions(
            performance, {"a": "Hob", "b": "Wren"}, width=512, height=912
        )
        frame = np.full((912, 512, 3), 255, np.uint8)
        captions.burn(frame, 1.2)
        heights.append(int((frame.mean(axis=2) < 200).any(axis=1).sum()))
        untouched = np.full((912, 512, 3), 255, np.uint8)
        captions.burn(untouched, 2.99)
        assert (untouched == 255).all()
    assert heights[1] > heights[0] + 10


# The film ---------------------------------------------------------------------------


@pytest.mark.django_db
def test_it_is_made_once_with_the_words_the_sound_and_the_record(clip: Clip) -> None:
    services.ask_for_captioned(clip=clip)
    clip.refresh_from_db()
    assert service.is_on_its_way(clip)
    services.burn_captions(clip_id=clip.pk)
    clip.refresh_from_db()
    assert clip.captioned_error == ""
    data = blobs.get(clip.captioned)
    record = read(data, "video/mp4", trust())
    assert record.own
    plain, rate = sound.read(blobs.get(clip.video))
    heard, _ = sound.read(data)
    assert len(heard) / rate == pytest.approx(len(plain) / rate, abs=0.1)
    assert clip.captioned in clip.files
    before = clip.captioned
    services.ask_for_captioned(clip=clip)
    services.burn_captions(clip_id=clip.pk)
    clip.refresh_from_db()
    assert clip.captioned == before


@pytest.mark.django_db
def test_nothing_is_made_of_what_is_not_on_show(clip: Clip) -> None:
    services.ask_for_captioned(clip=clip)
    clip.refresh_from_db()
    holds.withhold(kind="clip", thing=clip, level=holds.HIDDEN, cause="t:1")
    services.burn_captions(clip_id=clip.pk)
    clip.refresh_from_db()
    assert clip.captioned == ""
    assert "not on show" in clip.captioned_error
    with pytest.raises(NotNowError):
        services.ask_for_captioned(clip=clip)


@pytest.mark.django_db
def test_a_film_that_is_gone_says_so_and_may_be_asked_for_again(clip: Clip) -> None:
    film = blobs.get(clip.video)
    blobs.remove(clip.video)
    services.ask_for_captioned(clip=clip)
    services.burn_captions(clip_id=clip.pk)
    clip.refresh_from_db()
    assert "gone" in clip.captioned_error
    blobs.put(film, "mp4")
    services.ask_for_captioned(clip=clip)
    services.burn_captions(clip_id=clip.pk)
    clip.refresh_from_db()
    assert clip.captioned


@pytest.mark.django_db
def test_a_lost_job_is_sent_again(clip: Clip) -> None:
    services.ask_for_captioned(clip=clip)
    assert services.recheck_captioned() == {"captioned": 0}
    Clip.objects.update(captioned_asked=timezone.now() - dt.timedelta(minutes=9))
    assert services.recheck_captioned() == {"captioned": 1}
    assert services.recheck_captioned() == {"captioned": 0}


@pytest.mark.django_db
def test_its_owner_asks_on_the_page_and_over_http_and_nobody_else(
    clip: Clip, alice: User, bob: User, client_of: ClientOf
) -> None:
    page = client_of(alice).get(clip.get_absolute_url()).content.decode()
    assert "Put the captions in the picture" in page
    address = f"/api/v1/clips/{clip.key}/captioned/"
    other = APIClient()
    other.force_authenticate(bob)
    assert other.post(address).status_code == 404
    assert client_of(bob).post(f"/clips/{clip.key}/captioned/").status_code == 404
    mine = APIClient()
    mine.force_authenticate(alice)
    assert mine.post(address).status_code == 202
    page = client_of(alice).get(clip.get_absolute_url()).content.decode()
    assert "being put into the picture" in page
    services.burn_captions(clip_id=clip.pk)
    told = mine.get(f"/api/v1/clips/{clip.key}/").json()
    assert told["captioned"].endswith(".mp4")
    page = client_of(alice).get(clip.get_absolute_url()).content.decode()
    assert "Video with captions" in page
    assert f"{clip.key}.vtt" in page
