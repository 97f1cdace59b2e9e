"""Writes to portraits: a picture comes in, a rig and an avatar come with it."""

from __future__ import annotations

import hashlib
import time
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction

from moderation.models import PictureCheck
from moderation.pictures import gate, likeness
from moderation.pictures import services as screening
from moderation.pictures.errors import PictureRefusedError, PictureWaitsError
from socialapp.characters import anchors as handles
from socialapp.characters import maker, prints, thumbs
from socialapp.characters.models import Character, Portrait
from socialapp.engines.errors import EngineError
from socialapp.engines.handler import riggers
from socialapp.lib import blobs, images, withheld
from socialapp.lib.images import PictureError
from socialapp.performance import codec
from socialapp.performance.rig import STYLES
from socialapp.provenance.services import forget_fingerprint

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from moderation.pictures.gate import PictureVerdict
    from moderation.pictures.likeness import Challenge
    from socialapp.accounts.models import User
    from socialapp.performance import Rig
    from socialapp.performance.rig import Anchors


def add_portrait(*, owner: User, data: bytes, painting: bool = False) -> Portrait:
    """Clean the file, look for the face, let it be screened, keep it. PictureError.

    A picture without a face is kept: its owner sets the anchors by hand. One that the
    rules refuse leaves nothing behind; one that must wait is kept for its owner alone.
    `painting`: a face that looks like a photograph is painted, says its owner.
    """
    _check_room(owner)
    clean = clean_picture(data)
    ref = blobs.ref_of(clean.data, clean.extension)
    if withheld.is_removed(blobs.name_of(ref)):
        raise PictureError(
            "This very picture was taken down here. Choose another one; if you think"
            " that was wrong, appeal the decision."
        )
    rig, parts = _see_rig(clean.data, ref=ref)
    verdict = screening.screen_portrait(
        picture=clean.data, person=owner, anchors=rig.anchors, painting=painting
    )
    blobs.put(clean.data, clean.extension)
    _put_all(parts)
    return _keep(
        owner=owner,
        source=Portrait.Source.UPLOAD,
        ref=ref,
        picture=clean.data,
        rig=rig,
        state=Portrait.RigState.FOUND if rig.anchors else Portrait.RigState.NONE,
        verdict=verdict,
    )


def add_likeness(
    *,
    owner: User,
    data: bytes,
    declared: bool,
    camera: Sequence[bytes] = (),
    challenge: Challenge | None = None,
) -> Portrait:
    """A portrait of `owner` in person. PictureError says what is missing.

    `camera`: straight ahead, then turned as `challenge` asked. They are looked at and
    forgotten. Where REAL_PERSON_GATE is ``consent`` the declaration is enough.
    """
    if not declared:
        raise PictureError("Confirm that this is you first.")
    _check_room(owner)
    portrait = clean_picture(data).data
    live = settings.REAL_PERSON_GATE != "consent"
    if live:
        if challenge is None or len(camera) != 1 + len(likeness.SIDES):
            raise PictureError(
                "The live check is not complete. Start it again; nothing was kept."
            )
        ahead, *turned = (clean_picture(one).data for one in camera)
        likeness.check_capture(
            portrait=portrait,
            ahead=ahead,
            turned=turned,
            challenge=challenge,
            now=time.time(),
        )
    sha256 = hashlib.sha256(portrait).hexdigest()
    earlier = screening.has_consent(person=owner, sha256=sha256)
    consent = screening.give_consent(owner=owner, picture=portrait, live=live)
    try:
        return add_portrait(owner=owner, data=data)
    except PictureError:
        if not earlier:
            screening.drop_consent(consent=consent)
        raise


def clean_picture(data: bytes) -> images.CleanPicture:
    """The picture as we would keep it. PictureError."""
    return images.clean(
        data,
        max_bytes=settings.MAX_PICTURE_BYTES,
        max_pixels=settings.MAX_PICTURE_PIXELS,
    )


def require_approved(portrait: Portrait) -> None:
    """PictureWaitsError or PictureError unless these very bytes may be shown.

    An upload that was never screened is screened now. What we drew needs no screening.
    """
    if portrait.source != Portrait.Source.UPLOAD:
        return
    check = screening.check_of(owner=portrait.owner, ref=portrait.ref)
    if check is None:
        check = _screen_late(portrait)
    if check.state == PictureCheck.State.PENDING:
        words = gate.WAITS if check.unchecked else gate.REVIEW
        raise PictureWaitsError(words)
    if check.state == PictureCheck.State.REFUSED:
        raise PictureError(
            "This portrait may not be shown. Give the character another one; nothing"
            " was spent."
        )


def why_it_waits(portrait: Portrait) -> str:
    """In words for its owner; empty when it does not. Looks at nothing anew."""
    if portrait.source != Portrait.Source.UPLOAD:
        return ""
    check = screening.check_of(owner=portrait.owner, ref=portrait.ref)
    if check is None or check.state != PictureCheck.State.PENDING:
        return ""
    return gate.WAITS if check.unchecked else gate.REVIEW


def hide_portrait(*, owner: User, sha256: str) -> None:
    """Take the characters that wear it out of sight; their owner still has them."""
    worn = Character.objects.filter(
        portrait__owner=owner, portrait__ref__startswith=f"sha256:{sha256}."
    )
    worn.exclude(visibility=Character.Visibility.PRIVATE).update(
        visibility=Character.Visibility.PRIVATE
    )


def add_made_portrait(*, owner: User, recipe: dict[str, Any]) -> Portrait:
    """A portrait mixed in the avatar maker. PictureError says which choice is odd."""
    _check_room(owner)
    recipe = _recipe(recipe)
    rig, parts, picture = maker.build(recipe)
    _put_all(parts)
    return _keep(
        owner=owner,
        source=Portrait.Source.MAKER,
        ref=blobs.put(picture, "png"),
        picture=picture,
        rig=rig,
        state=Portrait.RigState.FOUND,
        recipe=recipe,
    )


def draw_recipe(recipe: dict[str, Any]) -> str:
    """The SVG of a recipe, for a look before it is made. PictureError as above."""
    return maker.to_svg(_recipe(recipe))


def set_anchors(*, portrait: Portrait, anchors: Anchors, style: str = "") -> Portrait:
    """Rig the picture from the handles of a person. PictureError when they cannot be."""
    rig = _own_rig(portrait)
    if style not in {"", "photo", "paint", "flat"}:
        raise PictureError("Choose photo, painted or flat.")
    try:
        handles.check(anchors, ratio=rig.height / rig.width)
    except handles.AnchorError as error:
        raise PictureError(str(error)) from None
    picture = blobs.get(portrait.ref)
    if rig.anchors is None:
        _screen_with(portrait, picture, anchors)
    found = _find_rig(
        picture, ref=portrait.ref, style=style or rig.style, anchors=anchors
    )
    return _replace_rig(
        portrait,
        picture=picture,
        rig=found,
        state=Portrait.RigState.HAND,
        hand=codec.dump(anchors),
    )


def find_face_again(*, portrait: Portrait) -> Portrait:
    """Let the finder look once more and forget the handles; PictureError, and nothing
    lost, when it still sees no face."""
    _own_rig(portrait)
    picture = blobs.get(portrait.ref)
    rig = _find_rig(picture, ref=portrait.ref)
    if rig.anchors is None:
        reason = rig.reason or "We found no face in this picture."
        if "handles" not in reason:
            reason += " Drag the handles onto eyes, mouth and chin instead."
        raise PictureError(reason)
    return _replace_rig(
        portrait, picture=picture, rig=rig, state=Portrait.RigState.FOUND, hand=None
    )


@transaction.atomic
def remove_portrait(*, portrait: Portrait) -> None:
    """Forget a portrait that nothing uses. PictureError when something does."""
    if portrait.characters.filter(removed__isnull=True).exists():
        raise PictureError(
            "A character wears this portrait. Give it another one first."
        )
    if portrait.roles.exists():
        raise PictureError("A clip was made with this portrait, so it stays.")
    portrait.characters.update(portrait=None)
    delete_portrait(portrait)


def delete_portrait(portrait: Portrait) -> None:
    """The row and, at commit, its files that no other portrait has. ProtectedError
    while something points at it.

    Layers of drawn portraits are parts that many share; they stay.
    """
    others = Portrait.objects.exclude(pk=portrait.pk)
    mine = []
    if not others.filter(ref=portrait.ref).exists():
        rig = portrait.as_rig()
        mine += [portrait.ref, rig.grids, rig.matte]
    if not others.filter(thumb=portrait.thumb).exists():
        mine.append(portrait.thumb)
    forget_fingerprint(subject=prints.subject_of(portrait))
    portrait.delete()
    for ref in filter(None, mine):
        transaction.on_commit(partial(blobs.remove, ref), robust=True)


def drop_refused(*, owner: User, sha256: str) -> None:
    """A picture that waited and was refused: hidden, and forgotten where nothing uses
    it."""
    hide_portrait(owner=owner, sha256=sha256)
    refused = owner.portraits.filter(ref__startswith=f"sha256:{sha256}.")
    for portrait in refused:
        with suppress(PictureError):
            remove_portrait(portrait=portrait)


def _recipe(recipe: dict[str, Any]) -> dict[str, Any]:
    try:
        return maker.check(recipe)
    except maker.MakerError as error:
        raise PictureError(str(error)) from None


def _check_room(owner: User) -> None:
    most = settings.PORTRAITS_PER_PERSON
    if owner.portraits.count() >= most:
        raise PictureError(
            f"You have {most} portraits, and no more fit. Remove one you do not use."
        )


def _own_rig(portrait: Portrait) -> Rig:
    """The rig of an uploaded picture; drawn portraits have nothing to find."""
    if portrait.source != Portrait.Source.UPLOAD:
        raise PictureError(
            "This portrait was drawn here, so its face is exact already."
        )
    return portrait.as_rig()


def _screen_with(portrait: Portrait, picture: bytes, anchors: Anchors) -> None:
    """Screen a face that no finder saw and a person pointed at.

    What is refused now would have been on upload: it is not kept either. What waits
    for a person, or was decided by one, is theirs.
    """
    check = screening.check_of(owner=portrait.owner, ref=portrait.ref)
    if check and (check.state != PictureCheck.State.APPROVED or check.decided_by_id):
        return
    try:
        verdict = screening.screen_portrait(
            picture=picture, person=portrait.owner, anchors=anchors
        )
    except PictureRefusedError as refusal:
        screening.keep_check(
            owner=portrait.owner, ref=portrait.ref, verdict=refusal.verdict
        )
        hide_portrait(owner=portrait.owner, sha256=screening.hash_of(portrait.ref))
        with suppress(PictureError):
            remove_portrait(portrait=portrait)
        raise
    screening.keep_check(owner=portrait.owner, ref=portrait.ref, verdict=verdict)


def _screen_late(portrait: Portrait) -> PictureCheck:
    picture = blobs.get(portrait.ref)
    try:
        verdict = screening.screen_portrait(
            picture=picture, person=portrait.owner, anchors=portrait.as_rig().anchors
        )
    except PictureRefusedError as refusal:
        verdict = refusal.verdict
    return screening.keep_check(owner=portrait.owner, ref=portrait.ref, verdict=verdict)


def _find_rig(
    picture: bytes, *, ref: str, style: str = "", anchors: Anchors | None = None
) -> Rig:
    rig, parts = _see_rig(picture, ref=ref, style=style, anchors=anchors)
    _put_all(parts)
    return rig


def _see_rig(
    picture: bytes, *, ref: str, style: str = "", anchors: Anchors | None = None
) -> tuple[Rig, Mapping[str, bytes]]:
    """The rig and its files, of which none is stored yet."""
    try:
        rig, parts = riggers["default"].rig(
            picture, ref=ref, style=style, anchors=anchors
        )
    except EngineError as error:
        raise PictureError(str(error)) from error
    if rig.style not in STYLES:
        raise PictureError("This portrait has no known style.")
    return rig, parts


def _put_all(parts: Mapping[str, bytes]) -> None:
    for ref, data in parts.items():
        blobs.put(data, ref.rpartition(".")[2])


@transaction.atomic
def _keep(
    *,
    owner: User,
    source: str,
    ref: str,
    picture: bytes,
    rig: Rig,
    state: str,
    recipe: dict[str, Any] | None = None,
    verdict: PictureVerdict | None = None,
) -> Portrait:
    if verdict is not None:
        screening.keep_check(owner=owner, ref=ref, verdict=verdict)
    portrait = Portrait.objects.create(
        owner=owner,
        source=source,
        ref=ref,
        thumb=blobs.put(thumbs.make(picture, rig.anchors), "webp"),
        recipe=recipe or {},
        rig=rig.to_json(),
        rig_state=state,
    )
    prints.ask_for_prints(portrait)
    return portrait


@transaction.atomic
def _replace_rig(
    portrait: Portrait,
    *,
    picture: bytes,
    rig: Rig,
    state: str,
    hand: dict[str, Any] | None,
) -> Portrait:
    portrait.rig = rig.to_json()
    portrait.rig_state = state
    portrait.hand = hand
    portrait.thumb = blobs.put(thumbs.make(picture, rig.anchors), "webp")
    portrait.save(update_fields=["rig", "rig_state", "hand", "thumb"])
    return portrait
