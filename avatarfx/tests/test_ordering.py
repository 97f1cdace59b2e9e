"""My clips in an order of my own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from avatarfx import services
from avatarfx.line import turns
from avatarfx.models import Clip
from avatarfx.tests.lines import claimed, queue_up

if TYPE_CHECKING:
    from conftest import ClientOf
    from socialapp.accounts.models import User
    from socialapp.characters.models import Character


def line_of(owner: User) -> list[int]:
    return [clip.pk for clip in turns.waiting("now").filter(owner=owner)]


@pytest.mark.database
@pytest.mark.parametrize(
    ("move", "order"),
    [
        ((3, "front"), [3, 0, 1, 2]),
        ((3, "up"), [0, 1, 3, 2]),
        ((0, "down"), [1, 0, 2, 3]),
        ((0, "back"), [1, 2, 3, 0]),
        ((0, "up"), [0, 1, 2, 3]),
        ((3, "down"), [0, 1, 2, 3]),
    ],
)
def test_my_clips_exchange_their_turns_and_nobody_elses_moves(
    alice: User, bob: User, hob: Character, move: tuple[int, str], order: list[int]
) -> None:
    mine, other = queue_up(alice, hob, 4), queue_up(bob, hob, 4)
    background = queue_up(alice, hob, lane="later")
    before = set(Clip.objects.values_list("turn", flat=True))
    places = [c.owner_id for c in turns.waiting("now")]
    services.move_clip(clip=mine[move[0]], to=move[1])
    assert line_of(alice) == [mine[n].pk for n in order]
    assert line_of(bob) == [clip.pk for clip in other]
    assert [c.owner_id for c in turns.waiting("now")] == places
    assert set(Clip.objects.values_list("turn", flat=True)) == before
    background[0].refresh_from_db()
    assert background[0].lane == "later"


@pytest.mark.database
def test_what_is_being_made_has_no_place_any_more(alice: User, hob: Character) -> None:
    first, *_ = queue_up(alice, hob, 3)
    claimed(1)
    with pytest.raises(services.NotNowError, match="does not wait"):
        services.move_clip(clip=first, to="back")


def test_a_word_that_is_no_direction_is_refused(alice: User, hob: Character) -> None:
    (clip,) = queue_up(alice, hob)
    with pytest.raises(services.NotNowError, match="front, up, down, back"):
        services.move_clip(clip=clip, to="sideways")


def test_the_list_offers_what_is_possible_and_keeps_the_focus(
    alice: User, hob: Character, client_of: ClientOf
) -> None:
    first, second = queue_up(alice, hob, 2)
    client = client_of(alice)
    page = client.get(reverse("jobs")).content.decode()
    assert page.count('value="up"') == page.count('value="down"') == 1
    answer = client.post(reverse("clip-move", args=[second.key]), {"to": "front"})
    assert answer["Location"] == f"{reverse('jobs')}?moved={second.key}&to=front"
    assert line_of(alice) == [second.pk, first.pk]
    page = client.get(answer["Location"]).content.decode()
    assert page.index(second.key) < page.index(first.key)
    assert page.count(" autofocus") == 1


def test_one_that_waits_alone_cannot_be_moved(
    alice: User, bob: User, hob: Character, client_of: ClientOf
) -> None:
    queue_up(bob, hob, 2)
    queue_up(alice, hob)
    page = client_of(alice).get(reverse("jobs")).content.decode()
    assert 'name="to"' not in page


def test_nobody_moves_what_is_not_theirs(
    alice: User, mallory: User, hob: Character, client_of: ClientOf
) -> None:
    _, second = queue_up(alice, hob, 2)
    order = line_of(alice)
    client = client_of(mallory)
    page, api = reverse("clip-move", args=[second.key]), f"/clips/{second.key}/move/"
    assert client.post(page, {"to": "front"}).status_code == 404
    answer = client.post(
        f"/api/v1{api}", {"to": "front"}, content_type="application/json"
    )
    assert answer.status_code == 404
    assert line_of(alice) == order


def test_over_the_api_a_clip_is_moved_and_tells_its_place(
    alice: User, hob: Character, client_of: ClientOf
) -> None:
    _, _, third = queue_up(alice, hob, 3)
    path = f"/api/v1/clips/{third.key}/move/"
    client = client_of(alice)
    answer = client.post(path, {"to": "up"}, content_type="application/json")
    assert answer.status_code == 200
    assert answer.json()["progress"]["place"] == 2
    wrong = client.post(path, {"to": "away"}, content_type="application/json")
    assert wrong.status_code == 400


def test_a_long_line_is_shown_from_its_front_and_what_is_done_after_it(
    alice: User, hob: Character, client_of: ClientOf
) -> None:
    done = queue_up(alice, hob, 3)
    for clip in done:
        services.cancel_clip(clip=clip)
    waiting = queue_up(alice, hob, 62)
    client = client_of(alice)
    first = client.get(reverse("jobs")).content.decode()
    assert f'data-key="{waiting[0].key}"' in first
    assert f'data-key="{waiting[60].key}"' not in first
    second = client.get(reverse("jobs") + "?from=60").content.decode()
    keys = [waiting[60].key, waiting[61].key, *(clip.key for clip in done[::-1])]
    at = [second.index(f'data-key="{key}"') for key in keys]
    assert at == sorted(at)
