"""A person puts their own clips in another order; nobody else's moves by it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from avatarfx.errors import NotNowError
from avatarfx.models import Clip
from avatarfx.services import news

if TYPE_CHECKING:
    from collections.abc import Callable

STEPS: dict[str, Callable[[int, int], int]] = {
    "front": lambda _at, _last: 0,
    "up": lambda at, _last: at - 1,
    "down": lambda at, _last: at + 1,
    "back": lambda _at, last: last,
}
"""Where a clip goes that stands at `at` of one's own, the last of which is `last`."""


def move_clip(*, clip: Clip, to: str) -> Clip:
    """Move a waiting clip among its owner's in the same lane: ``front``, ``up``,
    ``down`` or ``back``.

    The clips exchange their turns, so that the turns of the owner are as many and the
    same as before. NotNowError when it waits no more, or for another word; a clip that
    is first already stays so.
    """
    if to not in STEPS:
        raise NotNowError(
            f"A clip can be moved {', '.join(STEPS)}; not {to or 'there'}."
        )
    with transaction.atomic():
        # In the order in which all lock who lock several of one person's clips.
        queued = Clip.objects.filter(owner=clip.owner_id, state=Clip.State.QUEUED)
        locked = list(queued.select_for_update().order_by("pk"))
        mine = sorted(
            (one for one in locked if one.lane == clip.lane), key=lambda one: one.turn
        )
        at = next((n for n, one in enumerate(mine) if one.pk == clip.pk), None)
        if at is None:
            raise NotNowError("This clip does not wait any more, so it has no place.")
        turns = [one.turn for one in mine]
        wanted = min(max(0, STEPS[to](at, len(mine) - 1)), len(mine) - 1)
        mine.insert(wanted, mine.pop(at))
        moved = []
        for one, turn in zip(mine, turns, strict=True):
            if one.turn != turn:
                one.turn = turn
                moved.append(one)
        Clip.objects.bulk_update(moved, ["turn"], batch_size=200)
        # Pages that hear of one that waits ask for all of them soon after.
        news.tell(mine[wanted])
    return mine[wanted]
