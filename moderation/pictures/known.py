"""Pictures that do not come back: lists of PDQ hashes, as they are exchanged."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import TYPE_CHECKING

import numpy as np
from django.db import transaction
from django.db.models import Count, Max

from moderation.models import KnownBad
from moderation.pictures.errors import EnrolError
from socialapp.engines.errors import EngineError
from socialapp.engines.handler import detectors

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

MOST_MISTAKES = 5
_COLUMNS = ("pdq", "hash", "indicator", "signal", "signal_str")
"""Names that lists give the hash; ``indicator`` is ThreatExchange's own."""

_PDQ = re.compile(r"[0-9a-f]{64}")

NEAR = 31
"""Bits of 256: the threshold that PDQ's authors recommend (Davis and Rosen 2019)."""

_table: tuple[object, NDArray[np.int64], NDArray[np.uint64]] | None = None
"""A stamp of the rows, and what was read of them then."""


@transaction.atomic
def add_picture(
    *, picture: bytes, reason: str = "", list_name: str = "own"
) -> KnownBad:
    """Put a picture on a list, its cuts with it. EnrolError when it has no hash."""
    try:
        seen = detectors["pdq_list"].look([picture])[0]
    except EngineError as error:
        raise EnrolError(f"This picture cannot be hashed: {error}") from error
    if not seen.hashes:
        raise EnrolError(
            "This picture is too even to be told from others, so it has no hash."
        )
    first, *crops = seen.hashes
    known, _ = KnownBad.objects.update_or_create(
        pdq=first,
        defaults={
            "crops": crops,
            "reason": reason[:200],
            "list_name": list_name[:60] or "own",
        },
    )
    return known


@transaction.atomic
def import_list(*, text: str, list_name: str, reason: str = "") -> int:
    """Enter the hashes of a list, and say how many are new.

    CSV with a header, one hash a line, or JSON as ThreatExchange answers. EnrolError
    names the first lines that are not hashes, and then nothing is entered.
    """
    rows, mistakes = [], []
    for number, (found, why) in enumerate(_entries(text), start=1):
        signal = found.strip().lower()
        if not _PDQ.fullmatch(signal):
            mistakes.append(f"entry {number}: {found[:70]!r}")
            continue
        rows.append(
            KnownBad(pdq=signal, list_name=list_name[:60], reason=(why or reason)[:200])
        )
    if mistakes:
        told = "; ".join(mistakes[:MOST_MISTAKES])
        raise EnrolError(f"{len(mistakes)} are not PDQ hashes of 64 hex digits: {told}")
    if not rows:
        raise EnrolError("There is no hash in this list.")
    before = KnownBad.objects.count()
    KnownBad.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
    return KnownBad.objects.count() - before


def matched(hashes: Sequence[str]) -> KnownBad | None:
    """The entry that one of these hashes is nearest to, within `NEAR` bits."""
    if not hashes:
        return None
    owners, known = _fresh_table()
    if not len(owners):
        return None
    # A scan: a million hashes take a tenth of a second, and need no index.
    away = np.array(
        [
            np.bitwise_count(known ^ _words([one])).sum(1, dtype=np.int64)
            for one in hashes
        ]
    ).min(0)
    nearest = int(away.argmin())
    if away[nearest] > NEAR:
        return None
    return KnownBad.objects.filter(pk=int(owners[nearest])).first()


def _fresh_table() -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
    """Whose each hash is, and all hashes, read anew when the table changed."""
    global _table  # noqa: PLW0603  one for the process, replaced whole
    stamp = KnownBad.objects.aggregate(Count("pk"), Max("pk"), Max("created"))
    if _table is None or _table[0] != stamp:
        rows = KnownBad.objects.values_list("pk", "pdq", "crops").iterator()
        entries = [(pk, one) for pk, pdq, crops in rows for one in (pdq, *crops)]
        owners = np.array([pk for pk, _ in entries], np.int64)
        _table = (stamp, owners, _words([one for _, one in entries]))
    return _table[1:]


def _words(hashes: Sequence[str]) -> NDArray[np.uint64]:
    """(n, 4) of n hashes in hexadecimal."""
    packed = np.frombuffer(bytes.fromhex("".join(hashes)), np.uint64)
    return packed.reshape(len(hashes), 4)


def _entries(text: str) -> Iterator[tuple[str, str]]:
    """(hash, reason) of each entry, whatever the list is written in."""
    if text.lstrip().startswith(("{", "[")):
        yield from _of_json(text)
        return
    lines = [line for line in text.splitlines() if line.strip()]
    names = {name.strip().lower() for name in lines[0].split(",")} if lines else set()
    if not names & set(_COLUMNS):
        yield from ((line.split(",")[0], "") for line in lines)
        return
    for row in csv.DictReader(io.StringIO("\n".join(lines))):
        by_name = {(k or "").strip().lower(): v or "" for k, v in row.items()}
        column = next(name for name in _COLUMNS if name in by_name)
        yield str(by_name[column]), str(by_name.get("reason", ""))


def _of_json(text: str) -> Iterator[tuple[str, str]]:
    try:
        data = json.loads(text)
    except ValueError as error:
        raise EnrolError(f"This list is broken JSON: {error}") from None
    found = data.get("data", []) if isinstance(data, dict) else data
    for one in found:
        if isinstance(one, str):
            yield one, ""
        elif isinstance(one, dict):
            # A list of ThreatExchange holds hashes of other kinds too.
            if str(one.get("type", "HASH_PDQ")).upper() not in {"HASH_PDQ", "PDQ"}:
                continue
            column = next((name for name in _COLUMNS if name in one), "")
            yield str(one.get(column, "")), str(one.get("description", ""))
        else:
            yield str(one), ""
