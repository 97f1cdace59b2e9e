"""Run by ``sphinx.SphinxAligner`` as a script, with one order on standard input.

The order is a line of JSON and after it the sound, 16-bit little-endian at 16 kHz. The
answer is JSON. The decoder is C code that stops the process on some sounds, so it has one
of its own, with limits; it imports nothing of the project.
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
from pathlib import Path
from typing import Any

MEMORY_BYTES = 1024 * 1024 * 1024
CPU_SECONDS = 60
FRAMES = 100
"""A second: the model looks every 10 ms."""

BEAMS = {"beam": 1e-100, "pbeam": 1e-100, "wbeam": 1e-80}
"""How unlikely a path may be and is still followed: much wider than for recognising,
since here the words are known and only a bad microphone stands in between."""

NARROWER = {"beam": 1e-48, "pbeam": 1e-48, "wbeam": 1e-30, "maxhmmpf": 1500}
"""Where words may be missing, and many more paths are open: of these, so many are
followed at once."""


def limit() -> None:
    for what, value in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_NOFILE, 32),
        (resource.RLIMIT_CORE, 0),
    ):
        try:
            resource.setrlimit(what, (value, value))
        except (ValueError, OSError):
            # macOS knows RLIMIT_AS but refuses to lower it; the others still hold.
            continue


def main() -> None:
    limit()
    head, _, sound = sys.stdin.buffer.read().partition(b"\n")
    order = json.loads(head)
    sys.path.insert(0, order["site"])
    with tempfile.TemporaryDirectory() as folder:
        dictionary = Path(folder) / "words.dict"
        dictionary.write_text(order["dictionary"], encoding="utf-8")
        answer = listen_for(order, str(dictionary), sound)
    print(json.dumps(answer))


def listen_for(
    order: dict[str, Any], dictionary: str, sound: bytes
) -> dict[str, list[Any]]:
    """``words`` as `aligned` finds them, if that is believable, and which are ``heard``."""
    names, least = order["words"], order["least"]
    found = aligned(order, dictionary, names, sound)
    if not found or score(found) < least:
        found = []
    if found and all(score([word]) > least for word in found):
        return {"words": found, "heard": names}
    there = heard(order, dictionary, sound)
    if not found and there:
        # Among many words some fit any sound: all of them together do not.
        some = aligned(order, dictionary, [n.partition("(")[0] for n in there], sound)
        there = there if some and score(some) >= order["sure"] else []
    return {"words": found, "heard": there}


def decoder(order: dict[str, Any], dictionary: str, **beams: float) -> Any:
    from pocketsphinx import Decoder  # noqa: PLC0415  from the order's folder

    return Decoder(
        hmm=order["model"],
        dict=dictionary,
        lm=None,
        samprate=16000,
        loglevel="FATAL",
        # The second pass must go along the path that was found, not along a better one
        # of the lattice, whose words end elsewhere: it fails then.
        bestpath=False,
        **beams,
    )


def score(words: list[Any]) -> float:
    """Mean log likelihood of a frame, in the decoder's own unit."""
    frames = sum(until - at for _, at, until, _, _ in words) * FRAMES
    return float(sum(total for _, _, _, total, _ in words) / max(1.0, frames))


def aligned(
    order: dict[str, Any], dictionary: str, names: list[str], sound: bytes
) -> list[Any]:
    """Every word and its phones; empty when the sound cannot be these words."""
    one = decoder(order, dictionary, **BEAMS)
    one.set_align_text(" ".join(names))
    try:
        listen(one, sound)
        if one.hyp() is None:
            return []
        # A second pass, for the phones.
        one.set_alignment()
        listen(one, sound)
    except RuntimeError:
        return []
    found = []
    # Once through: what the iterator gave is freed behind it.
    for word in one.get_alignment():
        phones = [
            (p.name, p.start / FRAMES, (p.start + p.duration) / FRAMES, p.score)
            for p in word
        ]
        name, at, lasts, total = word.name, word.start, word.duration, word.score
        if name.startswith("w"):
            found.append((name, at / FRAMES, (at + lasts) / FRAMES, total, phones))
    return found


def heard(order: dict[str, Any], dictionary: str, sound: bytes) -> list[str]:
    """Which words are in it, where each may be missing."""
    one = decoder(order, dictionary, **NARROWER)
    words = " ".join(f"[{word}]" for word in order["words"])
    one.add_jsgf_string(
        "said", f"#JSGF V1.0;\ngrammar said;\npublic <said> = {words};\n"
    )
    one.activate_search("said")
    try:
        listen(one, sound)
        names = [segment.word for segment in one.seg() or ()]
    except RuntimeError:
        return []
    return [name for name in names if name.startswith("w")]


def listen(one: Any, sound: bytes) -> None:
    one.start_utt()
    one.process_raw(sound, full_utt=True)
    one.end_utt()


if __name__ == "__main__":
    main()
