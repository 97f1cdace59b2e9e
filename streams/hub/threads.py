"""Database work of the hub, in threads of its own: neither pages nor screening, which
share Django's one, make a show wait."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from channels.db import DatabaseSyncToAsync

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
R = TypeVar("R")

SHOW = ThreadPoolExecutor(2, thread_name_prefix="show")
"""The log, presence, reactions: milliseconds each."""

AUDIENCE = ThreadPoolExecutor(2, thread_name_prefix="audience")
"""Entering, writing, voting: screening takes tens of milliseconds of a core."""


async def show(work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    return await _run(SHOW, work, *args, **kwargs)


async def audience(work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    return await _run(AUDIENCE, work, *args, **kwargs)


async def _run(
    pool: ThreadPoolExecutor, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs
) -> R:
    run = DatabaseSyncToAsync(work, thread_sensitive=False, executor=pool)
    found: R = await run(*args, **kwargs)
    return found
