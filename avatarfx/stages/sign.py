"""The checked film is fingerprinted; it and its poster get their signed record."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from avatarfx.fallbacks import CAPTIONS
from socialapp.provenance import credentials
from socialapp.provenance.credentials import Manifest, SourceType
from socialapp.provenance.fingerprints import sampling

if TYPE_CHECKING:
    from avatarfx.pipeline import Work

UNSIGNED = "Not signed: C2PA_UNSIGNED is set."


def sign(work: Work) -> Work:
    """EngineError when it cannot be signed: nothing leaves without its record."""
    film = work.film
    if film is None:
        raise RuntimeError("There is nothing to sign before the check")
    papers = work.papers
    with work.trace.stage("sign") as entry:
        prints = sampling.prints_of(sampling.sample(film.path))
        entry["fingerprints"] = prints.count
        entry["mark"] = papers.payload.hex()
        entry["sound_words"] = len(prints.sound) // 4
        if papers.identity is None:
            entry["note"] = UNSIGNED
            return replace(work, prints=prints)
        entry["engine"] = papers.identity.issuer
        entry["certificate"] = papers.identity.serial
        manifest = Manifest(
            title=papers.title,
            source=source_of(work),
            payload=papers.payload,
            parent=papers.parent,
        )
        entry["source"] = manifest.source.value
        whole = film.path.read_bytes()
        signed = film.path.with_name("signed.mp4")
        signed.write_bytes(
            credentials.sign(whole, "video/mp4", manifest, papers.identity)
        )
        work.tell("sign", 0.5)
        still = replace(manifest, title=f"{papers.title} (poster)", parent=None)
        poster = credentials.sign(film.poster, "image/webp", still, papers.identity)
    signed_film = replace(film, path=signed, poster=poster)
    return replace(work, film=signed_film, prints=prints)


def source_of(work: Work) -> SourceType:
    """What the film is in the words of IPTC."""
    if any(actor.rig.style == "photo" for actor in work.actors.values()):
        return SourceType.PHOTO
    silent = work.ladder is not None and work.ladder.rung == CAPTIONS
    return SourceType.DRAWN if silent else SourceType.AI
