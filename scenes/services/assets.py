"""Writes to what people bring along for their scenes."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from avatarfx import opus
from avatarfx.services.backdrops import cleaned
from moderation.pictures import blocked, gate
from moderation.pictures import services as screening
from scenes import recordings
from scenes.asset_copies import words_of
from scenes.models import SceneAsset
from socialapp.lib import blobs, withheld
from socialapp.provenance.fingerprints import Prints

if TYPE_CHECKING:
    from moderation.models import PictureCheck
    from moderation.pictures.gate import PictureVerdict
    from socialapp.accounts.models import User

MOST_NAME = 60
AT_ONCE = 20
"""Looked for in all documents, by one sweep."""

_GONE = (
    "This very file was taken down here. Choose another one; if you think that was"
    " wrong, appeal the decision."
)


class AssetError(Exception):
    """The file is not taken; the message is for the person who sent it."""


def add_background(
    *, owner: User, data: bytes, name: str = "", painting: bool = False
) -> SceneAsset:
    """Clean the picture, let it be screened, keep it. AssetError or PictureError.

    One that the rules refuse leaves nothing behind; one that must wait is kept for its
    owner alone. `painting`: a face in it that looks photographed is painted, says its
    owner.
    """
    check_room(owner)
    clean = cleaned(data)
    ref = _new_ref(clean.data, "webp")
    verdict = screening.screen_portrait(
        picture=clean.data, person=owner, painting=painting, surface="background"
    )
    return _keep(
        SceneAsset(
            owner=owner,
            kind=SceneAsset.Kind.BACKGROUND,
            name=_named(name, "Background"),
            ref=ref,
            width=clean.width,
            height=clean.height,
        ),
        clean.data,
        verdict=verdict,
    )


def add_sound(*, owner: User, data: bytes, name: str = "") -> SceneAsset:
    """Clean the sound, compare it with the block list, keep it. AssetError or
    SoundError."""
    check_room(owner)
    clean = recordings.clean(data, max_bytes=settings.MAX_SOUND_BYTES)
    ref = _new_ref(clean.data, "webm")
    if blocked.match_prints(
        Prints(sound=words_of(clean.samples.mean(axis=0), opus.RATE))
    ):
        raise AssetError(_GONE)
    return _keep(
        SceneAsset(
            owner=owner,
            kind=SceneAsset.Kind.SOUND,
            name=_named(name, "Sound"),
            ref=ref,
            seconds=round(clean.seconds, 3),
        ),
        clean.data,
    )


def check_room(owner: User) -> None:
    """AssetError when no more fit."""
    most = settings.SCENE_ASSETS_PER_PERSON
    if SceneAsset.objects.kept_by(owner).count() >= most:
        raise AssetError(
            f"You have {most} backgrounds and sounds, and no more fit. Delete one you do"
            " not use."
        )


@transaction.atomic
def remove_asset(*, asset: SceneAsset) -> None:
    """Take it off its owner's shelf; no new version may name it.

    Plays of what was published go on as they were: the file stays for them until no
    version names it any more, and is forgotten by `sweep`.
    """
    fresh = SceneAsset.objects.select_for_update().get(pk=asset.pk)
    if not fresh.in_use:
        delete_asset(asset=fresh)
        return
    if fresh.removed is None:
        fresh.removed = timezone.now()
        fresh.save(update_fields=["removed"])


@transaction.atomic
def delete_asset(*, asset: SceneAsset) -> None:
    """The row and, at commit, its file, unless somebody else has the same one."""
    ref = asset.ref
    asset.delete()
    transaction.on_commit(partial(_forget_file, ref), robust=True)


@transaction.atomic
def forget_owner(*, owner: User) -> None:
    """Delete all that a leaving person brought; plays show the quiet default."""
    for asset in SceneAsset.objects.filter(owner=owner):
        delete_asset(asset=asset)


def set_withheld(*, asset: SceneAsset, level: str) -> None:
    """``hidden``, ``removed`` or empty, which is back on stage. By moderation alone."""
    SceneAsset.objects.filter(pk=asset.pk).update(withheld=level)
    asset.withheld = level


@transaction.atomic
def settle(*, owner: User, sha256: str, state: str) -> None:
    """A picture that waited was decided, or a consent taken back. What was refused is
    not kept, unless a version names it: then it is not shown."""
    found = SceneAsset.objects.select_for_update().filter(
        owner=owner, ref__startswith=f"sha256:{sha256}."
    )
    for asset in found:
        if state == SceneAsset.State.REFUSED and not asset.in_use:
            delete_asset(asset=asset)
            continue
        asset.state = state
        asset.save(update_fields=["state"])


def sweep(*, lost: str = "") -> dict[str, int]:  # noqa: ARG001  workers are not ours
    """Forget what was deleted and is named by no published version any more.

    A few each time and in no order, so that those still in use hold up nobody.
    """
    gone = 0
    for asset in SceneAsset.objects.filter(removed__isnull=False).order_by("?")[
        :AT_ONCE
    ]:
        if not asset.in_use:
            delete_asset(asset=asset)
            gone += 1
    return {"assets": gone}


def state_of(check: PictureCheck) -> str:
    """The states of a check have the same names."""
    return SceneAsset.State(check.state)


def why_it_waits(asset: SceneAsset) -> str:
    """In words for its owner; empty when it does not. Looks at nothing anew."""
    if asset.state != SceneAsset.State.PENDING:
        return ""
    check = screening.check_of(owner=asset.owner, ref=asset.ref)
    return gate.WAITS if check and check.unchecked else gate.REVIEW


def _new_ref(data: bytes, extension: str) -> str:
    """AssetError when this very file was taken down."""
    ref = blobs.ref_of(data, extension)
    if withheld.is_removed(blobs.name_of(ref)):
        raise AssetError(_GONE)
    return ref


@transaction.atomic
def _keep(
    asset: SceneAsset, data: bytes, *, verdict: PictureVerdict | None = None
) -> SceneAsset:
    """The row and its file; what was sent before, and deleted since, is back."""
    blobs.put(data, asset.ref.rpartition(".")[2])
    asset.size = len(data)
    if verdict is not None:
        check = screening.keep_check(owner=asset.owner, ref=asset.ref, verdict=verdict)
        asset.state = state_of(check)
    kept, made = SceneAsset.objects.get_or_create(
        owner=asset.owner,
        kind=asset.kind,
        ref=asset.ref,
        defaults={
            name: getattr(asset, name)
            for name in ("name", "size", "width", "height", "seconds", "state")
        },
    )
    if not made:
        kept.removed, kept.name, kept.state = None, asset.name, asset.state
        kept.save(update_fields=["removed", "name", "state"])
    return kept


def _forget_file(ref: str) -> None:
    """Equal content is stored once: portraits and clips may have it too."""
    name = blobs.name_of(ref)
    if SceneAsset.objects.filter(ref=ref).exists() or withheld.shown_elsewhere(
        name, ()
    ):
        return
    blobs.remove(ref)


def _named(name: str, usual: str) -> str:
    return " ".join(name.split())[:MOST_NAME] or usual
