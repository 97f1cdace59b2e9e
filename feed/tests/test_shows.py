"""Where shows have their place beside the clips, and that they cost the feed little."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from django.template.loader import render_to_string
from django.test import RequestFactory

from avatarfx.models import ClipActor
from avatarfx.tests.conftest import make_character
from feed.tests.rows import clip_of, post_by
from streams import services
from streams.models import Stream
from streams.tests.conftest import made_stream, say_line

if TYPE_CHECKING:
    from django.test import Client
    from pytest_django import DjangoAssertNumQueries

    from conftest import ClientOf
    from socialapp.accounts.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def live(alice: User) -> Stream:
    return services.start_stream(stream=made_stream(alice))


@pytest.fixture
def over(alice: User) -> Stream:
    """With a line in it."""
    stream = services.start_stream(stream=made_stream(alice, title="Last Matinée"))
    say_line(stream, at=0.0)
    services.end_stream(stream=stream)
    return stream


def page(client: Client, path: str) -> str:
    return client.get(path).content.decode()


def test_what_is_on_air_stands_above_the_feed_and_not_in_it(
    live: Stream, alice: User, client: Client
) -> None:
    for n in range(3):
        post_by(alice, minutes_ago=n)
    shown = page(client, "/")
    assert f'href="/s/{live.key}/"' in shown
    assert shown.index(live.title) < shown.index('role="feed"')
    places = [int(n) for n in re.findall(r'aria-posinset="(\d+)"', shown)]
    assert places == [1, 2, 3]


def test_shows_that_are_not_for_everybody_are_not_announced(
    live: Stream, client: Client
) -> None:
    for fields in ({"visibility": "unlisted"}, {"visibility": "private"}):
        Stream.objects.filter(pk=live.pk).update(**fields)
        assert live.title not in page(client, "/")
    Stream.objects.filter(pk=live.pk).update(visibility="public", withheld="hidden")
    assert live.title not in page(client, "/")


def test_a_paused_show_says_so(live: Stream, client: Client) -> None:
    services.pause_stream(stream=live)
    assert "Paused</span>" in page(client, "/")


def test_the_feed_costs_as_many_queries_however_much_is_on_air(
    alice: User,
    bob: User,
    mallory: User,
    client: Client,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for host in (alice, bob, mallory):
        services.start_stream(stream=made_stream(host))
        post_by(host)
    page(client, "/?order=newest")
    # On air, seats, characters, portraits, viewers; session, the page and its tags.
    with django_assert_max_num_queries(8):
        page(client, "/")


def test_a_profile_has_its_shows_and_what_is_on_now(
    over: Stream, live: Stream, client: Client
) -> None:
    assert f'href="/s/{live.key}/"' in page(client, "/@alice/")
    shows = page(client, "/@alice/?tab=shows")
    assert "Last Matinée" in shows
    assert "1 line." in shows
    Stream.objects.filter(pk=over.pk).update(visibility="unlisted")
    assert "Last Matinée" not in page(client, "/@alice/?tab=shows")


def test_its_host_sees_all_of_theirs(
    over: Stream, alice: User, client_of: ClientOf
) -> None:
    Stream.objects.filter(pk=over.pk).update(visibility="private")
    assert "Last Matinée" in page(client_of(alice), "/@alice/?tab=shows")


def test_a_character_has_the_shows_it_was_in(
    over: Stream, live: Stream, alice: User, client_of: ClientOf
) -> None:
    client = client_of(alice)
    for stream in (live, over):
        hob = stream.seats.get(seat="a").character
        assert stream.title in page(client, f"/c/{hob.key}/clips/")
    idle = make_character(alice, "Idle")
    assert over.title not in page(client, f"/c/{idle.key}/clips/")


def partial(name: str, stream: Stream, user: User) -> str:
    request = RequestFactory().get(f"/s/{stream.key}/")
    request.user = user
    request.session = {}  # type: ignore[assignment]  # nothing reads it
    request.META["csp_nonce"] = ""
    request.resolver_match = None
    return render_to_string(name, {"stream": stream}, request)


def test_the_strip_names_who_has_which_lane(over: Stream, bob: User) -> None:
    shown = partial("streams/_cut.html", over, bob)
    assert f'data-cuts="/api/v1/streams/{over.key}/cuts/"' in shown
    assert re.findall(r"data-name>(\w+)<", shown) == ["Hob", "Sunniva"]
    assert "data-live" not in shown


def test_there_is_no_strip_of_what_never_began(alice: User, bob: User) -> None:
    assert partial("streams/_cut.html", made_stream(alice), bob).strip() == ""


def test_the_button_is_for_whoever_waits(alice: User, bob: User, live: Stream) -> None:
    plan = made_stream(alice, title="Tomorrow")
    assert "Remind me" in partial("streams/_remind.html", plan, bob)
    services.remind(stream=plan, person=bob)
    shown = partial("streams/_remind.html", plan, bob)
    assert 'aria-pressed="true"' in shown
    assert "You are reminded" in shown
    assert partial("streams/_remind.html", plan, alice).strip() == ""
    assert partial("streams/_remind.html", live, bob).strip() == ""


def test_a_post_of_a_cut_credits_the_cast_the_show_and_its_host(
    over: Stream, alice: User, client: Client
) -> None:
    post = post_by(alice)
    seats = list(over.seats.order_by("seat"))
    for seat in seats:
        ClipActor.objects.create(
            clip=clip_of(post),
            seat=seat.seat,
            character=seat.character,
            portrait=seat.portrait,
        )
    assert "Cut from" not in page(client, f"/p/{post.key}/")
    clip = clip_of(post)
    clip.recipe["source"] = f"stream:{over.key}"
    clip.save(update_fields=["recipe"])
    shown = page(client, f"/p/{post.key}/")
    assert f'<a href="/s/{over.key}/">Last Matinée</a>' in shown
    assert '<a href="/@alice/">@alice</a>' in shown
    assert shown.index(">Hob</a>, ") < shown.index(">Sunniva</a>")
    Stream.objects.filter(pk=over.pk).update(visibility="private")
    shown = page(client, f"/p/{post.key}/")
    assert "Last Matinée" not in shown
    assert "A show" in shown
