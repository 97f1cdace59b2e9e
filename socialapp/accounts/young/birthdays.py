"""Birth dates: refused in words that say which part to look at."""

from __future__ import annotations

import calendar
import datetime as dt

ADULT = 18
"""Years; younger people are in teen mode."""

OLDEST = 120
"""Years; nobody alive is older by much, and a typing error usually is."""


class BirthDateError(ValueError):
    """The message says what is wrong and what to do."""


def read(
    day: int, month: int, year: int, *, today: dt.date, minimum_age: int
) -> dt.date:
    """The date; BirthDateError when there is none such or its owner is too young."""
    if not 1 <= month <= 12:
        raise BirthDateError(f"There is no month {month}. Use 1 to 12.")
    if not 1 <= day <= 31:
        raise BirthDateError(f"No month has a day {day}. Check the day.")
    if not today.year - OLDEST <= year <= today.year:
        raise BirthDateError("Check the year: four digits, like 1990.")
    if day > calendar.monthrange(year, month)[1]:
        name = calendar.month_name[month]
        # 29 February exists in other years: then the year may be the slip.
        if (day, month) == (29, 2):
            raise BirthDateError(
                f"{name} {year} has no 29th. Check the day or the year."
            )
        raise BirthDateError(f"{name} has no {_nth(day)}. Check the day or the month.")
    date = dt.date(year, month, day)
    check(date, today=today, minimum_age=minimum_age)
    return date


def check(date: dt.date, *, today: dt.date, minimum_age: int) -> None:
    """BirthDateError when the date is impossible or its owner is too young."""
    if date > today:
        raise BirthDateError("That day has not come yet. Check the year.")
    if date.year < today.year - OLDEST:
        raise BirthDateError("Check the year: four digits, like 1990.")
    if age(date, today=today) < minimum_age:
        raise BirthDateError(
            f"You need to be {minimum_age} or older to join."
            " You can watch without an account."
        )


def age(date: dt.date, *, today: dt.date) -> int:
    """Full years. Someone born on 29 February has a birthday on 1 March."""
    had_it = (today.month, today.day) >= (date.month, date.day)
    return today.year - date.year - (not had_it)


def latest_of_adults(today: dt.date) -> dt.date:
    """Whoever was born on this day or before is an adult."""
    year = today.year - ADULT
    if (today.month, today.day) == (2, 29) and not calendar.isleap(year):
        return dt.date(year, 2, 28)
    return today.replace(year=year)


def _nth(number: int) -> str:
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{'th' if number in (11, 12, 13) else ending}"
