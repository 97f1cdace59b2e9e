"""What others meet of a character is what was approved, word for word."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.admin import site
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.urls import reverse

from moderation.approvals import scanning
from moderation.approvals import services as approvals
from moderation.approvals.guard import UnapprovedError
from moderation.approvals.history import VERSION
from moderation.approvals.tests.words import DOUBT, KIND, THREAT, nothing_looks, rule_on
from moderation.models import Approval
from socialapp.characters import selectors, services, starters
from socialapp.characters.models import Character

if TYPE_CHECKING:
    from django.test import Client, RequestFactory
    from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

    from conftest import ClientOf
    from socialapp.accounts.models import User

    Commit = DjangoCaptureOnCommitCallbacks


@pytest.fixture(autouse=True)
def empty_cache() -> None:
    cache.clear()


@pytest.fixture
def hob(alice: User) -> Character:
    """Everybody may meet him."""
    return services.create_character(
        owner=alice, name="Hob", persona=KIND, visibility="public"
    )


@pytest.fixture
def mod(bob: User) -> User:
    bob.groups.add(Group.objects.get(name="Moderators"))
    bob.is_staff = True
    bob.save()
    return bob


def persona() -> Approval:
    return Approval.objects.filter(facet="persona").latest("asked")


def page(client: Client, character: Character) -> str:
    response = client.get(character.get_absolute_url())
    return response.content.decode() if response.status_code == 200 else ""


def test_words_and_voice_are_bound_to_their_hash(hob: Character) -> None:
    rows = Approval.objects.filter(subject_key=hob.key)
    assert {row.facet: row.state for row in rows} == {
        "persona": "approved",
        "voice": "approved",
    }
    assert not hob.waits


def test_an_edit_that_breaks_no_rule_is_shown_at_once(
    hob: Character, client: Client
) -> None:
    services.change_character(character=hob, tagline="A new line", voice_speed=1.2)
    assert "A new line" in page(client, hob)
    assert Approval.objects.filter(subject_key=hob.key).count() == 4


def test_an_edit_in_doubt_waits_and_others_meet_the_words_that_were(
    hob: Character, alice: User, client: Client, client_of: ClientOf
) -> None:
    services.change_character(character=hob, tagline=DOUBT, greeting="Hello.")
    hob.refresh_from_db()
    assert (hob.tagline, hob.greeting, hob.approval) == ("", "", "pending")
    seen = page(client, hob)
    assert seen
    assert "bath bomb" not in seen
    mine = client_of(alice)
    assert "Your change waits for a look" in page(mine, hob)
    form = mine.get(reverse("character-edit", args=[hob.key])).content.decode()
    assert "bath bomb" in form


def test_what_else_was_changed_with_it_does_not_wait(hob: Character) -> None:
    services.change_character(
        character=hob, tagline=DOUBT, voice_pitch=2.0, visibility="unlisted"
    )
    hob.refresh_from_db()
    assert (hob.voice_pitch, hob.visibility, hob.tagline) == (2.0, "unlisted", "")


def test_a_further_edit_stands_on_the_one_that_waits(hob: Character) -> None:
    services.change_character(character=hob, tagline=DOUBT)
    services.change_character(character=hob, greeting="Hello there.")
    waiting = persona()
    assert waiting.pending
    assert (waiting.says["tagline"], waiting.says["greeting"]) == (
        DOUBT,
        "Hello there.",
    )
    assert Approval.objects.filter(state="replaced").count() == 1


def test_going_back_to_the_approved_words_ends_the_waiting(hob: Character) -> None:
    services.change_character(character=hob, tagline=DOUBT)
    services.change_character(character=hob, tagline="")
    hob.refresh_from_db()
    assert hob.approval == "approved"
    assert not Approval.objects.waiting().exists()


@pytest.mark.parametrize("approve", [True, False])
def test_a_moderator_lets_the_change_through_or_not(
    *,
    hob: Character,
    alice: User,
    mod: User,
    client_of: ClientOf,
    django_capture_on_commit_callbacks: Commit,
    approve: bool,
) -> None:
    services.change_character(character=hob, tagline=DOUBT)
    with django_capture_on_commit_callbacks(execute=True):
        rule_on(persona(), mod, approve=approve)
    hob.refresh_from_db()
    assert (hob.tagline, hob.waits) == (DOUBT if approve else "", False)
    assert hob.approval == ("approved" if approve else "refused")
    if not approve:
        assert "These words were refused" in page(client_of(alice), hob)
        with pytest.raises(services.CharacterError, match="refused them"):
            services.change_character(character=hob, tagline=DOUBT)


def test_a_decision_does_not_reach_an_edit_that_came_later(
    hob: Character, mod: User, django_capture_on_commit_callbacks: Commit
) -> None:
    services.change_character(character=hob, tagline=DOUBT)
    seen = persona()
    services.change_character(character=hob, persona=f"{DOUBT} And a cake?")
    with django_capture_on_commit_callbacks(execute=True):
        approvals.decide(approval=seen, moderator=mod, approve=True)
    hob.refresh_from_db()
    assert (hob.tagline, hob.persona, hob.approval) == ("", KIND, "pending")


def test_a_new_character_in_doubt_is_its_owners_alone(
    *,
    alice: User,
    mod: User,
    client: Client,
    client_of: ClientOf,
    django_capture_on_commit_callbacks: Commit,
) -> None:
    made = services.create_character(
        owner=alice, name="Hob", greeting=DOUBT, visibility="public"
    )
    assert made.waits
    assert page(client, made) == ""
    assert "Hob waits for a look" in page(client_of(alice), made)
    assert client.get(f"/api/v1/characters/{made.key}/").status_code == 404
    assert client.get(f"/@{alice.username}/?tab=characters").status_code == 200
    assert not selectors.characters_of(owner=alice, viewer=mod).exists()
    with pytest.raises(services.CharacterError, match="a person looks"):
        services.require_words(made)
    with django_capture_on_commit_callbacks(execute=True):
        rule_on(persona(), mod, approve=True)
    assert page(client, made)
    made.refresh_from_db()
    services.require_words(made)


def test_an_undone_approval_takes_the_words_out_of_sight(
    hob: Character,
    mod: User,
    client: Client,
    django_capture_on_commit_callbacks: Commit,
) -> None:
    services.change_character(character=hob, tagline=DOUBT)
    row = persona()
    with django_capture_on_commit_callbacks(execute=True):
        rule_on(row, mod, approve=True)
    assert "bath bomb" in page(client, hob)
    with django_capture_on_commit_callbacks(execute=True):
        approvals.reopen(approval=row)
    assert page(client, hob) == ""


def test_an_edit_while_nothing_can_look_comes_in_when_screening_is_back(
    hob: Character, django_capture_on_commit_callbacks: Commit
) -> None:
    with nothing_looks():
        services.change_character(character=hob, tagline="A new line")
    hob.refresh_from_db()
    assert (hob.tagline, hob.approval) == ("", "pending")
    with django_capture_on_commit_callbacks(execute=True):
        approvals.check_again(persona().pk)
    hob.refresh_from_db()
    assert (hob.tagline, hob.approval) == ("A new line", "approved")


def test_what_is_found_to_break_a_rule_later_is_refused_with_the_rule(
    hob: Character, django_capture_on_commit_callbacks: Commit
) -> None:
    with nothing_looks():
        services.change_character(character=hob, tagline="A new line")
    row = persona()
    row.content["says"]["tagline"] = THREAT
    row.save()
    with django_capture_on_commit_callbacks(execute=True):
        approvals.check_again(row.pk)
    hob.refresh_from_db()
    assert (hob.tagline, hob.approval) == ("", "refused")
    assert "rule 4.2" in services.why_words_wait(hob)


# Behind the services ---------------------------------------------------------------


def test_nobody_saves_words_that_nobody_approved(
    hob: Character, client: Client
) -> None:
    row = Character.objects.get(pk=hob.pk)
    row.tagline = "Typed in a shell"
    with pytest.raises(UnapprovedError, match="change_character"):
        row.save()
    with pytest.raises(UnapprovedError):
        row.save(update_fields=["tagline"])
    row.save(update_fields=["motion"])
    assert "Typed in a shell" not in page(client, hob)


def test_staff_look_at_words_and_type_none(
    hob: Character, rf: RequestFactory, mod: User
) -> None:
    request = rf.get("/admin/")
    mod.is_superuser = True
    request.user = mod
    page = site.get_model_admin(Character)
    assert not page.has_change_permission(request, hob)
    assert not page.has_add_permission(request)


def test_a_row_that_sql_changed_is_not_shown_and_is_found(
    hob: Character, client: Client
) -> None:
    Character.objects.filter(pk=hob.pk).update(tagline=THREAT)
    assert page(client, hob) == ""
    assert services.recheck() == {"characters asked about": 1}
    hob.refresh_from_db()
    assert hob.waits
    assert not Character.objects.listed().exists()
    approvals.check_again(persona().pk)
    assert persona().state == "refused"


def test_a_voice_that_was_changed_behind_the_services_is_noticed(
    hob: Character,
) -> None:
    Character.objects.filter(pk=hob.pk).update(voice_pitch=5.0)
    hob.refresh_from_db()
    with pytest.raises(services.CharacterError):
        services.require_words(hob)


def test_a_row_that_nobody_ever_asked_about_is_screened_late(alice: User) -> None:
    mira = Character.objects.create(owner=alice, name="Mira", tagline=THREAT)
    with pytest.raises(services.CharacterError, match=r"rule 4\.2"):
        services.require_words(mira)
    kind = Character.objects.create(owner=alice, name="Kind")
    services.recheck()
    assert Approval.objects.filter(subject_key=kind.key, state="approved").count() == 2


def test_the_scan_goes_round(
    hob: Character, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scanning, "STRETCH", 1)
    late = Character.objects.create(owner=alice, name="Late")
    found = [services.recheck()["characters asked about"] for _ in range(3)]
    assert found == [0, 1, 0]
    assert Approval.objects.filter(subject_key=late.key).exists()


# The house, the API and the past -----------------------------------------------------


def test_the_starter_cast_is_approved_as_it_is_seeded(db: None) -> None:
    cast = starters.seed_cast()
    rows = Approval.objects.all()
    assert rows.count() == 2 * len(cast)
    assert {(row.state, row.version) for row in rows} == {
        ("approved", "shipped with the code")
    }
    assert not Character.objects.filter(waits=True).exists()
    some = next(iter(cast.values()))
    assert selectors.character_for(some.owner, some.key).waits is False
    starters.seed_cast()
    assert rows.count() == 2 * len(cast)


def test_the_api_says_where_the_words_stand(
    hob: Character, alice: User, bob: User, client_of: ClientOf
) -> None:
    services.change_character(character=hob, tagline=DOUBT)
    url = f"/api/v1/characters/{hob.key}/"
    mine = client_of(alice).get(url).json()
    assert mine["approval"] == "pending"
    assert "a person looks" in mine["approval_reason"]
    theirs = client_of(bob).get(url).json()
    assert (theirs["approval"], theirs["approval_reason"]) == ("approved", "")


def test_a_list_of_characters_asks_nothing_for_each(
    *,
    alice: User,
    client_of: ClientOf,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for name in ("Hob", "Mira", "Tom"):
        services.create_character(owner=alice, name=name, tagline=DOUBT)
    client = client_of(alice)
    url = reverse("cast")
    client.get(url)
    with django_assert_num_queries(6):  # session, user, quota, notices, mine, the cast
        client.get(url)


@pytest.mark.database
def test_rows_from_before_are_approved_as_they_are_and_the_way_back_is_open(
    alice: User,
) -> None:
    from importlib import import_module  # noqa: PLC0415

    from django.apps import apps  # noqa: PLC0415

    step: Any = import_module("socialapp.characters.migrations.0002_approval")
    old = Character.objects.create(owner=alice, name="Old", visibility="public")
    step.approve(apps, None)
    rows = Approval.objects.filter(subject_key=old.key)
    assert {(row.state, row.version) for row in rows} == {("approved", VERSION)}
    services.require_words(old)
    step.forget(apps, None)
    assert not rows.all().exists()
