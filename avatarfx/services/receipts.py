"""The receipt of an attempt: written by who made the film, believed by nobody unread."""

from __future__ import annotations

from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import DurationField, ExpressionWrapper, F
from django.db.models.functions import Now
from django.utils.module_loading import import_string

from avatarfx import receipts
from avatarfx.models import Render, WorkerKey
from avatarfx.receipts import ReceiptError, Statement
from avatarfx.services import workers
from socialapp.engines import weights
from socialapp.jobs import horse
from socialapp.lib import blobs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from avatarfx.models import Clip
    from avatarfx.pipeline import Rendered
    from avatarfx.services.leases import Lease

LIBRARIES = ("numpy", "opencv-python-headless", "av", "onnxruntime")

FILES = ("video", "poster", "captions")


def write(
    clip: Clip, lease: Lease, rendered: Rendered, trace: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """What was done for `lease`, signed with the key of this machine."""
    key = workers.key()
    drawn = [e["engine"] for e in trace if e["name"] == "movement" and e["engine"]]
    encoded = [e["encoder"] for e in trace if e.get("encoder")]
    return key.sign(
        Statement(
            clip=clip.key,
            fence=lease.fence,
            worker=horse.name(),
            key=key.public,
            device=workers.abilities().device,
            seed=clip.as_recipe().seed,
            rung=rendered.rung,
            engines={
                "voice": _engine("voice", rendered.voice_engine),
                "director": _engine("director", "default"),
                "animator": _engine("animator", drawn[-1] if drawn else ""),
                "encoder": {"name": encoded[-1] if encoded else ""},
            },
            weights=weights.in_use(),
            versions=_versions(),
            stages=tuple((e["name"], float(e["seconds"])) for e in trace),
            outputs={name: getattr(rendered, name) for name in FILES},
            size=rendered.size,
        )
    )


def check(
    clip: Clip, lease: Lease, rendered: Rendered, receipt: Mapping[str, Any]
) -> None:
    """ReceiptError when this cannot be what was done: nothing is published then.

    Asks the database for the time and the storage for the files: StorageError when
    that does not answer.
    """
    said = receipts.check_signature(receipt)
    known = WorkerKey.objects.filter(public=said["key"]).first()
    if known is None:
        raise ReceiptError("Its key belongs to no worker of this copy.")
    if known.withdrawn is not None:
        raise ReceiptError("Its key was withdrawn.")
    receipts.check_lease(said, clip=clip.key, fence=lease.fence)
    receipts.check_seconds(said["stages"], wall=_held_seconds(lease))
    for name in FILES:
        ref = getattr(rendered, name)
        if said["outputs"].get(name) != ref:
            raise ReceiptError(f"Its {name} is not the one that was handed in.")
        try:
            size = blobs.verify(ref)
        except FileNotFoundError:
            raise ReceiptError(f"Its {name} is not in the storage.") from None
        except ValueError as error:
            raise ReceiptError(f"Its {name} is not what was stored: {error}") from None
        if name == "video" and not size == said["size"] == rendered.size:
            raise ReceiptError(
                f"Its video has {said['size']} bytes and the stored one {size}."
            )


def _held_seconds(lease: Lease) -> float:
    """Since the claim, by the database's clock alone."""
    held = (
        Render.objects.filter(clip_id=lease.clip_id, fence=lease.fence)
        .annotate(held=ExpressionWrapper(Now() - F("started"), DurationField()))
        .values_list("held", flat=True)
        .first()
    )
    if held is None:
        raise ReceiptError("There was no such attempt.")
    return float(held.total_seconds())


def _engine(kind: str, alias: str) -> dict[str, str]:
    """What is known of an engine without building it; of the sound and the frames that
    others brought along, the name alone."""
    backend: str = settings.ENGINES[kind].get(alias, {}).get("BACKEND", "")
    if not backend:
        return {"name": alias}
    told = getattr(import_string(backend), "version", "")
    version_of = told if isinstance(told, str) else ""
    return {"name": alias, "backend": backend, "version": version_of}


@cache
def _versions() -> dict[str, str]:
    found = {}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
