"""A voice of one's own: heard, kept for its owner alone, spoken with, taken back."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from avatarfx import decoding, decoding_child, services
from avatarfx.decoding import SoundError
from avatarfx.errors import NotNowError
from avatarfx.models import Clip, Recording, Render
from avatarfx.recorded import consent
from avatarfx.recorded.errors import RecordingError
from avatarfx.recorded.kept import speech_of
from avatarfx.services import recordings
from avatarfx.services.audio import NOTICE_RECORDED, make_audio
from avatarfx.tests.conftest import make_character
from avatarfx.tests.engines import EvenAligner
from avatarfx.tests.spoken import RATE, encoded, hum
from moderation.screening.refusals import TextRefusedError
from socialapp.accounts.services import close_account
from socialapp.acting.script import ScriptError
from socialapp.engines.errors import EngineError
from socialapp.engines.handler import aligners
from socialapp.lib import blobs, withheld
from socialapp.provenance.credentials import read
from socialapp.provenance.selectors import trust

if TYPE_CHECKING:
    from pytest_django import DjangoCaptureOnCommitCallbacks
    from pytest_django.fixtures import Settings

    from avatarfx.tests.conftest import Troupe
    from conftest import ClientOf
    from socialapp.accounts.models import User
    from socialapp.characters.models import Character

LINE = "Good evening to the lamp."
URL = "/api/v1/recordings/"
pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture(autouse=True)
def ears(monkeypatch: pytest.MonkeyPatch) -> EvenAligner:
    """Hears every script in every sound, unless the test says otherwise."""
    aligner = EvenAligner()
    monkeypatch.setattr(decoding, "samples_of", _read_here)
    monkeypatch.setitem(aligners._built, "default", aligner)
    return aligner


def _read_here(data: bytes, *, max_bytes: int, seconds: int, way: str) -> Any:
    """As `decoding.samples_of`, without a process for each of these many sounds."""
    assert len(data) <= max_bytes
    try:
        found = decoding_child.read(data, rate=RATE * 2, seconds=seconds, way=way)
    except decoding_child.RefusedError as error:
        raise SoundError(str(error)) from None
    return found.T


def sent(owner: User, data: bytes = b"", script: str = LINE) -> Recording:
    return recordings.add_recording(
        owner=owner, data=data or encoded(hum()), script=script, agreed=True
    )


def clip_of(owner: User, hob: Character, recording: Recording, **more: Any) -> Clip:
    return services.request_clip(
        owner=owner,
        character=hob,
        **({"script": LINE} | more),
        recording=recording,
    )


def rendered(clip: Clip) -> Clip:
    services.render_clip(clip.pk)
    clip.refresh_from_db()
    return clip


# Taken in -----------------------------------------------------------------------------


def test_a_recording_is_kept_with_its_words_and_what_was_agreed_to(alice: User) -> None:
    kept = sent(alice)
    assert [word[2] for word in kept.words] == LINE.split()
    assert kept.seconds == pytest.approx(2.0, abs=0.05)
    assert kept.wording == consent.CURRENT
    assert timezone.now() - kept.declared < dt.timedelta(minutes=1)
    speech = speech_of(kept)
    assert speech.rate == RATE
    assert [caption.text for caption in speech.captions] == LINE.split()
    assert speech.engine == "recording, even 1"


def test_nothing_that_the_file_tells_beside_the_sound_is_kept(alice: User) -> None:
    kept = sent(alice, encoded(hum(), "flac", "flac", title="Kitchen of Alice"))
    assert b"Kitchen" not in blobs.get(kept.ref)


@pytest.mark.parametrize(
    ("container", "codec"),
    [("webm", "libopus"), ("mp4", "aac"), ("adts", "aac"), ("caf", "pcm_s16le")],
)
def test_what_phones_and_browsers_record_is_read(
    alice: User, monkeypatch: pytest.MonkeyPatch, container: str, codec: str
) -> None:
    monkeypatch.undo()
    monkeypatch.setitem(aligners._built, "default", EvenAligner())
    kept = sent(alice, encoded(hum(), container, codec))
    assert kept.seconds == pytest.approx(2.0, abs=0.2)


def test_without_consent_nothing_is_kept(alice: User) -> None:
    with pytest.raises(RecordingError, match="whose voice"):
        recordings.add_recording(
            owner=alice, data=encoded(hum()), script=LINE, agreed=False
        )
    assert not Recording.objects.exists()


def test_the_same_file_twice_is_one_recording(alice: User, bob: User) -> None:
    data = encoded(hum())
    first, second = sent(alice, data), sent(alice, data)
    assert first.pk == second.pk
    other = sent(bob, data)
    assert other.ref != first.ref


def test_quiet_speech_is_brought_to_the_loudness_of_the_voices(alice: User) -> None:
    loud, soft = sent(alice), sent(alice, encoded(hum(level=0.05)))
    power = [
        np.square(np.frombuffer(speech_of(one).samples, "<i2") / 32768.0).mean()
        for one in (loud, soft)
    ]
    assert power[1] == pytest.approx(power[0], rel=0.1)


def test_what_cannot_be_a_voice_is_refused_with_the_way_out(alice: User) -> None:
    clipped = np.clip(hum(level=3.0), -0.9, 0.9)
    for samples, code, words in (
        (np.zeros(2 * RATE), "silent", "microphone is on"),
        (hum(level=0.004), "quiet", "closer"),
        (clipped, "clipped", "Move back"),
        (hum(0.2), "short", "Read all of it"),
    ):
        with pytest.raises(RecordingError, match=words) as refused:
            sent(alice, encoded(samples))
        assert refused.value.code == code
    with pytest.raises(SoundError, match="not a sound"):
        sent(alice, b"no sound")
    with pytest.raises(SoundError, match="longer than 60 seconds"):
        sent(alice, encoded(hum(61.0)))
    assert not Recording.objects.exists()


def test_words_that_are_not_heard_are_named(alice: User, ears: EvenAligner) -> None:
    ears.lost = (2, 3)
    with pytest.raises(RecordingError, match="“to the”") as refused:
        sent(alice)
    assert (refused.value.code, refused.value.words) == ("missing", (2, 3))


def test_another_text_is_refused(alice: User, ears: EvenAligner) -> None:
    ears.lost = tuple(range(5))
    with pytest.raises(RecordingError, match="do not hear this script") as refused:
        sent(alice)
    assert refused.value.code == "other_text"


def test_a_chipmunk_is_refused(alice: User, ears: EvenAligner) -> None:
    ears.pace = 14
    with pytest.raises(RecordingError, match="pace of talking"):
        sent(alice)


def test_doubtful_words_are_marked(alice: User, ears: EvenAligner) -> None:
    ears.unclear = (1,)
    told = recordings.told(sent(alice))
    assert [word["doubtful"] for word in told["words"]] == [
        False, True, False, False, False,
    ]  # fmt: skip


def test_what_may_not_be_written_may_not_be_read_aloud(alice: User) -> None:
    with pytest.raises(TextRefusedError):
        sent(alice, script="I will kill you tomorrow at your house, Bob Smith.")
    with pytest.raises(ScriptError):
        sent(alice, script="   ")


def test_a_copy_that_cannot_listen_says_so(alice: User, ears: EvenAligner) -> None:
    ears.missing = "Not installed: pocketsphinx."
    with pytest.raises(EngineError, match="cannot be listened to"):
        sent(alice)


def test_no_more_are_taken_than_fit(alice: User, settings: Settings) -> None:
    settings.RECORDINGS_PER_PERSON = 1
    sent(alice)
    with pytest.raises(RecordingError, match="no more fit"):
        sent(alice, encoded(hum(3.0)))


def test_the_sound_opens_for_its_owner_and_for_moderators_alone(
    alice: User, bob: User, client_of: ClientOf
) -> None:
    kept = sent(alice)
    file = "/media/" + blobs.name_of(kept.ref)
    assert client_of(alice).get(file).status_code == 200
    assert client_of(bob).get(file).status_code == 404
    page = f"/studio/recordings/{kept.key}/sound/"
    assert client_of(alice).get(page).content == blobs.get(kept.ref)
    assert client_of(bob).get(page).status_code == 404


# Spoken with --------------------------------------------------------------------------


def test_a_clip_speaks_with_it(alice: User, hob: Character, troupe: Troupe) -> None:
    clip = rendered(clip_of(alice, hob, sent(alice)))
    assert (clip.state, clip.error) == (Clip.State.READY, "")
    assert clip.voice_engine == "recording"
    assert troupe.voice.spoken == []
    performance = clip.as_performance()
    assert performance is not None
    assert performance.made_by.voice == "recording, even 1"
    assert performance.parts[0].sound is not None
    assert [word.text for word in performance.parts[0].captions] == LINE.split()
    entry = next(e for e in Render.objects.get().trace if e["name"] == "voice")
    assert entry["engine"] == "recording"


def test_the_record_says_that_the_voice_is_a_person(
    alice: User, hob: Character, troupe: Troupe
) -> None:
    clip = rendered(clip_of(alice, hob, sent(alice)))
    film = read(blobs.get(clip.video), "video/mp4", trust())
    assert film.own
    assert film.entries[0].actions == ("c2pa.created", "c2pa.placed")
    assert b"This voice is not synthetic" in blobs.get(clip.video)
    assert film.entries[0].source.endswith("compositeWithTrainedAlgorithmicMedia")


def test_a_script_with_tags_moves_the_face_and_keeps_the_sound(
    alice: User, hob: Character, troupe: Troupe
) -> None:
    kept = sent(alice)
    clip = rendered(
        clip_of(alice, hob, kept, script="[whispers] Good evening [pause] to the lamp.")
    )
    assert clip.state == Clip.State.READY
    assert clip.seconds == pytest.approx(kept.seconds + 0.85, abs=0.05)


def test_what_does_not_fit_the_recording_is_refused(
    alice: User, bob: User, hob: Character
) -> None:
    kept = sent(alice)
    with pytest.raises(NotNowError, match="script was changed"):
        clip_of(alice, hob, kept, script="Good night to the lamp.")
    with pytest.raises(NotNowError, match="recording is gone"):
        clip_of(bob, make_character(bob), kept)
    with pytest.raises(NotNowError, match="one voice"):
        clip_of(
            alice,
            hob,
            kept,
            script=f"Hob: {LINE}\nPip: {LINE}",
            cast={"a": hob, "b": make_character(alice, "Pip")},
        )


def test_a_new_take_keeps_it_and_a_remix_does_not(
    alice: User, hob: Character, troupe: Troupe
) -> None:
    clip = rendered(clip_of(alice, hob, sent(alice)))
    pip = make_character(alice, "Pip")
    again = services.remake(owner=alice, of=clip, kind="revoice", character=pip)
    assert again.as_recipe().recording == ""
    Clip.objects.filter(pk=clip.pk).update(rung="simple")
    take = services.render_again(clip=clip)
    assert take.as_recipe().recording == clip.as_recipe().recording != ""


def test_a_clip_whose_recording_was_changed_is_not_made(
    alice: User, hob: Character, troupe: Troupe
) -> None:
    kept = sent(alice)
    clip = clip_of(alice, hob, kept)
    Recording.objects.update(ref=blobs.put(encoded(hum(1.0), "flac", "flac"), "flac"))
    Recording.objects.update(ref="sha256:" + "0" * 64 + ".flac")
    assert "missing from the storage" in rendered(clip).error


def test_sound_alone_says_that_it_is_a_person(
    alice: User, hob: Character, troupe: Troupe, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = rendered(clip_of(alice, hob, sent(alice)))
    monkeypatch.setattr(
        "avatarfx.services.audio.speakers", lambda: [("kokoro", troupe.voice)]
    )
    assert NOTICE_RECORDED.encode() in blobs.get(make_audio(clip=clip))


# Gone again ---------------------------------------------------------------------------


def test_taking_it_back_hides_its_clips_and_erases_the_sound(
    alice: User,
    hob: Character,
    troupe: Troupe,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    kept = sent(alice)
    ref = kept.ref
    clip = rendered(clip_of(alice, hob, kept))
    with django_capture_on_commit_callbacks(execute=True):
        assert recordings.take_back(recording=kept) == 1
    clip.refresh_from_db()
    kept.refresh_from_db()
    assert (clip.state, clip.error) == (Clip.State.BLOCKED, recordings.TAKEN_BACK)
    assert (kept.ref, kept.script, kept.words) == ("", "", [])
    assert kept.revoked is not None
    with pytest.raises(FileNotFoundError):
        blobs.get(ref)
    assert not Recording.objects.of(alice).exists()


def test_one_that_nobody_used_goes_without_a_trace(
    alice: User,
    settings: Settings,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        recordings.take_back(recording=sent(alice))
    assert not Recording.objects.exists()
    sent(alice)
    old = timezone.now() - dt.timedelta(days=settings.RECORDING_DAYS + 1)
    assert recordings.sweep() == {"recordings": 0}
    Recording.objects.update(created=old)
    assert recordings.sweep() == {"recordings": 1}
    assert not Recording.objects.exists()


def test_it_goes_with_its_last_clip(
    alice: User,
    hob: Character,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    kept = sent(alice)
    first, second = clip_of(alice, hob, kept), clip_of(alice, hob, kept, shape="1:1")
    with django_capture_on_commit_callbacks(execute=True):
        services.remove_clip(clip=first)
        assert Recording.objects.exists()
        services.remove_clip(clip=second)
    assert not Recording.objects.exists()
    with pytest.raises(FileNotFoundError):
        blobs.get(kept.ref)
    assert not withheld.is_removed(blobs.name_of(kept.ref))


def test_it_goes_with_the_account(
    alice: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    kept = sent(alice)
    with django_capture_on_commit_callbacks(execute=True):
        close_account(user=alice)
    assert not Recording.objects.exists()
    with pytest.raises(FileNotFoundError):
        blobs.get(kept.ref)


# Over HTTP ----------------------------------------------------------------------------


def upload(data: bytes = b"") -> SimpleUploadedFile:
    return SimpleUploadedFile("me.wav", data or encoded(hum()), "audio/wav")


def test_the_api_takes_a_recording_and_makes_a_clip_with_it(
    alice: User, hob: Character, client_of: ClientOf
) -> None:
    client = client_of(alice)
    listed = client.get(URL).json()
    assert listed["declaration"] == consent.DECLARATION
    made = client.post(URL, {"recording": upload(), "script": LINE, "consent": "true"})
    assert made.status_code == 201
    told = made.json()
    assert [word["text"] for word in told["words"]] == LINE.split()
    assert client.get(told["sound"]).headers["Content-Type"] == "audio/flac"
    asked = client.post(
        "/api/v1/clips/",
        json.dumps({"character": hob.key, "script": LINE, "recording": told["key"]}),
        content_type="application/json",
    )
    assert asked.status_code == 202
    assert asked.json()["recorded"] is True
    assert client.delete(f"{URL}{told['key']}/").status_code == 204
    assert client.get(f"{URL}{told['key']}/").status_code == 404


def test_the_api_names_the_rule(
    alice: User, hob: Character, client_of: ClientOf, ears: EvenAligner
) -> None:
    client = client_of(alice)
    answer = client.post(URL, {"recording": upload(), "script": LINE})
    assert (answer.status_code, answer.json()["type"]) == (
        400,
        "urn:troupe:recording-consent",
    )
    ears.lost = (4,)
    fields = {"recording": upload(), "script": LINE, "consent": "true"}
    answer = client.post(URL, fields)
    assert answer.json()["type"] == "urn:troupe:recording-missing"
    assert "“lamp.”" in answer.json()["detail"]
    answer = client.post(URL, fields | {"recording": upload(b"nothing")})
    assert answer.json()["type"] == "urn:troupe:recording-unreadable"


def test_a_recording_of_somebody_else_does_not_exist(
    alice: User, bob: User, client_of: ClientOf
) -> None:
    kept = sent(alice)
    client = client_of(bob)
    for address in (f"{URL}{kept.key}/", f"{URL}{kept.key}/sound/"):
        assert client.get(address).status_code == 404
    assert client.delete(f"{URL}{kept.key}/").status_code == 404
    assert client.post(f"/studio/recordings/{kept.key}/remove/").status_code == 404
    answer = client.post(
        "/api/v1/clips/",
        json.dumps(
            {
                "character": make_character(bob).key,
                "script": LINE,
                "recording": kept.key,
            }
        ),
        content_type="application/json",
    )
    assert answer.status_code == 400


def test_the_studio_takes_a_recording_and_renders_with_it(
    alice: User, hob: Character, client_of: ClientOf
) -> None:
    client = client_of(alice)
    page = client.get("/studio/")
    assert page.headers["Permissions-Policy"] == "microphone=(self)"
    assert client.get("/clips/").headers["Permissions-Policy"] == "microphone=()"
    assert consent.DECLARATION in page.content.decode().replace("&#x27;", "'")
    told = client.post(
        "/studio/recordings/",
        {"recording": upload(), "script": LINE, "consent": "1"},
    ).json()
    form = {
        "character": hob.key,
        "script": LINE,
        "shape": "9:16",
        "recording": told["key"],
    }
    made = client.post("/studio/", form, headers={"accept": "application/json"})
    assert made.status_code == 201
    clip = Clip.objects.get()
    assert clip.as_recipe().recording == told["key"]
    assert told["key"] in client.get(f"/studio/?again={clip.key}").content.decode()
    kept = client.get(f"/studio/?recording={told['key']}").content.decode()
    assert told["remove"] in kept
    assert LINE in kept
    gone = client.post(told["remove"]).json()
    assert gone == {"clips": 1}
    refused = client.post("/studio/", form, headers={"accept": "application/json"})
    assert (refused.status_code, refused.json()["field"]) == (409, "recording")


def test_the_studio_says_which_words_are_missing(
    alice: User, client_of: ClientOf, ears: EvenAligner
) -> None:
    ears.lost = (0,)
    answer = client_of(alice).post(
        "/studio/recordings/",
        {"recording": upload(), "script": LINE, "consent": "1"},
    )
    assert answer.status_code == 400
    assert answer.json()["words"] == [0]
    assert "“Good”" in answer.json()["detail"]
    empty = client_of(alice).post("/studio/recordings/", {"script": LINE})
    assert "Record something first" in empty.json()["detail"]
