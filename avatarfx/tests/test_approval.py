"""A clip is rendered and shown as it was approved, or not at all."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth.models import Group

from avatarfx import services
from avatarfx.approving import facets_of
from avatarfx.models import Clip, ClipActor
from avatarfx.services import approving, rendering
from avatarfx.signals import clip_ready
from avatarfx.tests.conftest import make_character
from moderation.approvals import services as approvals
from moderation.approvals.history import VERSION
from moderation.approvals.tests.words import DOUBT, THREAT, nothing_looks, rule_on
from moderation.models import Approval
from socialapp.accounts import quotas
from socialapp.characters.models import Character
from socialapp.characters.services import change_character

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django import DjangoCaptureOnCommitCallbacks

    from avatarfx.tests.conftest import Troupe
    from conftest import ClientOf
    from moderation.tests.seeing import Eyes
    from socialapp.accounts.models import User

    Commit = DjangoCaptureOnCommitCallbacks

SAID = "Hello there, friend."


def ask(owner: User, character: Character, script: str = SAID, **more: Any) -> Clip:
    return services.request_clip(
        owner=owner, character=character, script=script, **more
    )


def rendered(clip: Clip) -> Clip:
    rendering.render_clip(clip.pk)
    clip.refresh_from_db()
    return clip


def script_of(clip: Clip) -> Approval:
    return Approval.objects.get(subject_key=clip.key, facet="script")


@pytest.fixture
def mod(bob: User) -> User:
    bob.groups.add(Group.objects.get(name="Moderators"))
    bob.is_staff = True
    bob.save()
    return bob


@pytest.fixture
def heard() -> Iterator[list[Clip]]:
    """Clips that were announced."""
    told: list[Clip] = []

    def listen(clip: Clip, **_: Any) -> None:
        told.append(clip)

    clip_ready.connect(listen)
    yield told
    clip_ready.disconnect(listen)


def test_words_voices_and_faces_are_bound_when_the_clip_is_asked_for(
    alice: User, hob: Character
) -> None:
    clip = ask(alice, hob, title="First")
    rows = Approval.objects.filter(kind="clip", subject_key=clip.key)
    assert {row.facet: row.sha256 for row in rows} == {
        facet.name: facet.sha256 for facet in facets_of(clip)
    }
    assert {row.state for row in rows} == {"approved"}


def test_what_was_approved_is_rendered(
    alice: User, hob: Character, troupe: Troupe, eyes: Eyes
) -> None:
    clip = rendered(ask(alice, hob))
    assert clip.state == Clip.State.READY
    assert services.why_not_shown(clip) == ""


def changed_script(clip: Clip) -> None:
    Clip.objects.filter(pk=clip.pk).update(script="Something else.")


def changed_recipe(clip: Clip) -> None:
    recipe = clip.recipe | {"script": "Something else."}
    Clip.objects.filter(pk=clip.pk).update(recipe=recipe)


def changed_voice(clip: Clip) -> None:
    recipe = clip.recipe
    recipe["cast"][0]["voice"]["pitch"] = 5.0
    Clip.objects.filter(pk=clip.pk).update(recipe=recipe)


def changed_face(clip: Clip) -> None:
    other = make_character(clip.owner, "Other").portrait
    assert other is not None
    other.ref = other.ref.replace("sha256:", "sha256:0")
    other.save()
    ClipActor.objects.filter(clip=clip).update(portrait=other)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (changed_script, "The words of this clip are not"),
        (changed_recipe, "The voice or the face of this clip"),
        (changed_voice, "The voice or the face of this clip"),
        (changed_face, "The voice or the face of this clip"),
    ],
)
def test_a_row_that_was_changed_behind_the_services_is_not_rendered(
    alice: User, hob: Character, troupe: Troupe, change: Any, told: str
) -> None:
    before = quotas.left(alice).left
    clip = ask(alice, hob)
    change(clip)
    clip = rendered(clip)
    assert clip.state == Clip.State.FAILED
    assert clip.attempts == 1
    assert told in clip.error
    assert "Make another take" in clip.error
    assert quotas.left(alice).left == before
    assert told in services.why_not_shown(clip)


def test_a_script_in_doubt_is_made_for_its_owner_and_announced_when_approved(
    *,
    alice: User,
    mod: User,
    hob: Character,
    troupe: Troupe,
    eyes: Eyes,
    heard: list[Clip],
    client_of: ClientOf,
    django_capture_on_commit_callbacks: Commit,
) -> None:
    clip = rendered(ask(alice, hob, DOUBT))
    assert (clip.state, clip.approval) == (Clip.State.READY, "pending")
    assert "a person looks" in services.why_not_shown(clip)
    page = client_of(alice).get(clip.get_absolute_url()).content.decode()
    assert "Its words wait for a look" in page
    assert 'name="visibility"' not in page
    body = client_of(alice).get(f"/api/v1/clips/{clip.key}/").json()
    assert body["approval"] == "pending"
    assert "a person looks" in body["approval_reason"]
    heard.clear()
    with django_capture_on_commit_callbacks(execute=True):
        rule_on(script_of(clip), mod, approve=True)
    clip.refresh_from_db()
    assert clip.approval == "approved"
    assert services.why_not_shown(clip) == ""
    assert [one.pk for one in heard] == [clip.pk]


def test_a_script_that_a_moderator_refuses_is_held_and_comes_back_when_they_erred(
    *,
    alice: User,
    mod: User,
    hob: Character,
    troupe: Troupe,
    eyes: Eyes,
    client_of: ClientOf,
    django_capture_on_commit_callbacks: Commit,
) -> None:
    clip = rendered(ask(alice, hob, DOUBT))
    with django_capture_on_commit_callbacks(execute=True):
        rule_on(script_of(clip), mod, approve=False)
    clip.refresh_from_db()
    assert (clip.state, clip.approval) == (Clip.State.BLOCKED, "refused")
    page = client_of(alice).get(clip.get_absolute_url()).content.decode()
    assert "A person looked at these words" in page
    with pytest.raises(services.NotNowError, match="refused them"):
        ask(alice, hob, DOUBT)
    with django_capture_on_commit_callbacks(execute=True):
        approvals.decide(approval=script_of(clip), moderator=mod, approve=True)
    clip.refresh_from_db()
    assert (clip.state, clip.approval) == (Clip.State.READY, "approved")


def test_a_refusal_while_it_is_in_line_stops_it_and_returns_the_ticket(
    alice: User,
    mod: User,
    hob: Character,
    django_capture_on_commit_callbacks: Commit,
) -> None:
    before = quotas.left(alice).left
    clip = ask(alice, hob, DOUBT)
    approval = script_of(clip)
    approvals.decide(approval=approval, moderator=mod, approve=False)
    approving.settle_words(approval=script_of(clip))
    clip.refresh_from_db()
    assert clip.state == Clip.State.BLOCKED
    assert quotas.left(alice).left == before
    assert "refused them" in approving.why_not_made(clip)


def test_a_clip_is_not_asked_for_while_nothing_can_look(
    alice: User, hob: Character
) -> None:
    change_character(character=hob, tagline="A player")
    with nothing_looks(), pytest.raises(services.ScreeningUnavailableError):
        ask(alice, hob)
    assert not Clip.objects.exists()
    assert not Approval.objects.filter(kind="clip").exists()


def test_a_character_whose_words_wait_cannot_speak(alice: User, hob: Character) -> None:
    ask(alice, hob)
    Character.objects.filter(pk=hob.pk).update(tagline=DOUBT)
    hob.refresh_from_db()
    with pytest.raises(services.NotNowError, match="Hob cannot speak yet"):
        ask(alice, hob)


def test_a_clip_that_nobody_ever_asked_about_is_screened_late(
    alice: User, hob: Character, troupe: Troupe
) -> None:
    clip = ask(alice, hob)
    Approval.objects.filter(kind="clip").delete()
    assert services.why_not_shown(clip) == ""
    Approval.objects.filter(kind="clip").delete()
    Clip.objects.filter(pk=clip.pk).update(title=THREAT[:80])
    clip.refresh_from_db()
    assert "rule 4.2" in services.why_not_shown(clip)
    assert rendered(clip).state == Clip.State.FAILED


@pytest.mark.database
def test_clips_from_before_are_approved_as_they_are_and_the_way_back_is_open(
    alice: User, hob: Character
) -> None:
    from django.apps import apps  # noqa: PLC0415

    step: Any = import_module("avatarfx.migrations.0002_approval")
    clip = ask(alice, hob)
    rows = Approval.objects.filter(kind="clip")
    rows.delete()
    step.approve(apps, None)
    assert {(row.state, row.version) for row in rows.all()} == {("approved", VERSION)}
    assert services.why_not_shown(clip) == ""
    step.forget(apps, None)
    assert not rows.all().exists()
