"""Pictures of profiles, which are found and kept away as portraits are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import CharField, Exists, OuterRef, Value
from django.db.models.functions import Cast, Concat

from moderation.pictures import blocked as block_list
from moderation.pictures.blocked import Traces
from socialapp.accounts.models import User
from socialapp.jobs.queue import enqueue
from socialapp.provenance.fingerprints import stills
from socialapp.provenance.models import Fingerprint
from socialapp.provenance.services import forget_fingerprint, record_fingerprint
from socialapp.provenance.watermarks import mark_in

if TYPE_CHECKING:
    from socialapp.provenance.fingerprints.pictures import Picture

JOB = "moderation.jobs.fingerprint_profile"

MOST_AT_ONCE = 20
"""In one round of `reconcile`; each takes a worker two or three seconds."""


def subject_of(user_id: int) -> str:
    """What provenance calls a person's picture."""
    return f"profile:{user_id}"


def ask_for_prints(user_id: int) -> None:
    """Of a picture that is new, or gone."""
    enqueue(JOB, user_id)


def pixels_of(user_id: int) -> Picture | None:
    """(height, width, 3) RGB; None without a picture. FileNotFoundError, EngineError."""
    user = User.objects.filter(pk=user_id).first()
    if user is None or not user.picture:
        return None
    with user.picture.open("rb") as file:
        return block_list.opened(file.read())


def fingerprint(user_id: int) -> None:
    """Hash a person's picture, or forget the one that is gone."""
    subject = subject_of(user_id)
    picture = pixels_of(user_id)
    if picture is None:
        forget_fingerprint(subject=subject)
        return
    record_fingerprint(
        subject=subject,
        prints=stills.prints_of(picture),
        found=mark_in(picture, name=subject),
    )


def fingerprint_missing(*, lost: str = "") -> dict[str, int]:  # noqa: ARG001  workers are not ours
    """Ask again for what was lost, and for pictures older than fingerprints."""
    name = Concat(Value("profile:"), Cast(OuterRef("pk"), CharField()))
    known = Fingerprint.objects.filter(subject=name)
    unknown = User.objects.filter(~Exists(known)).exclude(picture="")
    asked = list(unknown.order_by("-pk").values_list("pk", flat=True)[:MOST_AT_ONCE])
    for pk in asked:
        ask_for_prints(pk)
    return {"profiles": len(asked)}


def keep_away(kind: str, key: str, blocked: bool) -> None:
    """Put a person's picture on the block list, or take it off."""
    if kind != "profile":
        return
    if not blocked:
        block_list.unblock(kind=kind, key=key)
        return
    picture = pixels_of(int(key))
    still = stills.NOTHING if picture is None else stills.prints_of(picture)
    if still.pictures:
        block_list.block(kind=kind, key=key, traces=Traces(stills=[still]))
