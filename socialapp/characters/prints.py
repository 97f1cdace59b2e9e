"""What uploaded portraits look like, for whoever looks for copies of them."""

from __future__ import annotations

import io
import logging
from typing import TYPE_CHECKING

import numpy as np
from django.db.models import Exists, OuterRef, Value
from django.db.models.functions import Concat
from PIL import Image

from socialapp.characters.models import Portrait
from socialapp.jobs.queue import enqueue
from socialapp.lib import blobs
from socialapp.provenance.fingerprints import stills
from socialapp.provenance.models import Fingerprint
from socialapp.provenance.services import record_fingerprint
from socialapp.provenance.watermarks import mark_in

if TYPE_CHECKING:
    from numpy.typing import NDArray


log = logging.getLogger(__name__)

JOB = "socialapp.characters.jobs.fingerprint_portrait"

MOST_AT_ONCE = 20
"""In one round of `reconcile`; each takes a worker two or three seconds."""


def subject_of(portrait: Portrait) -> str:
    """What provenance calls this portrait."""
    return f"portrait:{portrait.key}"


def ask_for_prints(portrait: Portrait) -> None:
    """Uploads alone: what was drawn here is known by its recipe."""
    if portrait.source == Portrait.Source.UPLOAD:
        enqueue(JOB, portrait.pk)


def fingerprint_portrait(portrait_id: int) -> None:
    """Hash an uploaded portrait, and read the mark that its pixels may carry."""
    portrait = Portrait.objects.filter(pk=portrait_id).first()
    if portrait is None:
        return
    try:
        picture = pixels_of(portrait)
    except FileNotFoundError:
        log.warning("The file of portrait %s is gone", portrait.key)
        return
    record_fingerprint(
        subject=subject_of(portrait),
        prints=stills.prints_of(picture),
        found=mark_in(picture, name=subject_of(portrait)),
    )


def fingerprint_missing(*, lost: str = "") -> dict[str, int]:  # noqa: ARG001  workers are not ours
    """Ask again for what was lost, and for portraits older than fingerprints."""
    known = Fingerprint.objects.filter(
        subject=Concat(Value("portrait:"), OuterRef("key"))
    )
    unknown = Portrait.objects.filter(~Exists(known), source=Portrait.Source.UPLOAD)
    asked = list(unknown.order_by("-pk").values_list("pk", flat=True)[:MOST_AT_ONCE])
    for pk in asked:
        enqueue(JOB, pk)
    return {"portraits": len(asked)}


def pixels_of(portrait: Portrait) -> NDArray[np.uint8]:
    """(height, width, 3) RGB of a picture that we encoded ourselves."""
    with Image.open(io.BytesIO(blobs.get(portrait.ref))) as picture:
        return np.asarray(picture.convert("RGB"), np.uint8)
