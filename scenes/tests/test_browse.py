"""Scenes are found, cast with one press, and their endings keep their secrets."""

from __future__ import annotations

import datetime as dt
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from moderation.approvals.tests.words import DOUBT, THREAT
from scenes.models import PlayRole, Scene, SceneComment, SceneOutline
from scenes.posters import posters
from scenes.selectors import browsing, showing
from scenes.services import audience
from scenes.tests.staging import document, lent, on_stage, played, publish

if TYPE_CHECKING:
    from django.test import Client
    from pytest_django import DjangoAssertNumQueries

    from conftest import ClientOf
    from socialapp.accounts.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def read(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def titles(page: str) -> list[str]:
    return re.findall(r'<span class="poster__title">([^<]*)</span>', page)


def chosen(page: str) -> dict[str, str]:
    """Key of the character by role, as the form would send it."""
    picked = re.findall(r'name="role\.(\w+)" value="(\w+)" checked', page)
    return dict(picked)


def found(viewer: Any, **query: str) -> list[str]:
    wanted = browsing.filters_from(query)
    return [one.title for one in browsing.scenes_found(viewer, wanted)]


# Lists ----------------------------------------------------------------------------


def test_only_what_everybody_may_play_hangs_in_the_list(
    alice: User, bob: User, client: Client, client_of: ClientOf
) -> None:
    on_stage(alice, "For all")
    on_stage(alice, "For two", visibility="unlisted")
    on_stage(alice, "For me", visibility="private")
    on_stage(alice, "For adults", rating="mature")
    on_stage(alice, "Judged", adults_only=True)
    on_stage(alice, "Sunk", demoted=True)
    on_stage(alice, "Taken down", withheld="hidden")
    on_stage(alice, "Removed", removed=timezone.now())
    Scene.objects.create(owner=alice, title="Unwritten", visibility="public")
    assert titles(read(client, "/scenes/")) == ["For all"]
    assert set(titles(read(client_of(bob), "/scenes/"))) == {
        "For all", "For adults", "Judged",
    }  # fmt: skip
    mine = set(titles(read(client_of(alice), "/scenes/")))
    assert {"For me", "For two", "Taken down", "Unwritten"} <= mine
    assert "Removed" not in mine


def test_people_under_18_find_no_scenes_for_adults(
    alice: User, bob: User, client_of: ClientOf
) -> None:
    bob.birth_date = timezone.now().date() - dt.timedelta(days=15 * 366)
    bob.save()
    on_stage(alice, "For teens", rating="teen")
    grown = on_stage(alice, "For adults", rating="mature")
    page = read(client_of(bob), "/scenes/")
    assert titles(page) == ["For teens"]
    assert 'value="mature"' not in page
    assert client_of(bob).get(grown.get_absolute_url()).status_code == 404


def test_an_empty_house_says_what_to_do(client: Client) -> None:
    page = read(client, "/scenes/")
    assert "Nobody has published one yet" in page
    assert "No such scene" in read(client, "/scenes/?q=nothing")


def test_words_are_looked_for_in_title_story_tags_and_author(
    alice: User, bob: User
) -> None:
    on_stage(alice, "The Kettle", tags=["steam", "tea time"])
    on_stage(bob, "Another", genre="western", logline="A horse answers back.")
    assert found(alice, q="kettle") == ["The Kettle"]
    assert found(alice, q="STEAM") == ["The Kettle"]
    assert found(alice, q="horse western") == ["Another"]
    assert found(alice, q="bob") == ["Another"]
    assert found(alice, q="kettle horse") == []
    assert found(alice, q="100%") == found(alice, q="%") == []


def test_filters_narrow_and_unknown_ones_are_ignored(alice: User) -> None:
    on_stage(alice, "Short", languages=["en", "de"])
    long = on_stage(alice, "Long", rating="teen", genre="saga")
    assert long.version is not None
    long.version.minutes = 40
    long.version.save()
    assert found(alice, length="long") == ["Long"]
    assert found(alice, length="short") == ["Short"]
    assert found(alice, rating="teen") == found(alice, genre="saga") == ["Long"]
    assert found(alice, language="de") == ["Short"]
    assert found(alice, language="d") == []
    assert len(found(alice, length="7", rating="x", order="; drop", by="you")) == 2


def test_the_house_and_everybody_else_can_be_told_apart(
    alice: User, client: Client
) -> None:
    on_stage(alice, "House", starter="tea")
    on_stage(alice, "Other")
    assert found(alice, by="house") == ["House"]
    assert found(alice, by="others") == ["Other"]
    page = read(client, "/scenes/")
    assert page.index("From the house") < page.index("From everybody")
    assert titles(page) == ["House", "Other"]


def test_lists_are_ordered_as_asked(alice: User, bob: User, mallory: User) -> None:
    now = timezone.now()
    for days, title in enumerate(("New", "Played", "Liked", "Rated")):
        on_stage(alice, title, published=now - timedelta(days=days))
    by = {scene.title: scene for scene in Scene.objects.all()}
    played(by["Played"], bob, "go")
    for person in (bob, mallory):
        audience.like_scene(scene=by["Liked"], person=person)
        audience.rate_scene(scene=by["Rated"], person=person, stars=5)
    audience.rate_scene(scene=by["Liked"], person=bob, stars=4)
    assert found(bob) == ["New", "Played", "Liked", "Rated"]
    assert found(bob, order="played")[0] == "Played"
    assert found(bob, order="liked")[0] == "Liked"
    assert found(bob, order="rated")[:2] == ["Rated", "Liked"]


def test_a_long_list_turns_its_page_and_keeps_what_was_asked(
    alice: User, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(browsing, "PAGE", 2)
    for n in range(3):
        on_stage(alice, f"Tea {n}", tags=["kettle & co"])
    page = read(client, "/scenes/?q=kettle+%26")
    assert len(titles(page)) == 2
    (more,) = re.findall(r'href="(\?q=[^"]*)"', page)
    assert len(titles(read(client, f"/scenes/{more.replace('&amp;', '&')}"))) == 1
    assert titles(read(client, "/scenes/?from=99")) == []
    assert titles(read(client, "/scenes/?from=-1")) == ["Tea 2", "Tea 1"]


def test_a_list_asks_as_often_for_many_as_for_few(
    alice: User, bob: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for n in range(6):
        on_stage(alice, f"Tea {n}")
    posters(browsing.scenes_found(bob, browsing.Filters()), bob)
    with django_assert_max_num_queries(3):
        hung = posters(browsing.scenes_found(bob, browsing.Filters()), bob)
    assert {(one.roles, one.endings, one.found) for one in hung} == {(2, 2, 0)}
    assert SceneOutline.objects.count() == 6


def test_what_goes_on_is_continued(
    alice: User, bob: User, client: Client, client_of: ClientOf
) -> None:
    begun = played(on_stage(alice, "Begun"), bob, "stay")
    played(on_stage(alice, "Ended"), bob, "go")
    played(on_stage(alice, "Kept"), bob, "stay", slot=1)
    played(on_stage(alice, "Binned"), bob, "stay", removed=timezone.now())
    hidden = on_stage(alice, "Gone")
    played(hidden, bob, "stay")
    Scene.objects.filter(pk=hidden.pk).update(visibility="private")
    page = read(client_of(bob), "/scenes/")
    going = re.findall(r'href="(/sc/\w+/play/\?play=\w+)"', page)
    assert going == [f"{begun.scene.get_absolute_url()}play/?play={begun.key}"]
    assert "1 choice in" in page
    assert "Continue playing" not in read(client, "/scenes/")


def test_found_endings_are_counted_on_the_poster(alice: User, bob: User) -> None:
    scene = on_stage(alice)
    played(scene, bob, "go")
    played(scene, bob, "stay", "share")
    (poster,) = posters([scene], bob)
    assert (poster.found, poster.endings) == (2, 2)
    one_ending = {"states": {"end": {"type": "final", "ending": {"title": "End"}}}}
    publish(scene, document(initial="end", **one_ending))
    (poster,) = posters([Scene.objects.full().get()], bob)
    assert (poster.found, poster.endings) == (1, 1)


# One scene ------------------------------------------------------------------------


def test_the_page_says_what_it_is(alice: User, client: Client) -> None:
    scene = on_stage(alice, "Tea <b>& Biscuits</b>", tags=["tea"])
    page = read(client, scene.get_absolute_url())
    assert "Tea &lt;b&gt;&amp; Biscuits&lt;/b&gt;" in page
    for words in ("A kettle, two people", "The one who brought", "kitchen drama"):
        assert words in page
    assert "backgrounds/bakery.svg" in page
    assert "noindex" not in page


def test_a_scene_that_one_may_not_open_is_not_there(
    alice: User, bob: User, client: Client, client_of: ClientOf
) -> None:
    scene = on_stage(alice, visibility="private")
    url = scene.get_absolute_url()
    assert client.get(url).status_code == 404
    assert client_of(bob).get(url).status_code == 404
    assert "noindex" in read(client_of(alice), url)
    assert client.get("/sc/nobody/").status_code == 404


def test_a_draft_without_a_version_opens_for_its_author(
    alice: User, client: Client, client_of: ClientOf
) -> None:
    scene = Scene.objects.create(owner=alice, title="Unwritten", visibility="public")
    assert client.get(scene.get_absolute_url()).status_code == 404
    page = read(client_of(alice), scene.get_absolute_url())
    assert "Nothing is on stage yet" in page
    assert 'id="cast-form"' not in page


def test_one_press_plays_it_with_a_cast(alice: User, client: Client) -> None:
    keys = {lent(alice, name, starter=True).key for name in ("Calm", "Other")}
    scene = on_stage(alice)
    page = read(client, scene.get_absolute_url())
    assert chosen(page).keys() == {"host", "guest"}
    assert set(chosen(page).values()) == keys
    assert f'action="{scene.get_absolute_url()}play/"' in page
    assert re.search(r'<button[^>]*form="cast-form"', page)


def test_an_address_may_name_the_cast(
    alice: User, bob: User, client_of: ClientOf
) -> None:
    first, second = lent(alice, "First"), lent(alice, "Second")
    mine = lent(bob, "Mine", in_scenes=False, visibility="private")
    url = on_stage(alice).get_absolute_url()
    client = client_of(bob)
    named = chosen(read(client, f"{url}?role.host={second.key}&role.guest={first.key}"))
    assert named == {"host": second.key, "guest": first.key}
    assert chosen(read(client, f"{url}?with={mine.key}"))["host"] == mine.key
    nobody = chosen(read(client, f"{url}?role.host=nobody&role.nothing=x&with=y"))
    assert set(nobody) == {"host", "guest"}


def test_who_played_it_last_time_is_offered_again(
    alice: User, bob: User, client_of: ClientOf
) -> None:
    first, second = lent(alice, "First"), lent(alice, "Second")
    scene = on_stage(alice)
    play = played(scene, bob, "stay")
    for role, who in (("host", second), ("guest", first)):
        PlayRole.objects.create(play=play, role=role, character=who, name=who.name)
    page = read(client_of(bob), scene.get_absolute_url())
    assert chosen(page) == {"host": second.key, "guest": first.key}
    assert f"play/?play={play.key}" in page
    assert "Begin again" in page


def test_a_character_who_cannot_play_a_role_says_why(
    alice: User, client: Client
) -> None:
    lent(alice, "Tall", tags=["tall"], starter=True)
    small = lent(alice, "Small", starter=True)
    roles = {"host": {"label": "the host", "requires": {"tags": ["tall"]}}}
    scene = on_stage(
        alice,
        says={
            "roles": roles,
            "initial": "end",
            "states": {"end": {"type": "final", "ending": {"title": "End"}}},
        },
    )
    page = read(client, f"{scene.get_absolute_url()}?role.host={small.key}")
    assert f'value="{small.key}" disabled' in page
    assert "asks for the tag tall" in page


def test_kept_copies_are_offered(alice: User, bob: User, client_of: ClientOf) -> None:
    scene = on_stage(alice)
    kept = played(scene, bob, "stay", slot=2, name="Before <the> end")
    played(scene, bob, "stay", slot=3, name="Binned", removed=timezone.now())
    page = read(client_of(bob), scene.get_absolute_url())
    assert "Before &lt;the&gt; end" in page
    assert f"?play={kept.key}" in page
    assert "Binned" not in page


def test_a_sealed_ending_says_nothing(
    alice: User, bob: User, client: Client, client_of: ClientOf
) -> None:
    scene = on_stage(alice)
    played(scene, bob, "go")
    page = read(client_of(bob), scene.get_absolute_url())
    assert "Home before dark" in page
    assert "Half a biscuit each" not in page
    assert page.count("Sealed") == 1
    stranger = read(client, scene.get_absolute_url())
    assert "Home before dark" not in stranger
    assert stranger.count("Sealed") == 2
    author = read(client_of(alice), scene.get_absolute_url())
    assert "Half a biscuit each" in author
    assert "Sealed" not in author


def test_a_remix_names_what_it_came_from_even_when_that_is_gone(
    alice: User, bob: User, client: Client
) -> None:
    first = on_stage(alice, "First")
    second = on_stage(bob, "Second", origin=first.version)
    third = on_stage(alice, "Third", origin=second.version)
    Scene.objects.filter(pk=first.pk).update(origin=third.version)
    page = read(client, third.get_absolute_url())
    assert "Remix of" in page
    assert "by @bob" in page
    assert [one.title for one in showing.ancestors_of(third, alice)] == [
        "Second", "First",
    ]  # fmt: skip
    assert "Second" in titles(read(client, first.get_absolute_url()))
    Scene.objects.filter(pk=second.pk).update(visibility="private")
    (second_told, first_told) = showing.ancestors_of(third, alice)
    assert (second_told.url, second_told.handle) == ("", "bob")
    assert "Second" not in second_told.title
    assert first_told.title == "First"


def test_versions_have_their_notes_and_numbers(
    alice: User, bob: User, client_of: ClientOf
) -> None:
    scene = on_stage(alice)
    publish(scene, document(logline="More"), note="A kinder way out.")
    page = read(client_of(bob), scene.get_absolute_url())
    assert "2 versions" in page
    assert "A kinder way out." in page
    mine = client_of(alice)
    assert "Version 1. Groups" in read(mine, f"{scene.get_absolute_url()}?version=1")
    assert mine.get(f"{scene.get_absolute_url()}?version=9").status_code == 404
    assert mine.get(f"{scene.get_absolute_url()}?version=x").status_code == 404


def test_a_version_that_waits_is_its_authors_alone(
    alice: User, bob: User, client_of: ClientOf
) -> None:
    scene = on_stage(alice)
    waiting = scene.versions.create(
        number=2,
        digest="0" * 64,
        document=document(),
        note="Nobody looked at this yet.",
        title="Tea",
        rating="everyone",
        states=4,
        endings=2,
        words=40,
        minutes=4.0,
    )
    assert waiting.approval == "pending"
    assert "Nobody looked" not in read(client_of(bob), scene.get_absolute_url())
    mine = read(client_of(alice), scene.get_absolute_url())
    assert "Nobody looked" in mine
    assert "Waits for a look" in mine


def test_only_the_author_is_offered_what_authors_do(
    alice: User, bob: User, client_of: ClientOf
) -> None:
    scene = on_stage(alice)
    theirs = read(client_of(bob), scene.get_absolute_url())
    mine = read(client_of(alice), scene.get_absolute_url())
    for words in ("scene-doors", "numbers-title", f"{scene.get_absolute_url()}edit/"):
        assert words in mine
        assert words not in theirs
    assert "Report this scene" in theirs
    assert "Report this scene" not in mine
    assert 'aria-label="Your stars"' not in mine


# What people do there -------------------------------------------------------------


def test_forms_like_rate_and_comment(
    alice: User, bob: User, client: Client, client_of: ClientOf
) -> None:
    scene = on_stage(alice)
    url, fan = scene.get_absolute_url(), client_of(bob)
    liked = fan.post(
        f"{url}like/", {"liked": "1"}, headers={"Accept": "application/json"}
    )
    assert liked.json() == {"liked": True, "likes": 1}
    assert fan.post(f"{url}like/", {"liked": "0"}).status_code == 302
    fan.post(f"{url}rate/", {"stars": "4"})
    assert "4.0 of 5" in read(fan, url)
    fan.post(f"{url}rate/", {"stars": "0"})
    odd = fan.post(f"{url}rate/", {"stars": "9"}, follow=True).content.decode()
    assert "Give 1 to 5 stars." in odd
    assert "No stars yet" in odd
    fan.post(f"{url}say/", {"text": "The biscuit <won>"})
    page = read(client, url)
    assert "The biscuit &lt;won&gt;" in page
    comment = SceneComment.objects.get()
    assert (
        client_of(alice).post(f"/sc/comments/{comment.key}/remove/").status_code == 302
    )
    assert not SceneComment.objects.exists()
    assert fan.post(f"/sc/comments/{comment.key}/remove/").status_code == 404


def test_visitors_are_led_to_the_door(alice: User, client: Client) -> None:
    url = on_stage(alice).get_absolute_url()
    for what in ("like", "rate", "say"):
        answer = client.post(f"{url}{what}/")
        assert answer.status_code == 302
        assert answer["Location"].startswith("/accounts/login/")
    assert "Sign in to write something" in read(client, url)


def test_words_that_are_refused_are_not_lost(
    alice: User, bob: User, client_of: ClientOf
) -> None:
    url, fan = on_stage(alice).get_absolute_url(), client_of(bob)
    answer = fan.post(f"{url}say/", {"text": THREAT}, follow=True)
    page = answer.content.decode()
    assert "reads as" in page
    assert THREAT in page[page.index("<textarea") : page.index("</textarea>")]
    assert THREAT not in read(fan, url)


def test_somebody_in_danger_meets_the_card(
    alice: User, bob: User, client_of: ClientOf
) -> None:
    url = on_stage(alice).get_absolute_url()
    answer = client_of(bob).post(
        f"{url}say/", {"text": "I want to kill myself tonight"}
    )
    assert "data-care" in answer.content.decode()


def test_a_comment_in_doubt_says_so_to_its_writer_alone(
    alice: User, bob: User, client_of: ClientOf
) -> None:
    url, fan = on_stage(alice).get_absolute_url(), client_of(bob)
    page = fan.post(f"{url}say/", {"text": DOUBT}, follow=True).content.decode()
    assert "Somebody looks at it first" in page
    assert DOUBT not in read(client_of(alice), url)


def test_older_comments_are_a_page_further(
    alice: User, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(showing, "COMMENTS", 2)
    scene = on_stage(alice)
    for n in range(3):
        audience.write_comment(scene=scene, person=alice, text=f"Number {n} of many")
    page = read(client, scene.get_absolute_url())
    assert "Number 0" not in page
    (older,) = re.findall(r'href="(\?before=\d+)#comments"', page)
    assert "Number 0" in read(client, f"{scene.get_absolute_url()}{older}")


# Elsewhere ------------------------------------------------------------------------


def test_a_profile_has_a_tab_of_scenes(
    alice: User, bob: User, client_of: ClientOf
) -> None:
    on_stage(alice, "Shown")
    on_stage(alice, "Secret", visibility="private")
    profile = f"{alice.get_absolute_url()}?tab=scenes"
    assert titles(read(client_of(bob), profile)) == ["Shown"]
    assert set(titles(read(client_of(alice), profile))) == {"Shown", "Secret"}
    empty = read(client_of(bob), f"{bob.get_absolute_url()}?tab=scenes")
    assert "No scenes yet" in empty


def test_a_character_looks_for_a_part(
    alice: User, bob: User, client: Client, client_of: ClientOf
) -> None:
    hob = lent(alice, "Hob")
    scene = on_stage(alice)
    assert f"/scenes/?with={hob.key}" in read(client_of(bob), hob.get_absolute_url())
    page = read(client_of(bob), f"/scenes/?with={hob.key}")
    assert "A part for Hob" in page
    assert f"{scene.get_absolute_url()}?with={hob.key}" in page
    shy = lent(bob, "Shy", visibility="private")
    assert "A part for" not in read(client, f"/scenes/?with={shy.key}")


def test_the_way_to_scenes_is_on_every_page(client: Client) -> None:
    page = read(client, "/live/")
    assert page.count('href="/scenes/"') == 2
