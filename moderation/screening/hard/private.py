"""Rules 3.2 and 3.3: personal data of anybody, passwords and secret keys."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from moderation.screening.matching import Match, around, words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from moderation.screening.matching import Reading

_KEY = re.compile(
    r"(?<![\w-])(?:akia[0-9a-z]{16}|gh[pousr]_[a-z0-9]{36,80}|github_pat_[a-z0-9_]{40,90}"
    r"|sk-[a-z0-9_-]{20,200}|troupe_[a-z0-9_-]{40,60}|xox[abpsr]-[a-z0-9-]{10,80}"
    r"|aiza[0-9a-z_-]{35}|eyj[a-z0-9_-]{10,400}\.eyj[a-z0-9_-]{10,400}\.[a-z0-9_-]{10,400})"
    r"|-----begin [a-z ]{0,20}private key-----"
)
_PASSWORD = words(
    r"""(?:my|his|her|their|our) (?:\w+ )?(?:password|passcode|pin(?: code| number)?|login details) (?:is|are)(?! (?:not|safe|too|gone|wrong|secret|stolen))"""
)
_SSN = re.compile(
    r"(?<![\d-])(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\d-])"
)
_CARD = re.compile(r"(?<![\w.])\d(?:[ -]?\d){12,18}(?![\w])")
_IBAN = re.compile(
    r"(?<!\w)[a-z]{2}\d{2}(?: ?[a-z0-9]{4}){2,7}(?: ?[a-z0-9]{1,3})?(?!\w)"
)
_EMAIL = re.compile(
    r"(?<![\w.+-])[\w.+-]{1,64}@(?!example\.|[\w-]{1,63}\.(?:test|invalid|example)\b)"
    r"[\w-]{1,63}(?:\.[a-z]{2,24}){1,3}"
)
_PHONE = re.compile(
    r"(?<![\w.-])(?:\+\d{1,3}[ .-]?)?(?:\(\d{2,4}\) ?|\d{2,4}[ .-])\d{3,4}[ .-]\d{3,5}(?![\w-])"
)
_INVENTED = re.compile(r"555[ .-]01\d\d|555[ .-]\d{3}[ .-]?\d?")
"""Numbers that exist in films only."""

_STREET = words(
    r"""\d{1,5}[a-z]? (?:\w+ ){1,3}?(?:street|st|avenue|ave|road|rd|lane|ln|drive|dr|boulevard|blvd|court|terrace|close|crescent|square)"""
)
_THEIRS = words(
    r"""(?:his|her|their|'s|s) (?:real |home |private |personal |cell |mobile )?(?:address|phone|number|phone number|email|e-mail|house)(?: is)?|
    (?:he|she|they|who) (?:lives?|sleeps?|works?) (?:at|on|in)|lives at|
    (?:find|visit|call|text|message|get) (?:him|her|them)(?: at| on)?|
    (?:here is|here's) where (?:he|she|they)"""
)
_REACH = 60


def find(reading: Reading) -> Iterator[Match]:
    text = reading.text
    for found in _KEY.finditer(text):
        yield Match("credentials", *found.span(), "block")
    for found in _PASSWORD.finditer(text):
        yield Match("credentials", *found.span(), "review")
    for found in _SSN.finditer(text):
        yield Match("personal_data", *found.span(), "block")
    for found in _CARD.finditer(text):
        if _luhn(re.sub(r"\D", "", found.group())):
            yield Match("personal_data", *found.span(), "block")
    for found in _IBAN.finditer(text):
        if _iban(found.group().replace(" ", "")):
            yield Match("personal_data", *found.span(), "block")
    for pattern in (_EMAIL, _PHONE):
        for found in pattern.finditer(text):
            if not _INVENTED.search(found.group()):
                theirs = _about_somebody(text, found)
                yield Match(
                    "personal_data", *found.span(), "block" if theirs else "review"
                )
    for found in _STREET.finditer(text):
        if _about_somebody(text, found):
            yield Match("personal_data", *found.span(), "block")


def _about_somebody(text: str, found: re.Match[str]) -> bool:
    return _THEIRS.search(around(text, *found.span(), _REACH)) is not None


def _luhn(digits: str) -> bool:
    """The check digit of payment cards (ISO/IEC 7812)."""
    if not 13 <= len(digits) <= 19 or len(set(digits)) == 1:
        return False
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _iban(code: str) -> bool:
    """The check digits of bank accounts (ISO 13616): 97 divides, remainder 1."""
    if not 15 <= len(code) <= 34:
        return False
    moved = code[4:] + code[:4]
    return int("".join(str(int(c, 36)) for c in moved)) % 97 == 1
