"""The queue bench sees what it is there to see."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from avatarfx.bench import queue
from avatarfx.models import Render
from avatarfx.services import leases
from avatarfx.tests.lines import claimed, lease_of, queue_up
from avatarfx.tests.test_leases import RESULT
from socialapp.accounts import quotas
from socialapp.accounts.models import Ticket

if TYPE_CHECKING:
    from avatarfx.models import Clip
    from socialapp.accounts.models import User
    from socialapp.characters.models import Character


def paid(owner: User, hob: Character, count: int) -> list[Clip]:
    clips = queue_up(owner, hob, count)
    for clip in clips:
        quotas.hold(user=owner, key=f"clip:{clip.key}")
    return clips


def test_one_result_and_one_charge_each_is_right(alice: User, hob: Character) -> None:
    clips = paid(alice, hob, 3)
    claimed(2)
    for clip in clips[:2]:
        assert leases.finish(lease_of(clip), result=RESULT, trace=[])
    taken = Counter({clips[0].pk: 1, clips[1].pk: 1})
    assert queue._doubles(clips, taken) == 0


def test_two_results_no_charge_and_a_charge_for_nothing_are_wrong(
    alice: User, hob: Character
) -> None:
    twice, written, unpaid, nothing = clips = paid(alice, hob, 4)
    claimed(3)
    for clip in (twice, written, unpaid):
        assert leases.finish(lease_of(clip), result=RESULT, trace=[])
    assert queue._doubles(clips, Counter()) == 0
    Render.objects.create(clip=twice, fence=9, worker="far:2", outcome="ready")
    Ticket.objects.filter(key=f"clip:{unpaid.key}").update(state="returned")
    Ticket.objects.filter(key=f"clip:{nothing.key}").update(state="spent")
    assert queue._doubles(clips, Counter({written.pk: 2})) == 4
