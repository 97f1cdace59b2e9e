"""The checked film is fingerprinted and gets its signed record while it is screened."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

from avatarfx.fallbacks import CAPTIONS
from avatarfx.pipeline import FPS
from avatarfx.stages.screen import screen
from socialapp.provenance import credentials
from socialapp.provenance.credentials import Manifest, SourceType
from socialapp.provenance.fingerprints import sampling

if TYPE_CHECKING:
    from avatarfx.pipeline import Film, Work
    from socialapp.provenance.fingerprints import Prints

UNSIGNED = "Not signed: C2PA_UNSIGNED is set."


def sign(work: Work) -> Work:
    """HeldError when the film may not be kept. EngineError when it cannot be signed:
    nothing leaves without its record."""
    # The detectors have processes of their own, so both take as long as the longer.
    # Screening asks the database and stays on the thread that has its connection.
    with ThreadPoolExecutor(1, "sign") as pool:
        with work.trace.stage("screen") as entry:
            signing = pool.submit(_signed, work)
            screened = screen(work, entry)
        work.tell("sign", 0.5)
        return replace(signing.result(), screened=screened)


def source_of(work: Work) -> SourceType:
    """What the film is in the words of IPTC. What somebody brought to stand before may
    be a photograph too, and what they spoke was recorded."""
    brought = work.recipe.background.startswith("sha256:") and bool(work.background)
    if (
        brought
        or work.recipe.recording
        or any(actor.rig.style == "photo" for actor in work.actors.values())
    ):
        return SourceType.PHOTO
    silent = work.ladder is not None and work.ladder.rung == CAPTIONS
    return SourceType.DRAWN if silent else SourceType.AI


def _signed(work: Work) -> Work:
    """With fingerprints and signed files; no rows are touched."""
    film = work.film
    if film is None:
        raise RuntimeError("There is nothing to sign before the check")
    papers = work.papers
    with work.trace.stage("sign") as entry:
        prints = _prints(film)
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
            voice=bool(work.recipe.recording),
        )
        entry["source"] = manifest.source.value
        if work.recipe.background.startswith("sha256:"):
            entry["background"] = work.recipe.background
        if work.recipe.recording:
            entry["voice"] = "recording"
        if papers.parent is not None:
            entry["ingredient"] = papers.parent.title
        whole = film.path.read_bytes()
        signed = film.path.with_name("signed.mp4")
        signed.write_bytes(
            credentials.sign(whole, "video/mp4", manifest, papers.identity)
        )
        still = replace(manifest, title=f"{papers.title} (poster)", parent=None)
        poster = credentials.sign(film.poster, "image/webp", still, papers.identity)
    signed_film = replace(film, path=signed, poster=poster)
    return replace(work, film=signed_film, prints=prints)


def _prints(film: Film) -> Prints:
    """Of the frames that went to the encoder: a hash does not see what it does to them."""
    chosen = [n for n in sorted(film.stills) if sampling.in_the_middle(n, FPS)]
    frames = tuple(film.stills[n] for n in chosen or [max(film.stills)])
    return sampling.prints_of(sampling.Sample(frames, sampling.sound_of(film.path)))
