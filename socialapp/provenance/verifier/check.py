"""``check(data)``: the whole way from a file to an answer that may be shown to anybody."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import AnonymousUser

from socialapp.lib import blobs
from socialapp.provenance import selectors, subjects
from socialapp.provenance.selectors import watermark_keys
from socialapp.provenance.verifier import layers
from socialapp.provenance.verifier.opening import FileRefusedError, open_file
from socialapp.provenance.verifier.verdict import claimed_by, judge

if TYPE_CHECKING:
    from socialapp.provenance.subjects import Description, Viewer
    from socialapp.provenance.verifier.verdict import Verdict

LONGEST_CHAIN = 32

TURNS = threading.BoundedSemaphore(2)
"""A crowd of files waits here instead of filling memory and processors."""

WAIT_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Step:
    """One clip on the way from the original to this file."""

    public: Description | None
    """None: it is not public, or not any more."""

    role: str
    """``Original``, ``Remix`` or ``This clip``."""


@dataclass(frozen=True, slots=True)
class Answer:
    verdict: Verdict
    public: Description | None
    """What is public of the clip; None: nothing."""

    chain: tuple[Step, ...]
    """Empty for what is no remix."""


def check(data: bytes, *, viewer: Viewer | None = None) -> Answer:
    """FileRefusedError when it cannot be opened; never an answer on a guess.

    `viewer`: who asks; None is a stranger. A likeness to what they may not know of is
    left out, so that nobody finds private clips by sending something similar.
    """
    if not TURNS.acquire(timeout=WAIT_SECONDS):
        raise FileRefusedError("Many files are being looked at. Try again in a minute.")
    try:
        return _check(data, viewer or AnonymousUser())
    finally:
        TURNS.release()


def _check(data: bytes, viewer: Viewer) -> Answer:
    opened = open_file(data, selectors.trust())
    record = layers.ask_record(opened)
    mark = layers.ask_watermark(opened, watermark_keys())
    likenesses = layers.ask_likeness(
        opened,
        claimed_by(record, mark),
        may_know=lambda subject: subjects.known_to(subject, viewer),
    )
    verdict = judge(record, mark, likenesses)
    return Answer(
        verdict=verdict,
        public=subjects.describe(verdict.subject) if verdict.subject else None,
        chain=_chain(verdict),
    )


def stored(address: str, *, host: str) -> bytes:
    """The file of a public clip of ours, by its address or key.

    `host`: what this copy was asked as. FileRefusedError for anything else: nothing is
    fetched from other places.
    """
    try:
        parts = urlsplit(address.strip())
    except ValueError:
        raise FileRefusedError("This is no address.") from None
    ours = {"", host, urlsplit(settings.SITE_URL).netloc}
    if parts.scheme not in {"", "http", "https"} or parts.netloc not in ours:
        raise FileRefusedError(
            "We fetch nothing from other places. Save the video and send the file."
        )
    subject = subjects.find(parts.path)
    public = subjects.describe(subject) if subject else None
    if public is None or not public.file:
        raise FileRefusedError("There is no public clip of ours at this address.")
    try:
        return blobs.get(public.file)
    except FileNotFoundError:
        raise FileRefusedError("The file of this clip is gone.") from None


def _chain(verdict: Verdict) -> tuple[Step, ...]:
    """As the signed record tells it, and before its first as our rows do."""
    if verdict.made_here not in {"yes", "alike"}:
        return ()
    chain = list(verdict.chain)
    if not chain and verdict.subject:
        chain = [verdict.subject]
    while chain and len(chain) < LONGEST_CHAIN:
        parent = subjects.parent_of(chain[0])
        if not parent or parent in chain:
            break
        chain.insert(0, parent)
    if len(chain) < 2:
        return ()
    roles = ["Original", *["Remix"] * (len(chain) - 2), "This clip"]
    return tuple(
        Step(subjects.describe(subject), role)
        for subject, role in zip(chain, roles, strict=True)
    )
