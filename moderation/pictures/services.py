"""Writes about pictures: each is checked, its result kept, and decided once more."""

from __future__ import annotations

import hashlib
import logging
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from moderation.models import LikenessConsent, PictureCheck, Screening
from moderation.pictures import gate
from moderation.pictures.errors import PictureRefusedError, PictureWaitsError
from moderation.signals import likeness_revoked, picture_decided
from socialapp.jobs.queue import enqueue
from socialapp.lib import blobs

if TYPE_CHECKING:
    from django.dispatch import Signal

    from moderation.pictures.gate import PictureVerdict
    from socialapp.accounts.models import User
    from socialapp.performance.rig import Anchors

log = logging.getLogger(__name__)

JOB = "moderation.jobs.check_again"

MOST_TRIES = 5
"""Of the detectors; then a person looks."""

FIRST_PAUSE = timedelta(seconds=30)
"""Before a second look; doubled before each further one."""

MOST_AT_ONCE = 10


def screen_portrait(
    *,
    picture: bytes,
    person: User,
    anchors: Anchors | None = None,
    painting: bool = False,
    surface: str = "portrait",
) -> PictureVerdict:
    """What the rules say to a portrait; PictureRefusedError when they refuse it.

    Nothing is stored of the picture but its hash, in the log. `painting`: its owner
    says that it is one, and a person will look. `surface`: where else it is shown.
    """
    sha256 = hashlib.sha256(picture).hexdigest()
    verdict = gate.screen(
        picture,
        anchors=anchors,
        circumstances=gate.Circumstances(
            person=person,
            consent=has_consent(person=person, sha256=sha256),
            painting=painting,
        ),
    )
    note(surface=surface, sha256=sha256, person=person, verdict=verdict)
    if verdict.state == "refused":
        raise PictureRefusedError(verdict)
    return verdict


def screen_profile(*, picture: bytes, person: User) -> None:
    """PictureError unless a profile picture may be shown at once.

    A photograph of oneself is what it is for, so faces of real people are not asked
    about; figures, nudity and known files are. None waits: the old picture stays.
    """
    verdict = gate.screen(
        picture, circumstances=gate.Circumstances(person=person, gate=False)
    )
    sha256 = hashlib.sha256(picture).hexdigest()
    note(surface="profile", sha256=sha256, person=person, verdict=verdict)
    if verdict.state == "refused":
        raise PictureRefusedError(verdict)
    if verdict.unchecked:
        raise PictureWaitsError(
            "We could not check this picture just now. Your old one stays; try again in"
            " a few minutes."
        )
    if verdict.state == "pending":
        raise PictureWaitsError(
            f"This picture may break rule {verdict.rule}. Your old one stays; use"
            " another picture. We kept no copy."
        )


@transaction.atomic
def keep_check(*, owner: User, ref: str, verdict: PictureVerdict) -> PictureCheck:
    """What became of a picture that was stored under `ref`.

    A moderator's decision about the same bytes stands.
    """
    sha256 = hash_of(ref)
    # Two uploads of one picture at once: one makes the row, the other waits for it.
    PictureCheck.objects.get_or_create(
        owner=owner, sha256=sha256, defaults={"ref": ref}
    )
    check = PictureCheck.objects.select_for_update().get(owner=owner, sha256=sha256)
    if check.decided_by_id is not None:
        return check
    _apply(check, verdict)
    check.ref = ref
    check.consent = _consent_of(owner, sha256)
    check.save()
    return check


@transaction.atomic
def decide(*, check: PictureCheck, moderator: User, approve: bool) -> PictureCheck:
    """A person looked: the picture may be shown, or is refused."""
    fresh = PictureCheck.objects.select_for_update().get(pk=check.pk)
    fresh.state = PictureCheck.State.APPROVED if approve else PictureCheck.State.REFUSED
    fresh.unchecked = False
    fresh.decided_by, fresh.decided = moderator, timezone.now()
    fresh.save()
    _tell(picture_decided, check=fresh)
    return fresh


def recheck(*, lost: str = "") -> dict[str, int]:  # noqa: ARG001  workers are not ours
    """Ask for another look at pictures that no detector could look at."""
    now = timezone.now()
    asked = 0
    for check in PictureCheck.objects.waiting().filter(
        unchecked=True, next_try__lte=now
    )[:MOST_AT_ONCE]:
        pause = FIRST_PAUSE * 2**check.tries
        # Whoever moves the time asks: two reconcilers do not ask twice.
        asked += PictureCheck.objects.filter(
            pk=check.pk, next_try=check.next_try
        ).update(next_try=now + pause)
        enqueue(JOB, check.pk)
    return {"pictures": asked}


def check_again(check_id: int) -> None:
    """Look once more; after MOST_TRIES it waits for a person instead."""
    check = PictureCheck.objects.select_related("owner").filter(pk=check_id).first()
    if check is None or not check.unchecked:
        return
    try:
        picture = blobs.get(check.ref)
    except FileNotFoundError:
        check.delete()
        return
    verdict = gate.screen(
        picture,
        circumstances=gate.Circumstances(
            person=check.owner,
            consent=has_consent(person=check.owner, sha256=check.sha256),
        ),
    )
    _settle(check, verdict)


def check_of(*, owner: User, ref: str) -> PictureCheck | None:
    """What became of checking these bytes for this person; None: never checked."""
    return PictureCheck.objects.filter(owner=owner, sha256=hash_of(ref)).first()


def is_approved(*, owner: User, ref: str) -> bool:
    """Whether these very bytes may be shown for this person."""
    return PictureCheck.objects.filter(
        owner=owner, sha256=hash_of(ref), state=PictureCheck.State.APPROVED
    ).exists()


def has_consent(*, person: User, sha256: str) -> bool:
    return _consent_of(person, sha256) is not None


@transaction.atomic
def give_consent(*, owner: User, picture: bytes, live: bool) -> LikenessConsent:
    """Note that `owner` declared the portrait to be themselves, and what was checked.

    `live`: the capture passed; the likeness module alone may say so.
    """
    sha256 = hashlib.sha256(picture).hexdigest()
    found = _consent_of(owner, sha256)
    if found is not None:
        return found
    return LikenessConsent.objects.create(
        owner=owner, sha256=sha256, captured=timezone.now() if live else None
    )


@transaction.atomic
def drop_consent(*, consent: LikenessConsent) -> None:
    """Forget a consent whose picture another rule refused."""
    consent.delete()


@transaction.atomic
def revoke_consent(*, consent: LikenessConsent) -> None:
    """Take it back: the portrait is refused from now on, wherever it was shown."""
    fresh = LikenessConsent.objects.select_for_update().get(pk=consent.pk)
    if fresh.revoked is not None:
        return
    fresh.revoked = timezone.now()
    fresh.save(update_fields=["revoked"])
    PictureCheck.objects.filter(owner=fresh.owner, sha256=fresh.sha256).update(
        state=PictureCheck.State.REFUSED
    )
    _tell(likeness_revoked, consent=fresh)


@transaction.atomic
def forget_owner(*, owner: User) -> None:
    """Delete what is known of a leaving person's pictures; the log keeps no name."""
    PictureCheck.objects.filter(owner=owner).delete()
    LikenessConsent.objects.filter(owner=owner).delete()
    Screening.objects.filter(
        person=owner, surface__in=["portrait", "background", "frames", "profile"]
    ).update(person=None)


def note(
    *,
    surface: str,
    sha256: str,
    person: User | None,
    verdict: PictureVerdict,
    subject: str = "",
) -> Screening:
    """A line of the log, without the picture."""
    action = {"approved": "allow", "pending": "review", "refused": "block"}
    return Screening.objects.create(
        surface=surface,
        subject=subject,
        person=person,
        sha256=sha256,
        action=action[verdict.state],
        findings=[finding.to_json() for finding in verdict.findings],
        scores=dict(verdict.scores),
        version=verdict.version[:40],
    )


def hash_of(ref: str) -> str:
    """The SHA-256 that a blob's ref names, hex."""
    return ref.removeprefix("sha256:").partition(".")[0]


def _settle(check: PictureCheck, verdict: PictureVerdict) -> None:
    with transaction.atomic():
        fresh = PictureCheck.objects.select_for_update().get(pk=check.pk)
        if not fresh.unchecked:
            return
        fresh.tries += 1
        if verdict.unchecked:
            # Still nobody could look; from here on it is a person's turn.
            fresh.unchecked = fresh.tries < MOST_TRIES
            fresh.save(update_fields=["tries", "unchecked"])
            return
        _apply(fresh, verdict)
        fresh.save()
        note(
            surface="portrait",
            sha256=fresh.sha256,
            person=fresh.owner,
            verdict=verdict,
        )
        if verdict.state != "pending":
            _tell(picture_decided, check=fresh)


def _apply(check: PictureCheck, verdict: PictureVerdict) -> None:
    check.state = verdict.state
    check.unchecked = bool(verdict.unchecked)
    check.findings = [finding.to_json() for finding in verdict.findings]
    check.scores = dict(verdict.scores)
    check.version = verdict.version[:120]
    if verdict.state != "pending":
        check.decided = timezone.now()


def _consent_of(owner: User, sha256: str) -> LikenessConsent | None:
    given = LikenessConsent.objects.filter(owner=owner, sha256=sha256, revoked=None)
    if settings.REAL_PERSON_GATE != "consent":
        given = given.filter(captured__isnull=False)
    return given.first()


def _tell(signal: Signal, **news: Any) -> None:
    transaction.on_commit(partial(_send, signal, news))


def _send(signal: Signal, news: dict[str, Any]) -> None:
    for receiver, answer in signal.send_robust(sender=PictureCheck, **news):
        if isinstance(answer, Exception):
            log.error("%r failed", receiver, exc_info=answer)
