from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from socialapp.accounts.young.birthdays import BirthDateError, age, read

if TYPE_CHECKING:
    from conftest import ClientOf
    from socialapp.accounts.models import User

TODAY = dt.date(2026, 5, 20)


def born(day: int, month: int, year: int) -> dt.date:
    return read(day, month, year, today=TODAY, minimum_age=13)


def test_it_works() -> None:
    assert born(1, 4, 1990) == dt.date(1990, 4, 1)


@pytest.mark.parametrize(
    ("day", "month", "year", "message"),
    [
        (31, 2, 1990, "February has no 31st. Check the day or the month."),
        (31, 6, 1990, "June has no 31st. Check the day or the month."),
        (30, 2, 2000, "February has no 30th. Check the day or the month."),
        (29, 2, 2001, "February 2001 has no 29th. Check the day or the year."),
        (1, 13, 1990, "There is no month 13. Use 1 to 12."),
        (0, 1, 1990, "No month has a day 0. Check the day."),
        (1, 1, 90, "Check the year: four digits, like 1990."),
        (1, 6, 2026, "That day has not come yet. Check the year."),
    ],
)
def test_a_date_that_is_none_is_refused_with_the_part_to_look_at(
    day: int, month: int, year: int, message: str
) -> None:
    with pytest.raises(BirthDateError) as caught:
        born(day, month, year)
    assert str(caught.value) == message


def test_one_is_old_enough_on_the_birthday_and_not_the_day_before() -> None:
    assert age(born(20, 5, 2013), today=TODAY) == 13
    with pytest.raises(BirthDateError, match="13 or older"):
        born(21, 5, 2013)


def test_a_leap_day_child_has_a_birthday_in_march() -> None:
    born_on = dt.date(2008, 2, 29)
    assert age(born_on, today=dt.date(2021, 2, 28)) == 12
    assert age(born_on, today=dt.date(2021, 3, 1)) == 13


@pytest.mark.django_db
def test_whoever_is_under_18_is_in_the_quieter_house(
    alice: User, client_of: ClientOf
) -> None:
    today = timezone.now().date()
    client = client_of(alice)
    for years, teen in ((18, False), (13, True)):
        alice.birth_date = today.replace(year=today.year - years, day=1)
        alice.save()
        assert alice.is_minor is teen
        assert client.get("/api/v1/me/").json()["teen"] is teen
        assert ("data-teen" in client.get("/").content.decode()) is teen
    alice.birth_date = None
    assert alice.is_minor is False
