"""Copies of what is here are found, by file, watermark, look, sound and relation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from avatarfx.tests.looks import character_with, film_of, upload
from feed.tests.rows import ready_clip
from moderation.lookalikes import Copy, copies_of
from moderation.pictures import profiles
from socialapp.accounts.services import remove_picture, set_picture
from socialapp.characters import prints
from socialapp.characters.models import Portrait
from socialapp.characters.services import remove_portrait
from socialapp.provenance.models import Fingerprint
from socialapp.provenance.selectors import watermark_keys
from socialapp.provenance.services import issue_mark
from socialapp.provenance.tests import drawings

if TYPE_CHECKING:
    from pytest_django import DjangoCaptureOnCommitCallbacks

    from avatarfx.models import Clip
    from socialapp.accounts.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def found(kind: str, key: str) -> dict[tuple[str, str], Copy]:
    return {(copy.kind, copy.key): copy for copy in copies_of(kind, key)}


@pytest.fixture
def hers(alice: User) -> Portrait:
    return upload(alice, drawings.cast("hob"))


@pytest.mark.parametrize("change", drawings.CHANGES)
def test_a_changed_portrait_is_found_and_says_how_near_it_is(
    change: str, hers: Portrait, bob: User
) -> None:
    other = upload(bob, drawings.CHANGES[change](drawings.cast("hob")))
    unlike = upload(bob, drawings.cast("perpetua"))
    copies = found("portrait", hers.key)
    copy = copies["portrait", other.key]
    assert ("portrait", unlike.key) not in copies
    assert copy.exact == (change == "the same")
    if change != "the same":
        assert "of 256" in copy.how
    assert ("portrait", hers.key) in found("portrait", other.key)


def test_drawings_made_here_are_not_compared_by_their_looks(
    hers: Portrait, bob: User
) -> None:
    drawn = upload(bob, drawings.saved(drawings.cast("hob")))
    Portrait.objects.filter(pk=drawn.pk).update(source="maker")
    prints.fingerprint_missing()
    assert found("portrait", drawn.key) == {}


def test_a_portrait_leads_to_the_clips_that_were_made_with_it_and_with_its_likes(
    hers: Portrait, alice: User, bob: User
) -> None:
    like = upload(bob, drawings.mirrored(drawings.cast("hob")))
    own, theirs = (
        film_of(owner, character_with(owner, portrait), seed=number)
        for number, (owner, portrait) in enumerate(((alice, hers), (bob, like)))
    )
    copies = found("portrait", hers.key)
    assert copies["clip", own.key].how == "made with the same portrait"
    assert copies["clip", theirs.key].how.startswith("made with a portrait like it")
    assert "mirrored" in copies["clip", theirs.key].how


def test_a_clip_leads_to_the_uploaded_portrait_in_it(
    hers: Portrait, alice: User
) -> None:
    clip = film_of(alice, character_with(alice, hers))
    assert found("clip", clip.key)["portrait", hers.key].how == "the portrait in it"


@pytest.fixture
def clip(hers: Portrait, alice: User) -> Clip:
    return film_of(alice, character_with(alice, hers), seed=1, voice=1)


def test_a_clip_with_the_same_pictures_is_found(clip: Clip, bob: User) -> None:
    same = film_of(bob, seed=1, voice=2)
    other = film_of(bob, seed=5, voice=3)
    copies = found("clip", clip.key)
    assert copies["clip", same.key].how.startswith("picture, 100 % the same")
    assert not copies["clip", same.key].exact
    assert ("clip", other.key) not in copies


def test_a_mirrored_clip_is_found_by_its_poster(clip: Clip, bob: User) -> None:
    flipped = film_of(bob, seed=1, voice=2, flip=True)
    how = found("clip", clip.key)["clip", flipped.key].how
    assert how.startswith("poster, mirrored")


def test_a_clip_with_the_same_sound_is_found(clip: Clip, bob: User) -> None:
    same = film_of(bob, seed=5, voice=1)
    how = found("clip", clip.key)["clip", same.key].how
    assert how.startswith("sound, ")


def test_a_clip_of_drawn_characters_is_compared_by_sound_alone(
    alice: User, bob: User
) -> None:
    clip = film_of(alice, seed=1, voice=1)
    alike = film_of(bob, seed=1, voice=2)
    heard = film_of(bob, seed=5, voice=1)
    copies = found("clip", clip.key)
    assert ("clip", alike.key) not in copies
    assert ("clip", heard.key) in copies


def test_a_picture_with_the_watermark_of_a_clip_is_an_exact_copy(
    clip: Clip, bob: User
) -> None:
    from socialapp.provenance.tests.pictures import jpeg, talking  # noqa: PLC0415
    from socialapp.provenance.watermark import Marker  # noqa: PLC0415  OpenCV

    key = watermark_keys()[0]
    mark = issue_mark(subject=f"clip:{clip.key}", key_id=key.id, owner=clip.owner)
    Fingerprint.objects.filter(subject=f"clip:{clip.key}").update(mark=mark)
    frame = talking(1)[0]
    height, width = frame.shape[:2]
    marked = Marker(mark.payload, key, width, height, 1.4).mark(frame)
    shot = upload(bob, jpeg(drawings.cropped(marked), 80))
    prints.fingerprint_portrait(shot.pk)
    copy = found("clip", clip.key)["portrait", shot.key]
    assert (copy.how, copy.exact) == ("the same watermark", True)
    assert found("portrait", shot.key)["clip", clip.key].exact


def test_a_post_is_not_its_own_copy(clip: Clip) -> None:
    from feed.services import publish_post  # noqa: PLC0415  above this app

    post = publish_post(clip=clip, author=clip.owner, caption="")
    assert ("clip", clip.key) not in found("post", post.key)


def test_what_a_worker_missed_is_asked_for_again(hers: Portrait) -> None:
    Fingerprint.objects.all().delete()
    assert prints.fingerprint_missing() == {"portraits": 1}
    prints.fingerprint_portrait(hers.pk)
    assert prints.fingerprint_missing() == {"portraits": 0}


def test_a_portrait_that_is_deleted_is_forgotten(hers: Portrait) -> None:
    assert Fingerprint.objects.filter(subject=f"portrait:{hers.key}").exists()
    remove_portrait(portrait=hers)
    assert not Fingerprint.objects.filter(subject__startswith="portrait:").exists()


def test_a_clip_without_files_or_fingerprint_breaks_nothing(alice: User) -> None:
    clip = ready_clip(alice, video="", poster="")
    assert found("clip", clip.key) == {}


def test_many_rows_are_searched_at_once(hers: Portrait, bob: User) -> None:
    chance = np.random.default_rng(1)
    rows = [
        Fingerprint(
            subject=f"portrait:x{number}",
            pictures=chance.bytes(32),
            crops=chance.bytes(75 * 32),
            colours=chance.bytes(76 * 32),
        )
        for number in range(2500)
    ]
    Fingerprint.objects.bulk_create(rows)
    other = upload(bob, drawings.all_of_it(drawings.cast("hob")))
    copies: Any = found("portrait", hers.key)
    assert set(copies) == {("portrait", other.key)}


def test_a_profile_picture_is_found_for_a_portrait_and_the_other_way(
    hers: Portrait,
    alice: User,
    bob: User,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    clip = film_of(alice, character_with(alice, hers), seed=1, voice=1)
    taken = drawings.png(drawings.mirrored(drawings.cast("hob"))[:600])
    with django_capture_on_commit_callbacks(execute=True):
        set_picture(user=bob, data=taken)
    profile = ("profile", str(bob.pk))
    assert "mirrored" in found("portrait", hers.key)[profile].how
    back = found(*profile)
    assert "mirrored" in back["portrait", hers.key].how
    assert back["clip", clip.key].how.startswith("made with a portrait like it")
    assert profile not in back
    with django_capture_on_commit_callbacks(execute=True):
        remove_picture(user=bob)
    assert profile not in found("portrait", hers.key)
    assert found(*profile) == {}


def test_profile_pictures_older_than_fingerprints_are_hashed_by_the_reconciler(
    hers: Portrait,
    bob: User,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    set_picture(user=bob, data=drawings.png(drawings.cast("hob")[:600]))
    assert ("profile", str(bob.pk)) not in found("portrait", hers.key)
    with django_capture_on_commit_callbacks(execute=True):
        assert profiles.fingerprint_missing() == {"profiles": 1}
    assert ("profile", str(bob.pk)) in found("portrait", hers.key)
    assert profiles.fingerprint_missing() == {"profiles": 0}
