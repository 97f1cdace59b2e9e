"""What a token may do: three plain words, and which of them a route needs.

It is said here for every route at once, by its method and address. A new route is never
forgotten: what is not listed needs ``read`` to look and ``write`` to do anything.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.db import models

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

PREFIX = "/api/v1/"


class Scope(models.TextChoices):
    READ = "read", "See what you see: clips, chats, notices, your profile"
    WRITE = "write", "Make, change, publish and delete things in your name"
    ACCOUNT = "account", "Manage your account: profile, tokens, webhooks, leaving"


ALL = tuple(str(scope) for scope in Scope)

_SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})

_ACCOUNT = re.compile(r"(tokens|webhooks|me/export|me/picture)/")
"""The account's own matters, looking at them included."""

_PROFILE = re.compile(r"me/")
"""Changing it, or leaving; to look at it ``read`` is enough."""

_TICKETS = re.compile(r"streams/[^/]+/ticket/")
"""Asked for with POST, and open nothing but what a token that reads may see."""


def needed(*, method: str, path: str) -> Scope:
    """The scope that a request needs. `path` may have names in place of its keys."""
    route = path.removeprefix(PREFIX)
    safe = method.upper() in _SAFE
    if _ACCOUNT.match(route):
        return Scope.ACCOUNT
    if safe or _TICKETS.fullmatch(route):
        return Scope.READ
    return Scope.ACCOUNT if _PROFILE.fullmatch(route) else Scope.WRITE


def joined(scopes: Iterable[str]) -> str:
    """As OAuth writes them (RFC 6749, 3.3): once each, in the order of the list."""
    asked = set(scopes)
    return " ".join(scope for scope in ALL if scope in asked)


def complaint(scopes: Collection[str], *, within: Collection[str] = ALL) -> str:
    """Why a token cannot have these; empty when it can. `within`: what whoever asks
    has, since no program gives another more than it was given."""
    known = ", ".join(ALL)
    if not scopes:
        return f"Choose at least one of {known}."
    if unknown := sorted(set(scopes) - set(ALL)):
        return f"There is no “{unknown[0]}”. The scopes are {known}."
    if more := [scope for scope in ALL if scope in set(scopes) - set(within)]:
        return (
            f"Your own token lacks “{more[0]}”, so it cannot give it to another one."
            " Make that one on the page of your settings."
        )
    return ""
