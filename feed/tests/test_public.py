"""What strangers are told of a clip that the verifier recognised."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.models import Group

from avatarfx import pipeline
from avatarfx.models import Clip
from avatarfx.services import render_clip, rendering, request_clip
from avatarfx.tests.conftest import Troupe, make_character
from feed import public, services
from socialapp.provenance import subjects
from socialapp.provenance.fingerprints import sampling
from socialapp.provenance.services import record_fingerprint
from socialapp.provenance.tests.films import film, frames
from socialapp.provenance.verifier.check import check, stored
from socialapp.provenance.verifier.opening import FileRefusedError

if TYPE_CHECKING:
    from feed.models import Post
    from socialapp.accounts.models import User


@pytest.fixture
def clip(alice: User, monkeypatch: pytest.MonkeyPatch) -> Clip:
    """Rendered by instant engines, marked and signed like any other."""
    monkeypatch.setattr(rendering, "engines", Troupe().engines)
    monkeypatch.setattr(pipeline, "SIZES", {"9:16": (128, 224)})
    made = request_clip(
        owner=alice, character=make_character(alice), script="Good evening to the lamp."
    )
    render_clip(made.pk)
    made.refresh_from_db()
    return made


@pytest.fixture
def post(clip: Clip) -> Post:
    return services.publish_post(clip=clip, author=clip.owner, caption="")


def test_a_published_clip_is_named_with_who_made_it(clip: Clip, post: Post) -> None:
    told = subjects.describe(f"clip:{clip.key}")
    assert told is not None
    assert (told.by, told.url) == ("@alice with Hob", f"/p/{post.key}/")
    assert told.file == clip.video


def test_what_its_author_hides_or_removes_is_not_described(
    clip: Clip, post: Post
) -> None:
    for visibility in ("unlisted", "private"):
        services.edit_post(post=post, visibility=visibility)
        assert public.describe(clip.key) is None
        assert public.find(f"/p/{post.key}/") == ""
    services.edit_post(post=post, visibility="public")
    services.remove_post(post=post)
    assert public.describe(clip.key) is None
    services.restore_post(post=post)
    Clip.objects.filter(pk=clip.pk).update(state=Clip.State.BLOCKED)
    assert public.describe(clip.key) is None


def test_what_only_adults_may_see_is_not_described(clip: Clip, post: Post) -> None:
    services.set_marks(post=post, adults_only=True)
    assert public.describe(clip.key) is None
    assert public.find(f"/p/{post.key}/") == ""


def test_a_likeness_to_a_private_clip_is_told_to_its_owner_and_moderators_alone(
    clip: Clip, alice: User, bob: User, mallory: User
) -> None:
    mallory.groups.set(Group.objects.filter(name="Moderators"))
    seen = frames(50, side=256, seed=3)
    prints = sampling.prints_of(sampling.sample(io.BytesIO(film(seen))))
    record_fingerprint(subject=f"clip:{clip.key}", prints=prints)
    copy = film(seen, crf=32)
    for viewer in (None, bob):
        answer = check(copy, viewer=viewer)
        assert answer.verdict.made_here == "no"
        assert answer.verdict.layers[2].state == "none"
    for viewer in (alice, mallory):
        answer = check(copy, viewer=viewer)
        assert answer.verdict.made_here == "alike"
        assert answer.verdict.subject == f"clip:{clip.key}"
        assert answer.public is None
    services.publish_post(clip=clip, author=alice, caption="")
    assert check(copy, viewer=bob).verdict.made_here == "alike"


def test_a_clip_that_was_never_published_is_not_described(clip: Clip) -> None:
    assert public.describe(clip.key) is None
    assert public.find(f"/clips/{clip.key}/") == ""


def test_a_clip_is_found_by_every_address_of_it(clip: Clip, post: Post) -> None:
    for path in (
        f"/p/{post.key}/",
        f"/clips/{clip.key}/",
        post.key,
        clip.key,
    ):
        assert subjects.find(path) == f"clip:{clip.key}", path
    for path in ("", "/", "/p/nobody123/", f"/p/{clip.key}/", "/@alice/", "../etc"):
        assert subjects.find(path) == "", path


def test_a_rendered_clip_is_recognised_all_the_way(clip: Clip, post: Post) -> None:
    answer = check(stored(f"/p/{post.key}/", host="testserver"))
    assert answer.verdict.made_here == "yes"
    assert answer.verdict.subject == f"clip:{clip.key}"
    assert answer.public is not None
    assert answer.public.url == post.get_absolute_url()
    services.remove_post(post=post)
    with pytest.raises(FileRefusedError, match="no public clip"):
        stored(f"/p/{post.key}/", host="testserver")
