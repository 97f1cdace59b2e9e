"""Each person says what they are told, which way, and when it is quiet."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from rest_framework.test import APIClient

from socialapp.notices import clocks, kinds, selectors, services
from socialapp.notices.models import Notice, NoticeSettings
from socialapp.notices.services.choosing import ChoiceError
from socialapp.notices.tests.telling import like, person

if TYPE_CHECKING:
    from conftest import ClientOf
    from socialapp.accounts.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def test_a_kind_that_is_off_is_not_told(alice: User, bob: User) -> None:
    services.switch(person=alice, kind="post-liked", way="house", on=False)
    like(alice, bob)
    assert not Notice.objects.exists()
    services.switch(person=alice, kind="post-liked", way="house", on=True)
    like(alice, bob)
    assert selectors.unseen_of(alice) == 1


def test_what_is_told_nowhere_is_neither_mailed_nor_pushed() -> None:
    ways = kinds.ways("clip-ready", {"clip-ready": {"house": False, "push": True}})
    assert ways == kinds.Ways(house=False, mail=False, push=False)


def test_every_kind_of_news_has_its_place_in_the_settings() -> None:
    assert set(kinds.SORTS) == set(Notice.Kind.values)
    assert {sort.group for sort in kinds.SORTS.values()} == set(kinds.GROUPS)


def test_decisions_are_always_told(alice: User) -> None:
    with pytest.raises(ChoiceError, match="always told"):
        services.switch(person=alice, kind="case-decided", way="house", on=False)
    services.switch(person=alice, kind="case-decided", way="push", on=False)
    chosen = NoticeSettings.objects.get(person=alice)
    assert kinds.ways("case-decided", chosen.switches).house
    assert not kinds.ways("case-decided", chosen.switches).push


def test_a_choice_that_is_none_changes_nothing(alice: User) -> None:
    services.settings_for([alice])
    wrong: list[dict[str, dict[str, bool]]] = [
        {"post-liked": {"smoke": True}},
        {"post-shrugged": {}},
    ]
    for switches in wrong:
        with pytest.raises(ChoiceError):
            services.change_settings(person=alice, switches=switches, quiet=False)
    chosen = NoticeSettings.objects.get(person=alice)
    assert (chosen.quiet, chosen.switches) == (True, {})


@pytest.mark.parametrize(
    ("zone", "utc", "until"),
    [
        ("UTC", "2026-03-10T23:30", "2026-03-11T07:00"),
        ("UTC", "2026-03-10T06:59", "2026-03-10T07:00"),
        ("UTC", "2026-03-10T07:00", None),
        ("Asia/Tokyo", "2026-03-10T14:00", "2026-03-10T22:00"),
        # Clocks go forward while it is quiet: 22:30 to 07:00 are 7.5 hours that night.
        ("Europe/Berlin", "2026-03-28T21:30", "2026-03-29T05:00"),
        ("Nowhere/Land", "2026-03-10T23:30", "2026-03-11T07:00"),
    ],
)
def test_quiet_hours_are_those_of_ones_own_clock(
    alice: User, zone: str, utc: str, until: str | None
) -> None:
    alice.time_zone = zone
    now = dt.datetime.fromisoformat(utc).replace(tzinfo=dt.UTC)
    found = clocks.quiet_until(alice, NoticeSettings(person=alice), now)
    expected = until and dt.datetime.fromisoformat(until).replace(tzinfo=dt.UTC)
    assert found == expected


def test_quiet_hours_may_be_off_or_at_noon_but_never_off_for_the_young(
    alice: User,
) -> None:
    night = dt.datetime(2026, 3, 10, 23, tzinfo=dt.UTC)
    noon = night.replace(hour=12)
    chosen = NoticeSettings(person=alice, quiet=False)
    assert clocks.quiet_until(alice, chosen, night) is None
    teen = person("teen", age=15)
    assert clocks.quiet_until(teen, chosen, night) == night.replace(day=11, hour=7)
    siesta = NoticeSettings(quiet_from=11, quiet_until=14)
    assert clocks.quiet_until(alice, siesta, noon) == noon.replace(hour=14)
    # One span leads into the other: quiet from 6 to 9 as well.
    early = NoticeSettings(quiet_from=6, quiet_until=9)
    assert clocks.quiet_until(teen, early, night) == night.replace(day=11, hour=9)
    none = NoticeSettings(quiet_from=12, quiet_until=12)
    assert clocks.quiet_until(alice, none, noon) is None


def test_the_page_saves_what_is_ticked(alice: User, client_of: ClientOf) -> None:
    client = client_of(alice)
    page = client.get("/notices/settings/").content.decode()
    assert 'name="post-liked.house" checked' in page
    assert 'name="case-decided.house"' not in page
    form = {
        "digest": "daily",
        "digest_hour": "8",
        "quiet_from": "23",
        "quiet_until": "6",
        "followed.house": "on",
    }
    assert client.post("/notices/settings/", form).status_code == 302
    chosen = NoticeSettings.objects.get(person=alice)
    assert (chosen.digest, chosen.quiet, chosen.mails) == ("daily", False, False)
    assert kinds.ways("followed", chosen.switches) == (True, False, False)
    assert not kinds.ways("post-liked", chosen.switches).house
    assert kinds.ways("case-decided", chosen.switches).house
    bad = client.post("/notices/settings/", {**form, "digest_hour": "25"})
    assert bad.status_code == 400


def test_the_settings_are_read_and_changed_over_the_api(alice: User) -> None:
    client = APIClient()
    url = "/api/v1/me/notice-settings/"
    assert client.get(url).status_code == 401
    client.force_authenticate(alice)
    told = client.get(url).json()
    assert told["digest"] == "weekly"
    assert all(one["house"] for one in told["kinds"])
    asked = {"quiet": False, "switches": {"remixed": {"push": True}}}
    told = client.patch(url, asked).json()
    by_kind = {one["kind"]: one for one in told["kinds"]}
    assert (told["quiet"], by_kind["remixed"]["push"]) == (False, True)
    assert client.patch(url, {"digest_hour": 24}).status_code == 400
    refused = client.patch(url, {"switches": {"appeal-answered": {"house": False}}})
    assert "always told" in refused.json()["detail"]


def test_the_young_are_not_lured_by_mail(client_of: ClientOf) -> None:
    teen = person("teen", age=15)
    like(teen, person("ada"))
    assert NoticeSettings.objects.get(person=teen).digest == "never"
    assert "Every day" not in client_of(teen).get("/notices/settings/").content.decode()
    with pytest.raises(ChoiceError, match="Under 18"):
        services.change_settings(person=teen, digest="daily")
