"""The starter cast and its first posts."""

from __future__ import annotations

import io
import sys
import wave
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import pytest
from django.core.management import CommandError, call_command

from avatarfx import services, sound
from avatarfx.models import Clip
from avatarfx.services import starters
from feed.models import Post
from socialapp.accounts.models import Ticket
from socialapp.characters import starters as cast
from socialapp.characters.models import Character, Portrait
from socialapp.content import library
from socialapp.content.library import StarterPost
from socialapp.lib import blobs
from socialapp.performance import Part, Performance, Sound
from socialapp.provenance.credentials import read
from socialapp.provenance.models import Mark
from socialapp.provenance.selectors import fingerprint_of, trust, watermark_keys
from socialapp.provenance.tests import films
from socialapp.provenance.watermark import detect
from socialapp.provenance.watermark.reading import stretches

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django import DjangoCaptureOnCommitCallbacks

    from socialapp.accounts.models import User

pytestmark = pytest.mark.django_db

POST = StarterPost(
    id="hob-test",
    character="hob",
    title="Test review",
    script="[deadpan] Today's weather: a test. Five stars.",
    caption="Punctual. #weather #test",
    shape="9:16",
    background="lighthouse",
    seed=5,
)


_draw_once = cache(cast._draw)


@pytest.fixture(autouse=True)
def two_players(monkeypatch: pytest.MonkeyPatch) -> None:
    """Drawing all eight takes ten seconds, so two are drawn, and once."""
    monkeypatch.setattr(library, "cast_ids", lambda: ("hob", "mezzanine"))
    monkeypatch.setattr(cast, "_draw", _draw_once)


def _wav(seconds: float) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(24000)
        out.writeframes(b"\x10\x20\xf0\xdf" * round(seconds * 12000))
    return file.getvalue()


def _ready_clip(character: Character) -> Clip:
    speech = blobs.put(_wav(0.5), "wav")
    performance = Performance(0.5, (Part("a", sound=Sound(speech, 24000)),))
    return Clip.objects.create(
        owner=cast.house(),
        character=character,
        script=POST.script,
        recipe={},
        performance=performance.to_json(),
        state=Clip.State.READY,
        rung=Clip.Rung.FULL,
        voice_engine="kokoro",
        seconds=0.5,
        width=512,
        height=912,
        video=blobs.put(films.film(films.frames(12)), "mp4"),
        poster=blobs.put(films.picture("WEBP"), "webp"),
        captions=blobs.put(b"WEBVTT\n", "vtt"),
    )


def test_the_cast_is_made_once_and_stays() -> None:
    first = cast.seed_cast()
    second = cast.seed_cast()
    assert {n: c.pk for n, c in first.items()} == {n: c.pk for n, c in second.items()}
    assert Portrait.objects.count() == Character.objects.count() == 2
    hob = Character.objects.get(pk=first["hob"].pk)
    assert hob.starter
    assert hob.visibility == Character.Visibility.PUBLIC
    assert hob.voice == "bm_george"
    assert hob.card["fallbacks"]
    portrait = hob.portrait
    assert portrait is not None
    rig = portrait.as_rig()
    assert rig.style == "layers"
    assert all(blobs.get(layer.ref) for layer in rig.layers)
    assert blobs.get(portrait.ref)
    assert blobs.get(portrait.thumb)


def test_anyone_may_use_the_cast_and_nobody_may_be_the_house(alice: User) -> None:
    cast.seed_cast()
    assert Character.objects.usable_by(alice).count() == 2
    assert not cast.house().has_usable_password()
    assert not cast.house().is_staff


def test_a_changed_cast_file_and_a_new_drawing_are_taken_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = cast.seed_cast()
    read, draw = library.cast_member, library.drawing
    monkeypatch.setattr(
        library, "cast_member", lambda name: {**read(name), "tagline": f"New {name}."}
    )
    monkeypatch.setattr(
        library,
        "drawing",
        lambda name: (draw(name)[0] + ("\n" if name == "hob" else ""), draw(name)[1]),
    )
    after = cast.seed_cast()
    assert after["hob"].pk == before["hob"].pk
    assert after["hob"].tagline == "New hob."
    assert after["hob"].portrait_id != before["hob"].portrait_id
    assert after["mezzanine"].portrait_id == before["mezzanine"].portrait_id
    old = before["hob"].portrait
    assert old is not None
    assert Portrait.objects.filter(pk=old.pk).exists()


def test_a_post_that_ships_is_published_with_its_files(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    hob = cast.seed_cast()["hob"]
    monkeypatch.setattr(library, "POSTS", tmp_path)
    # What follows is as long as no worker is free.
    monkeypatch.setattr(starters, "ask_to_renew", lambda **_: False)
    starters.export_post(clip=_ready_clip(hob), folder=POST.folder)
    Clip.objects.all().delete()
    assert starters.shipped(POST.folder)

    with django_capture_on_commit_callbacks(execute=True):
        done = starters.seed_post(post=POST, owner=cast.house(), character=hob)
    assert done == "shipped"
    clip = Clip.objects.get()
    assert clip.state == Clip.State.READY
    assert (clip.seconds, clip.width, clip.rung) == (0.5, 512, "full")
    film = blobs.get(clip.video)
    record = read(film, "video/mp4", trust())
    assert record.own
    assert record.entries[0].title == f"{clip.key}.mp4"
    assert read(blobs.get(clip.poster), "image/webp", trust()).own
    assert clip.size == len(film)
    fingerprint = fingerprint_of(f"clip:{clip.key}")
    assert fingerprint is not None
    assert len(bytes(fingerprint.pictures)) == 32
    performance = clip.as_performance()
    assert performance is not None
    said = performance.part("a").sound
    assert said is not None
    samples, rate = sound.read(blobs.get(said.ref))
    assert (len(samples), rate) == (12000, 24000)
    assert clip.as_recipe().cast[0].character == hob.key
    post = Post.objects.get(clip=clip)
    assert {tag.name for tag in post.tags.all()} == {"weather", "test"}
    assert not Ticket.objects.exists(), "the house pays nothing"


def test_a_post_that_cannot_be_signed_is_asked_for_like_any_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hob = cast.seed_cast()["hob"]
    monkeypatch.setattr(library, "POSTS", tmp_path)
    starters.export_post(clip=_ready_clip(hob), folder=POST.folder)
    Clip.objects.all().delete()
    monkeypatch.setitem(sys.modules, "c2pa", None)
    assert starters.seed_post(post=POST, owner=cast.house(), character=hob) == "queued"
    clip = Clip.objects.get()
    assert (clip.state, clip.video) == (Clip.State.QUEUED, "")


def test_a_post_is_not_seeded_twice_even_if_it_was_taken_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hob = cast.seed_cast()["hob"]
    monkeypatch.setattr(library, "POSTS", tmp_path)
    starters.export_post(clip=_ready_clip(hob), folder=POST.folder)
    Clip.objects.all().delete()
    starters.seed_post(post=POST, owner=cast.house(), character=hob)
    assert starters.seed_post(post=POST, owner=cast.house(), character=hob) == "present"
    assert Clip.objects.count() == 1


def test_a_post_without_files_is_put_in_line_without_a_ticket(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hob = cast.seed_cast()["hob"]
    monkeypatch.setattr(library, "POSTS", tmp_path)
    assert starters.seed_post(post=POST, owner=cast.house(), character=hob) == "queued"
    clip = Clip.objects.get()
    assert clip.state == Clip.State.QUEUED
    assert clip.publish
    assert not Ticket.objects.exists()
    assert starters.seed_post(post=POST, owner=cast.house(), character=hob) == "present"


def test_half_a_folder_does_not_count_as_shipped(tmp_path: Path) -> None:
    (tmp_path / "clip.mp4").write_bytes(b"film")
    assert not starters.shipped(tmp_path)


def test_only_a_ready_clip_that_speaks_can_be_shipped(tmp_path: Path) -> None:
    clip = _ready_clip(cast.seed_cast()["hob"])
    clip.state = Clip.State.FAILED
    with pytest.raises(ValueError, match="not ready"):
        starters.export_post(clip=clip, folder=tmp_path)
    clip.state = Clip.State.READY
    clip.performance = Performance(0.5, (Part("a"),)).to_json()
    with pytest.raises(ValueError, match="silent"):
        starters.export_post(clip=clip, folder=tmp_path)


def test_the_command_seeds_cast_and_posts_and_says_so(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    posts = (POST, replace(POST, id="hob-other"))
    monkeypatch.setattr(library, "POSTS", tmp_path)
    monkeypatch.setattr(library, "starter_posts", lambda: posts)
    call_command("seed")
    assert "2 characters" in (said := capsys.readouterr().out)
    assert "2 queued" in said
    call_command("seed")
    assert "2 present" in capsys.readouterr().out
    with pytest.raises(CommandError, match="nonsense"):
        call_command("seed", "--render-starters", "nonsense")


def test_a_film_that_came_as_a_file_is_filmed_again_with_our_own_mark(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    hob = cast.seed_cast()["hob"]
    monkeypatch.setattr(library, "POSTS", tmp_path)
    starters.export_post(clip=_ready_clip(hob), folder=POST.folder)
    Clip.objects.all().delete()
    # The job runs inline, as soon as the row is committed.
    with django_capture_on_commit_callbacks(execute=True):
        starters.seed_post(post=POST, owner=cast.house(), character=hob)
    clip = Clip.objects.get()
    mark = Mark.objects.get(subject=f"clip:{clip.key}")
    assert mark.psnr is not None
    file = tmp_path / "clip.mp4"
    file.write_bytes(blobs.get(clip.video))
    found = detect(next(stretches(file)), watermark_keys())
    assert found is not None
    assert found.payload == mark.payload
    assert read(blobs.get(clip.video), "video/mp4", trust()).own
    assert Post.objects.filter(clip=clip).count() == 1
    assert not services.ask_to_renew(clip=clip)
    assert not services.renew_clip(clip_id=clip.pk)
