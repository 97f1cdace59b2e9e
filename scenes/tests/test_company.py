"""Playing together: coming, voting, counting, following, leaving."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import threading
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

import pytest
from channels.db import database_sync_to_async
from channels.routing import URLRouter
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from scenes.exports import plays as play_exports
from scenes.models import Company, CompanySeat, CompanyVote, ImprovTurn, Play, Scene
from scenes.selectors import company as selectors
from scenes.services import company as services
from scenes.services import company_news as news
from scenes.services import improv, improvising, plays
from scenes.services.play_errors import PlayingError
from scenes.tests.playing import api, document, make, played, publish
from socialapp.accounts.models import User
from socialapp.accounts.services import close_account
from socialapp.asgi import addresses
from tests.sockets import Socket

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

    from conftest import ClientOf

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def begun(host: User) -> Play:
    make(host, "Hob")
    return plays.begin_play(person=host, scene=publish(host), seed=7)


@pytest.fixture
def play(alice: User) -> Play:
    """Alice's, of a scene of her own."""
    return begun(alice)


@pytest.fixture
def company(play: Play, alice: User, bob: User) -> Company:
    """Alice's, with Bob."""
    made = services.open_company(play=play)
    return services.join(company=made, person=bob)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What open pages would hear."""
    heard: list[dict[str, Any]] = []

    def tell(_key: str, kind: str, *, gone: int | None = None, **facts: Any) -> None:
        heard.append({"type": kind, "gone": gone, **facts})

    monkeypatch.setattr(news, "tell_soon", tell)
    return heard


@pytest.fixture
def committed(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> Callable[[], Any]:
    @contextmanager
    def run() -> Iterator[None]:
        with django_capture_on_commit_callbacks(execute=True):
            yield

    return run


def vote(company: Company, person: User, choice: str, at: int = 0) -> None:
    services.vote(company=company, person=person, at=at, choice=choice)


def now(company: Company) -> Company:
    return selectors.companies().get(pk=company.pk)


def here(company: Company, *people: User) -> None:
    for person in people:
        services.see(company_id=company.pk, person_id=person.pk)


def refused(code: str) -> Any:
    return pytest.raises(PlayingError, check=lambda error: error.code == code)


# Coming and leaving -----------------------------------------------------------------


def test_a_host_opens_a_play_and_others_come_by_its_link(
    play: Play, alice: User, bob: User, mallory: User
) -> None:
    path = f"/api/v1/plays/{play.key}/company/"
    opened = api(alice).post(path, {"seconds": 20})
    assert opened.status_code == 201, opened.json()
    found = opened.json()
    assert found["url"] == f"/sc/{play.scene.key}/play/?company={found['key']}"
    assert (found["mine"], found["host"], found["seconds"]) == (True, "alice", 20)
    assert api(alice).post(path, {}).json()["key"] == found["key"]
    place = f"/api/v1/companies/{found['key']}/"
    assert api(bob).get(place).status_code == 404
    joined = api(bob).put(f"{place}seat/")
    assert joined.status_code == 200
    seen = joined.json()
    assert [one["handle"] for one in seen["people"]] == ["alice", "bob"]
    assert seen["votes"] == {
        "at": 0,
        "tally": {"drink": 0, "go": 0},
        "closes_in": None,
        "voted": [],
    }
    assert not seen["mine"]
    assert seen["play"]["snapshot"]["events"] == []
    host = seen["play"]["cast"]["host"]
    assert (host["name"], host["rig"], host["gone"]) == ("Hob", None, False)
    assert api(bob).put(f"{place}seat/").status_code == 200
    assert api().put(f"{place}seat/").status_code == 401
    assert api(mallory).put("/api/v1/companies/nothing/seat/").status_code == 404
    assert api(bob).post(path, {}).status_code == 404


def test_somebody_who_comes_late_sees_where_it_stands(
    company: Company, alice: User, bob: User, mallory: User
) -> None:
    vote(company, bob, "drink")
    services.count_now(company=company, host=alice)
    vote(company, bob, "go", at=1)
    services.join(company=company, person=mallory)
    place = f"/api/v1/companies/{company.key}/"
    seen = api(mallory).get(place).json()
    assert seen["votes"]["at"] == 1
    assert seen["votes"]["tally"] == {"drink": 0, "go": 1}
    assert seen["votes"]["closes_in"] > 0
    assert len(seen["play"]["snapshot"]["events"]) == 1
    assert seen["vote"] is None


def test_a_company_is_full_at_some_point(
    company: Company, mallory: User, settings: Settings
) -> None:
    settings.COMPANY_SEATS = 2
    with refused("full"):
        services.join(company=company, person=mallory)
    services.leave(company=company, person=CompanySeat.objects.last().person)  # type: ignore[union-attr]  # there are two
    services.join(company=company, person=mallory)


def test_a_minor_comes_along_only_to_what_is_for_them(alice: User, bob: User) -> None:
    make(alice, "Hob")
    bob.birth_date = timezone.now().date() - dt.timedelta(days=15 * 366)
    bob.save()
    for rating, comes in (("mature", False), ("teen", True)):
        scene = publish(alice, document(rating=rating))
        play = plays.begin_play(person=alice, scene=scene)
        made = services.open_company(play=play)
        said = api(bob).put(f"/api/v1/companies/{made.key}/seat/")
        assert (said.status_code == 200) is comes, said.json()


def test_nobody_comes_to_a_scene_that_is_not_on_stage(
    company: Company, play: Play, mallory: User
) -> None:
    Scene.objects.filter(pk=play.scene_id).update(visibility="private")
    with refused("closed"):
        services.join(company=now(company), person=mallory)


def test_whoever_leaves_takes_the_vote_along_and_may_come_back(
    company: Company, bob: User, told: list[dict[str, Any]]
) -> None:
    vote(company, bob, "drink")
    services.leave(company=company, person=bob)
    assert not CompanyVote.objects.exists()
    assert told[-2]["gone"] == bob.pk
    assert [one["handle"] for one in told[-2]["people"]] == ["alice"]
    with refused("nobody"):
        vote(company, bob, "drink")
    services.join(company=company, person=bob)
    vote(company, bob, "drink")


def test_whom_the_host_sends_away_does_not_come_back(
    company: Company, alice: User, bob: User
) -> None:
    place = f"/api/v1/companies/{company.key}/"
    assert api(bob).delete(f"{place}seats/alice/").status_code == 403
    assert api(alice).delete(f"{place}seats/bob/").status_code == 204
    assert api(alice).delete(f"{place}seats/alice/").status_code == 404
    again = api(bob).put(f"{place}seat/")
    assert (again.status_code, again.json()["type"]) == (403, "urn:troupe:barred")
    assert api(bob).get(place).status_code == 404


def test_when_the_host_leaves_it_is_over(
    company: Company, alice: User, bob: User, told: list[dict[str, Any]]
) -> None:
    place = f"/api/v1/companies/{company.key}/"
    assert api(bob).delete(place).status_code == 403
    assert api(alice).delete(f"{place}seat/").status_code == 204
    assert told[-1]["type"] == "closed"
    assert api(bob).get(place).status_code == 404
    with refused("over"):
        services.join(company=company, person=bob)


def test_it_ends_with_the_play_and_with_its_person(
    company: Company,
    play: Play,
    alice: User,
    bob: User,
    committed: Callable[[], Any],
) -> None:
    with committed():
        close_account(user=bob)
    assert [seat.person for seat in company.seats.all()] == [alice]
    plays.remove_play(play=play)
    assert not now(company).open
    with committed():
        close_account(user=alice)
    assert not Company.objects.exists()


def test_only_a_play_that_goes_on_is_opened(play: Play) -> None:
    copy = plays.keep_copy(play=play)
    ended = played(play).choose("go").snapshot()
    with refused("over"):
        services.open_company(play=copy)
    for seconds in (4, 301):
        with refused("seconds"):
            services.open_company(play=play, seconds=seconds)
    plays.save_play(play=play, rev=1, snapshot=ended)
    with refused("over"):
        services.open_company(play=play)


def test_companies_that_everybody_left_are_ended(company: Company, bob: User) -> None:
    long_ago = timezone.now() - services.IDLE - timedelta(minutes=1)
    Company.objects.update(created=long_ago)
    here(company, bob)
    assert services.sweep() == {"companies ended": 0}
    CompanySeat.objects.update(seen=long_ago)
    assert services.sweep() == {"companies ended": 1}
    assert not now(company).open


# Voting and counting ----------------------------------------------------------------


def test_a_second_vote_takes_the_place_of_the_first(
    company: Company, bob: User, told: list[dict[str, Any]]
) -> None:
    vote(company, bob, "drink")
    vote(company, bob, "go")
    assert CompanyVote.objects.get().choice == "go"
    assert told[-1]["tally"] == {"drink": 0, "go": 1}
    assert told[-1]["voted"] == ["bob"]
    assert told[-1]["closes_in"] == pytest.approx(company.seconds, abs=2)


def test_what_most_want_is_chosen_in_the_hosts_play(
    company: Company, play: Play, alice: User, bob: User, mallory: User
) -> None:
    services.join(company=company, person=mallory)
    vote(company, alice, "go")
    vote(company, bob, "drink")
    vote(company, mallory, "drink")
    services.count_now(company=company, host=alice)
    play.refresh_from_db()
    assert (play.rev, play.choices) == (2, 1)
    assert play.snapshot["position"]["context"] == {"cups": 1}
    assert not CompanyVote.objects.exists()
    assert now(company).closes is None


def test_of_as_many_votes_the_hosts_counts_then_what_is_shown_first(
    company: Company, play: Play, alice: User, bob: User, mallory: User
) -> None:
    vote(company, bob, "drink")
    vote(company, alice, "go")
    services.count_now(company=company, host=alice)
    play.refresh_from_db()
    assert play.ending == "end_tea"


def test_without_the_host_what_is_shown_first_breaks_a_tie(
    company: Company, play: Play, alice: User, bob: User, mallory: User
) -> None:
    services.join(company=company, person=mallory)
    vote(company, bob, "go")
    vote(company, mallory, "drink")
    services.count_now(company=company, host=alice)
    play.refresh_from_db()
    assert play.snapshot["position"]["context"] == {"cups": 1}


def test_it_is_counted_when_everybody_who_is_there_has_voted(
    company: Company, play: Play, alice: User, bob: User, mallory: User
) -> None:
    services.join(company=company, person=mallory)
    here(company, alice, bob)
    vote(company, alice, "drink")
    play.refresh_from_db()
    assert play.choices == 0
    vote(company, bob, "drink")
    play.refresh_from_db()
    assert play.choices == 1


def test_it_is_counted_when_the_time_is_over_whoever_notices(
    company: Company, play: Play, bob: User
) -> None:
    assert not services.count_due(key=company.key)
    vote(company, bob, "drink")
    assert not services.count_due(key=company.key)
    Company.objects.update(closes=timezone.now() - timedelta(seconds=1))
    assert services.count_due(key=company.key)
    assert not services.count_due(key=company.key)
    play.refresh_from_db()
    assert play.choices == 1


def test_only_the_host_counts_and_only_votes(
    company: Company, alice: User, bob: User
) -> None:
    with refused("not-host"):
        services.count_now(company=company, host=bob)
    with refused("no-votes"):
        services.count_now(company=company, host=alice)


def test_a_vote_is_for_what_is_open_where_the_play_stands(
    company: Company, alice: User, bob: User, mallory: User
) -> None:
    with refused("no-choice"):
        vote(company, bob, "dance")
    with refused("moved"):
        vote(company, bob, "drink", at=1)
    with refused("nobody"):
        vote(company, mallory, "drink")
    for at in range(3):
        vote(company, bob, "drink", at=at)
        services.count_now(company=company, host=alice)
    with refused("no-choice"):  # three cups are enough
        vote(company, bob, "drink", at=3)
    vote(company, bob, "go", at=3)
    services.count_now(company=company, host=alice)
    with refused("no-choice"):
        vote(company, bob, "go", at=4)


def test_when_the_host_plays_on_everybody_follows_and_votes_begin_anew(
    company: Company,
    play: Play,
    bob: User,
    told: list[dict[str, Any]],
    committed: Callable[[], Any],
) -> None:
    vote(company, bob, "go")
    start = played(play).snapshot()
    with committed():
        further = played(play).choose("drink").choose("drink").snapshot()
        plays.save_play(play=play, rev=1, snapshot=further)
    moved = told[-1]
    assert (moved["type"], moved["rev"], moved["at"], moved["since"]) == (
        "moved",
        2,
        2,
        0,
    )
    assert moved["events"] == further["events"]
    assert not CompanyVote.objects.exists()
    assert now(company).closes is None
    with committed():
        plays.save_play(play=play, rev=2, snapshot=start)
    assert (told[-1]["at"], told[-1]["since"], told[-1]["events"]) == (0, 0, [])


def test_a_long_way_is_not_told_but_read(
    company: Company,
    play: Play,
    told: list[dict[str, Any]],
    committed: Callable[[], Any],
) -> None:
    further = played(play)
    for second in range(services.MOST_EVENTS + 1):
        further = further.wait(float(second))
    with committed():
        plays.save_play(play=play, rev=1, snapshot=further.snapshot())
    assert told[-1]["events"] is None
    assert told[-1]["at"] == services.MOST_EVENTS + 1


def test_a_scene_that_leaves_the_stage_ends_it(
    company: Company, play: Play, alice: User, bob: User, told: list[dict[str, Any]]
) -> None:
    vote(company, bob, "drink")
    Scene.objects.filter(pk=play.scene_id).update(withheld="removed")
    services.count_now(company=company, host=alice)
    assert told[-1]["type"] == "closed"
    assert "rules" in told[-1]["why"]
    play.refresh_from_db()
    assert play.choices == 0


def test_what_the_host_improvises_is_heard(
    company: Company,
    play: Play,
    told: list[dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    line = improvising.Spoken("Two lumps.", "happy", "player")
    monkeypatch.setattr(improvising, "has_engine", lambda: True)
    monkeypatch.setattr(improvising, "word", lambda *_, **__: line)
    monkeypatch.setattr(improv, "perform_words", _no_voice)
    improv.improvise(play=play, state="table", beat=1, text="Sugar?")
    heard = told[-1]
    assert (heard["type"], heard["heard"], heard["text"]) == (
        "improvised",
        "Sugar?",
        "Two lumps.",
    )


def _no_voice(*_: Any, **__: Any) -> None:
    from socialapp.engines.errors import EngineError  # noqa: PLC0415

    raise EngineError("no voice here")


def test_staff_see_companies_and_end_them(
    company: Company, mallory: User, client_of: ClientOf
) -> None:
    mallory.is_staff = mallory.is_superuser = True
    mallory.save()
    staff = client_of(mallory)
    place = reverse("admin:scenes_company_changelist")
    assert company.key in staff.get(place).content.decode()
    page = reverse("admin:scenes_company_change", args=[company.pk])
    assert staff.get(page).status_code == 200
    staff.post(place, {"action": "end_now", "_selected_action": [company.pk]})
    assert not now(company).open


def test_ones_archive_has_what_one_said_and_voted(
    company: Company, play: Play, alice: User, bob: User
) -> None:
    ImprovTurn.objects.create(
        play=play, at=0, state="table", beat=1, number=0, role="host", heard="Sugar?"
    )
    vote(company, bob, "drink")
    hers, his = (
        json.loads(next(iter(play_exports.played(user))).data) for user in (alice, bob)
    )
    assert hers["improvised"][0]["heard"] == "Sugar?"
    assert hers["hosted"][0]["key"] == company.key
    assert his["improvised"] == []
    assert his["seats"][0]["vote__choice"] == "drink"


# Races ------------------------------------------------------------------------------


def at_once(*acts: Callable[[], Any]) -> list[str]:
    """What each came to: ``done``, or the code of its refusal."""
    start, came = threading.Barrier(len(acts)), list[str]()

    def run(act: Callable[[], Any]) -> None:
        start.wait()
        try:
            act()
            came.append("done")
        except PlayingError as error:
            came.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(came)


@pytest.mark.django_db(transaction=True)
def test_two_who_come_at_once_get_the_last_seat_once(
    alice: User, bob: User, mallory: User, settings: Settings
) -> None:
    settings.COMPANY_SEATS = 2
    company = services.open_company(play=begun(alice))
    came = at_once(
        lambda: services.join(company=company, person=bob),
        lambda: services.join(company=company, person=mallory),
    )
    assert came == ["done", "full"]
    assert CompanySeat.objects.filter(left=None).count() == 2


@pytest.mark.django_db(transaction=True)
def test_one_person_who_comes_twice_at_once_has_one_seat(
    alice: User, bob: User
) -> None:
    company = services.open_company(play=begun(alice))
    came = at_once(*[lambda: services.join(company=company, person=bob)] * 3)
    assert came == ["done"] * 3
    assert CompanySeat.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_vote_that_many_end_is_counted_once(alice: User, bob: User) -> None:
    play = begun(alice)
    company = services.open_company(play=play)
    services.join(company=company, person=bob)
    vote(company, bob, "drink")
    Company.objects.update(closes=timezone.now() - timedelta(seconds=1))
    at_once(*[lambda: services.count_due(key=company.key)] * 4)
    play.refresh_from_db()
    assert (play.rev, play.choices) == (2, 1)


@pytest.mark.django_db(transaction=True)
def test_a_play_is_opened_once(alice: User) -> None:
    play = begun(alice)
    assert at_once(*[lambda: services.open_company(play=play)] * 3) == ["done"] * 3
    assert Company.objects.count() == 1


# The socket -------------------------------------------------------------------------


def socket(key: str, person: User | AnonymousUser) -> Socket:
    app = URLRouter(addresses)
    found = Socket(app, f"/ws/companies/{key}/")
    cast("dict[str, Any]", found.scope)["user"] = person
    return found


async def entered(key: str, person: User) -> Socket:
    found = socket(key, person)
    assert (await found.connect())[0]
    return found


async def heard(found: Socket, kind: str) -> dict[str, Any]:
    """The next event of a kind; those before it are let go."""
    for _ in range(12):
        event: dict[str, Any] = await found.receive_json_from()
        if event["type"] == kind:
            return event
    raise AssertionError(kind)


@database_sync_to_async
def prepared(seconds: int = 30) -> tuple[str, User, User]:
    ann, ben = (
        User.objects.create_user(
            name,
            f"{name}@example.com",
            "a secret",
            birth_date=dt.date(1990, 4, 1),
        )
        for name in ("ann", "ben")
    )
    company = services.open_company(play=begun(ann))
    services.join(company=company, person=ben)
    Company.objects.update(seconds=seconds)
    return company.key, ann, ben


@pytest.mark.django_db(transaction=True)
async def test_a_vote_is_seen_counted_and_followed_by_all() -> None:
    key, ann, ben = await prepared()
    hers, his = await entered(key, ann), await entered(key, ben)
    welcome = await heard(his, "welcome")
    assert welcome["rev"] == 1
    assert {one["handle"]: one["here"] for one in welcome["people"]} == {
        "ann": True,
        "ben": True,
    }
    await hers.send_json_to({"type": "vote", "n": 1, "at": 0, "choice": "drink"})
    assert (await heard(his, "votes"))["tally"] == {"drink": 1, "go": 0}
    assert (await heard(hers, "accepted"))["n"] == 1
    await his.send_json_to({"type": "vote", "n": 1, "at": 0, "choice": "drink"})
    counted = await heard(hers, "counted")
    assert (counted["choice"], counted["votes"], counted["by"]) == (
        "drink",
        {"drink": 2},
        "all",
    )
    moved = await heard(his, "moved")
    assert (moved["rev"], moved["at"], moved["since"]) == (2, 1, 0)
    assert moved["events"][0]["choice"] == "drink"
    await his.send_json_to({"type": "vote", "n": 2, "at": 0, "choice": "go"})
    stale = await heard(his, "refused")
    assert (stale["n"], stale["code"]) == (2, "moved")
    await his.send_json_to({"type": "count", "n": 3})
    assert (await heard(his, "refused"))["code"] == "not-host"
    await his.send_json_to({"type": "ping", "n": 4})
    assert (await heard(his, "pong"))["n"] == 4
    await hers.disconnect()
    people = await heard(his, "people")
    assert {one["handle"]: one["here"] for one in people["people"]} == {
        "ann": False,
        "ben": True,
    }
    await his.disconnect()


@pytest.mark.django_db(transaction=True)
async def test_the_time_runs_out_even_when_the_host_is_gone() -> None:
    key, _, ben = await prepared(seconds=1)
    his = await entered(key, ben)
    late = await entered(key, ben)
    await database_sync_to_async(_another_is_here)(key)
    await his.send_json_to({"type": "vote", "n": 1, "at": 0, "choice": "drink"})
    counted = await heard(his, "counted")
    assert counted["by"] == "time"
    assert (await heard(late, "moved"))["at"] == 1
    await his.disconnect()
    await late.disconnect()


def _another_is_here(key: str) -> None:
    """Somebody whose page is open and who does not vote."""
    seat = CompanySeat.objects.exclude(person__username="ben").get(company__key=key)
    seat.seen = timezone.now()
    seat.save()


@pytest.mark.django_db(transaction=True)
async def test_who_has_no_seat_is_shown_the_door() -> None:
    key, ann, ben = await prepared()
    carl = await database_sync_to_async(User.objects.create_user)("carl", "c@x.org")
    for person, place, code in (
        (AnonymousUser(), key, 4401),
        (carl, key, 4404),
        (ben, "nothing", 4404),
    ):
        found = socket(place, person)
        assert (await found.connect())[0]
        closed = await found.receive_output()
        assert (closed["type"], closed["code"]) == ("websocket.close", code)
    his = await entered(key, ben)
    await heard(his, "welcome")
    company = await database_sync_to_async(Company.objects.get)(key=key)
    await database_sync_to_async(services.send_away)(
        company=company, host=ann, handle="ben"
    )
    while (closed := await his.receive_output())["type"] == "websocket.send":
        pass
    assert closed["code"] == 4404


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ("{", 4400),
        ("[]", 4400),
        ("[" * 1900, 4400),
        ('{"type": "dance"}', 4400),
        ("x" * 2001, 4400),
        (b"\x00", 4400),
    ],
)
async def test_odd_messages_close_the_socket(sent: str | bytes, code: int) -> None:
    key, _, ben = await prepared()
    his = await entered(key, ben)
    await heard(his, "welcome")
    if isinstance(sent, bytes):
        await his.send_to(bytes_data=sent)
    else:
        await his.send_to(text_data=sent)
    while (closed := await his.receive_output())["type"] == "websocket.send":
        pass
    assert closed["code"] == code


@pytest.mark.django_db(transaction=True)
async def test_odd_votes_are_refused_and_too_many_close_the_socket() -> None:
    key, _, ben = await prepared()
    his = await entered(key, ben)
    await heard(his, "welcome")
    odd: list[dict[str, Any]] = [
        {"at": "0", "choice": "go"},
        {"at": 0, "choice": 7},
        {"at": True},
        {},
    ]
    for n, sent in enumerate(odd):
        await his.send_json_to({"type": "vote", "n": n, **sent})
        assert (await heard(his, "refused"))["code"] == "odd"
    for _ in range(30):
        await his.send_json_to({"type": "ping"})
    while (closed := await his.receive_output())["type"] == "websocket.send":
        pass
    assert closed["code"] == 4429


@pytest.mark.django_db(transaction=True)
async def test_a_minor_does_not_hear_what_is_improvised() -> None:
    key, ann, ben = await prepared()
    ben.birth_date = timezone.now().date() - dt.timedelta(days=15 * 366)
    await database_sync_to_async(ben.save)()
    hers, his = await entered(key, ann), await entered(key, ben)
    await heard(his, "welcome")
    await database_sync_to_async(news.tell_soon)(key, "improvised", text="Hm.")
    await database_sync_to_async(news.tell_soon)(key, "closed", why="Over.")
    assert (await heard(hers, "improvised"))["text"] == "Hm."
    kinds: list[str] = []
    while not kinds or kinds[-1] != "closed":
        kinds.append((await his.receive_json_from())["type"])
    assert "improvised" not in kinds
    await asyncio.sleep(0)
    await hers.disconnect()
