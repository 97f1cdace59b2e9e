"""Sound without a picture says that it is synthetic before it says anything else."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import av
import numpy as np
import pytest
from django.core.cache import cache
from rest_framework.test import APIClient

from avatarfx import encode, services, sound
from avatarfx.models import Clip
from avatarfx.services import audio as service
from avatarfx.services import previews
from avatarfx.tests.engines import PlainDirector
from avatarfx.tracks import Track
from feed import services as feed
from moderation import services as moderation
from moderation import subjects
from socialapp.engines.errors import EngineError
from socialapp.engines.protocols import VoiceSpec
from socialapp.lib import blobs
from socialapp.provenance.credentials import read
from socialapp.provenance.selectors import trust
from socialapp.provenance.verifier.check import check

if TYPE_CHECKING:
    from pathlib import Path

    from avatarfx.tests.conftest import Troupe
    from conftest import ClientOf
    from feed.models import Post
    from socialapp.accounts.models import User
    from socialapp.characters.models import Character

LINE = "Good evening to the lamp."
M4A = "audio/mp4"


@pytest.fixture(autouse=True)
def ladder(troupe: Troupe, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those who speak previews and notices are the test's own."""
    cache.clear()
    speakers = [("kokoro", troupe.voice), ("hibari", troupe.spare)]
    monkeypatch.setattr(previews, "speakers", lambda: list(speakers))
    monkeypatch.setattr(service, "speakers", lambda: list(speakers))
    monkeypatch.setattr(previews, "directors", {"default": PlainDirector()})


@pytest.fixture
def clip(alice: User, hob: Character) -> Clip:
    asked = services.request_clip(owner=alice, character=hob, script=LINE)
    services.render_clip(asked.pk)
    asked.refresh_from_db()
    assert asked.state == Clip.State.READY
    return asked


@pytest.fixture
def post(clip: Clip, alice: User) -> Post:
    return feed.publish_post(clip=clip, author=alice, caption="")


def test_the_sound_of_a_clip_begins_with_the_notice_and_says_so(
    clip: Clip, troupe: Troupe
) -> None:
    ref = services.make_audio(clip=clip)
    data = blobs.get(ref)
    samples, rate = sound.read(data)
    led, own = sound.read(service.notice(engine=clip.voice_engine))
    said, _ = sound.read(blobs.get(clip.video))
    expected = len(led) / own + 0.4 + len(said) / rate
    assert len(samples) / rate == pytest.approx(expected, abs=0.1)
    # The pause is where the notice ends.
    end = round(len(led) / own * rate)
    assert np.abs(samples[: end - 2000]).max() > 0.1
    assert np.abs(samples[end + 1500 : end + round(0.25 * rate)]).max() < 0.02
    with av.open(io.BytesIO(data)) as file:
        assert not file.streams.video
        assert file.streams.audio[0].codec_context.name == "aac"
        assert file.metadata["comment"] == service.NOTICE
    assert troupe.voice.spoken.count(service.NOTICE) == 1


def test_its_record_names_the_film_it_was_taken_from(clip: Clip) -> None:
    record = read(blobs.get(services.make_audio(clip=clip)), M4A, trust())
    assert record.own
    assert [entry.title for entry in record.entries] == [
        f"{clip.key}.m4a",
        f"{clip.key}.mp4",
    ]
    assert record.entries[0].source == "trainedAlgorithmicMedia"
    assert b"DigitalSourceType" in blobs.get(clip.audio)


def test_the_verifier_knows_the_sound_and_its_clip(clip: Clip, post: Post) -> None:
    answer = check(blobs.get(services.make_audio(clip=clip)))
    assert answer.verdict.made_here == "yes"
    assert answer.verdict.subject == f"clip:{clip.key}"
    assert answer.public is not None
    assert answer.chain == ()
    assert answer.verdict.layers[1].words == "It is in pictures, not in sound"


def test_a_changed_sound_is_not_ours_by_its_record(clip: Clip) -> None:
    data = blobs.get(services.make_audio(clip=clip))
    answer = check(data.replace(b"synthetic", b"authentic"))
    assert answer.verdict.layers[0].state == "broken"
    assert answer.verdict.made_here != "yes"


def test_it_is_made_once_and_the_notice_once_for_each_engine(
    clip: Clip, troupe: Troupe
) -> None:
    first = services.make_audio(clip=clip)
    assert services.make_audio(clip=Clip.objects.get(pk=clip.pk)) == first
    service.notice(engine="kokoro")
    service.notice(engine="hibari")
    service.notice(engine="hibari")
    assert troupe.voice.spoken.count(service.NOTICE) == 1
    assert troupe.spare.spoken == [service.NOTICE]


def test_a_kept_notice_whose_file_is_gone_is_spoken_again(troupe: Troupe) -> None:
    said = service.notice(engine="kokoro")
    blobs.remove(blobs.ref_of(said, "wav"))
    assert service.notice(engine="kokoro") == said
    assert troupe.voice.spoken == [service.NOTICE] * 2


def test_without_a_voice_for_the_notice_there_is_no_sound(
    clip: Clip, troupe: Troupe
) -> None:
    cache.clear()
    troupe.voice.error = EngineError("Broken.")
    troupe.spare.silent = True
    with pytest.raises(EngineError, match="the notice"):
        services.make_audio(clip=clip)
    clip.refresh_from_db()
    assert clip.audio == ""


@pytest.mark.parametrize("gone", ["file", "name"])
def test_without_its_film_a_clip_has_no_sound(clip: Clip, gone: str) -> None:
    if gone == "file":
        blobs.remove(clip.video)
    else:
        Clip.objects.update(video="")
        clip.refresh_from_db()
    with pytest.raises(services.NotNowError, match="is gone"):
        services.make_audio(clip=clip)


def test_a_silent_clip_has_no_sound(
    alice: User, hob: Character, troupe: Troupe
) -> None:
    troupe.voice.missing = troupe.spare.missing = "Not here."
    asked = services.request_clip(owner=alice, character=hob, script=LINE)
    services.render_clip(asked.pk)
    asked.refresh_from_db()
    assert asked.rung == "captions"
    with pytest.raises(services.NotNowError, match="Nobody speaks"):
        services.make_audio(clip=asked)


def test_a_new_film_has_a_new_sound(clip: Clip) -> None:
    old = services.make_audio(clip=clip)
    Clip.objects.update(audio="", video=blobs.put(blobs.get(clip.video) + b"0", "mp4"))
    clip.audio = ""
    with pytest.raises(services.NotNowError, match="filmed anew"):
        services.make_audio(clip=clip)
    assert old.endswith(".m4a")


def test_a_hidden_posts_sound_is_neither_made_nor_given_out(
    post: Post, client_of: ClientOf, alice: User
) -> None:
    case = moderation.open_case(kind="post", key=post.key, category="hate", hold=False)
    moderation.decide_case(
        case=case, moderator=None, measure="hide", rule="4.1", reason="It attacks."
    )
    answer = client_of(alice).get(f"/p/{post.key}/audio/", follow=True)
    assert "not on show" in answer.content.decode()
    assert Clip.objects.get().audio == ""


def test_sound_that_was_made_is_withheld_with_its_clip(
    post: Post, client_of: ClientOf, bob: User
) -> None:
    ref = feed.audio_of(post=post)
    stranger = client_of(bob)
    assert stranger.get(f"/media/{blobs.name_of(ref)}").status_code == 200
    case = moderation.open_case(kind="post", key=post.key, category="hate", hold=False)
    moderation.decide_case(
        case=case, moderator=None, measure="hide", rule="4.1", reason="It attacks."
    )
    assert stranger.get(f"/media/{blobs.name_of(ref)}").status_code == 404
    assert stranger.get(f"/p/{post.key}/audio/").status_code == 404


def test_sound_that_was_made_meanwhile_is_withheld_too(clip: Clip) -> None:
    """The one who hides has read the row before it was made."""
    read_before = Clip.objects.get(pk=clip.pk)
    ref = services.make_audio(clip=clip)
    assert blobs.name_of(ref) in subjects.get("clip").media(read_before)


def test_the_page_and_the_api_lead_to_the_same_file(
    post: Post, client_of: ClientOf, bob: User
) -> None:
    page = client_of(bob).get(f"/p/{post.key}/audio/")
    url = blobs.url(Clip.objects.get().audio)
    assert (page.status_code, page["Location"]) == (302, url)
    told = APIClient().get(f"/api/v1/posts/{post.key}/audio/").json()
    assert told == {"ai_generated": True, "notice": service.NOTICE, "url": url}
    shown = client_of(bob).get(f"/p/{post.key}/").content.decode()
    assert f'href="/p/{post.key}/audio/"' in shown


def test_a_voice_sample_begins_with_the_notice(alice: User, troupe: Troupe) -> None:
    api = APIClient()
    api.force_authenticate(alice)
    answer = api.post("/api/v1/voices/preview/", {"text": "Hello."})
    assert (answer.status_code, answer["Content-Type"]) == (200, "audio/wav")
    samples, rate = sound.read(answer.content)
    notice, own = sound.read(service.notice(engine="kokoro"))
    assert len(samples) / rate > len(notice) / own + 0.4
    assert set(troupe.voice.spoken) == {"Hello.", service.NOTICE}


def test_a_sample_in_a_voice_says_what_its_words_are_refused_for(alice: User) -> None:
    with pytest.raises(services.ScriptError):
        services.voice_sample(text="🙂", spec=VoiceSpec())


def test_an_encoder_that_cannot_write_says_so(tmp_path: Path) -> None:
    track = Track(np.zeros(2048, np.float32), 24000)
    with pytest.raises(EngineError, match="gave up"):
        encode.write_sound(
            tmp_path / "nowhere" / "audio.m4a",
            track=track,
            options=encode.Options(),
            comment="",
        )
