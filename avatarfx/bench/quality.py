"""How convincing are the talking faces? Measured on finished clips, found again in them.

Every portrait is rigged, says the same lines at 512 x 512 on the best rung that suits it,
and is encoded with its sound. The file is decoded, landmarks are found in each frame, and
a detector that had no part in rigging looks whether the face is still there.

* opening_corr: measured gap of the lips against the commanded one (photo and paint).
* audio_lag_ms: mouth against command plus decoded sound against given sound.
* margin: correlation of the gap with the loudness, less that with reversed sound.
* jitter_px: noise of points on the skull, after removing the head's own motion.
* identity: dlib descriptor distance to the portrait (below 0.6: the same person); null
  without dlib's two model files (face_recognition_models 0.3.0, optional).
* closures_closed: share of p, b and m at which the lips really met.
* folded_frames: frames in which the picture turns inside out anywhere that is seen.
* faces_lost: portraits whose face the detector saw at rest and lost in any frame.
"""

from __future__ import annotations

import math
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
import numpy as np
from django.conf import settings

from avatarfx.animators.framing import fill
from avatarfx.animators.puppets import View
from avatarfx.animators.warp import WarpMaker
from avatarfx.bench import portraits, watchers
from avatarfx.encode import Options, Writer
from avatarfx.quality import measures
from avatarfx.tracks import Track
from socialapp.acting.perform import Performed, perform
from socialapp.engines import handler
from socialapp.engines.errors import EngineError
from socialapp.engines.protocols import Actor, Staging, VoiceSpec
from socialapp.lib.blobs import ref_of
from socialapp.performance import Place
from socialapp.performance.motion import FaceTrack, opening

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from numpy.typing import NDArray

    from avatarfx.riggers.finder import FaceFinder
    from avatarfx.sound import Samples
    from socialapp.engines.protocols import Animator
    from socialapp.performance import Rig

    Floats = NDArray[np.floating[Any]]
    Picture = NDArray[np.uint8]

SIDE, FPS = 512, 25

SCRIPT = (
    "Hello, my name is Bo, and I brought you a map of the bay. "
    "[happy] We found five oysters above the old pier, and not one of them was empty! "
    "[sad] Poor Pam must move before the storm. "
    "Who else would pay to sleep beside the boats?"
)
"""Every viseme, eleven closures, three moods, some fifteen seconds."""

PRESSED = 0.9
"""mouth_press from which the lips are meant to meet."""

CLOSED = 0.2
"""Of the way from rest to wide open: a gap below it reads as closed lips."""


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--portraits", default="", help="measure the pictures in here")
    parser.add_argument("--only", default="", help="names that contain this")
    parser.add_argument(
        "--voice", default="", help="alias; default: the first that can"
    )
    parser.add_argument("--script", default=SCRIPT)
    parser.add_argument("--keep", default="", help="a folder for the clips")


def run(options: dict[str, Any]) -> dict[str, Any]:
    folder = options.get("portraits") or ""
    samples = portraits.of_folder(Path(folder)) if folder else portraits.defaults()
    only = options.get("only") or ""
    with tempfile.TemporaryDirectory() as scratch:
        keep = Path(options.get("keep") or scratch)
        keep.mkdir(parents=True, exist_ok=True)
        bench = _Bench(
            options.get("script") or SCRIPT, options.get("voice") or "", keep
        )
        rows = [bench.measure(s.name, s.data) for s in samples if only in s.name]
    return _summary(rows, bench)


class _Bench:
    def __init__(self, script: str, voice: str, folder: Path) -> None:
        self.folder = folder
        self.performed = _performed(script, voice)
        self.rigger = handler.riggers["default"]
        self.finder = _finder()
        self.watchers = watchers.watchers(settings.WEIGHTS_DIR)
        self.identity = watchers.identity()
        samples = np.frombuffer(self.performed.speech.samples, "<i2")
        self.samples: Samples = samples.astype(np.float32) / np.float32(32768)
        self.rate = self.performed.speech.rate
        part = self.performed.performance.parts[0]
        self.blink_times = [b.at for b in part.blinks]
        track = FaceTrack(part)
        self.seconds = self.performed.performance.seconds
        self.count = max(1, math.ceil(self.seconds * FPS))
        self.faces = [track.at(i / FPS) for i in range(self.count)]
        self.commanded = np.array([opening(face) for face in self.faces])
        self.pressed = np.array([f.mouth_press >= PRESSED for f in self.faces])

    def measure(self, name: str, data: bytes) -> dict[str, Any]:
        began = time.process_time()
        row: dict[str, Any] = {"portrait": name, "style": "", "rung": "", "reason": ""}
        try:
            rig, blobs = self.rigger.rig(data, ref=ref_of(data, "png"))
        except EngineError as error:
            return row | {"reason": str(error), "face": False}
        row |= {
            "style": rig.style,
            "face": rig.anchors is not None,
            "mouth": rig.mouth_drawn,
            "reason": rig.reason,
            "presence": rig.presence,
        }
        actor = Actor(rig, data, blobs)
        animator = _animator_for(rig)
        row["rung"] = animator.rung
        staging = Staging(
            self.performed.performance,
            {"a": actor},
            sounds={"a": self.performed.speech},
        )
        source = self._frames_of(handler.animators["still"], staging, count=1)[0]
        path = self.folder / f"{_plain(name)}.mp4"
        track = Track(self.samples, self.rate) if self.samples.any() else None
        with Writer(
            path, width=SIDE, height=SIDE, fps=FPS, track=track, options=Options()
        ) as writer:
            for frame in animator.animate(staging, fps=FPS, width=SIDE, height=SIDE):
                pixels = np.frombuffer(frame.pixels, np.uint8).reshape(SIDE, SIDE, 3)
                writer.write(pixels)
        frames, heard, rate = _decoded(path)
        row |= self._lost(source, frames)
        row["identity_max"] = self._identity(source, frames)
        if rig.anchors is not None and rig.mouth_drawn and animator.rung == "full":
            row |= self._spoken(rig, actor, frames, heard, rate)
        row["cpu_s"] = round(time.process_time() - began, 1)
        return row

    def _spoken(
        self, rig: Rig, actor: Actor, frames: list[Picture], heard: Floats, rate: int
    ) -> dict[str, Any]:
        """What can be said of a mouth that moved."""
        out: dict[str, Any] = {"folded_frames": self._folded(rig, actor)}
        minutes = self.seconds / 60
        out["blinks_per_min"] = round(len(self.blink_times) / minutes, 1)
        delay = measures.sound_delay(heard, self.samples, rate) if len(heard) else 0.0
        if rig.style == "flat":
            # Drawn mouths are sprites: which one is shown is decided, not measured.
            shut = [
                f.mouth_press >= 0.6 or f.mouth in {"A", "X"}
                for f, pressed in zip(self.faces, self.pressed, strict=True)
                if pressed
            ]
            out["closures_closed"] = round(float(np.mean(shut)), 4) if shut else None
            out["audio_lag_ms"] = round(abs(delay) * 1000, 1)
            return out
        landmarks = self._landmarks(frames)
        seen = ~np.isnan(landmarks[:, 0, 0])
        if not seen.any():
            return out | {"opening_corr": 0.0}
        gap = measures.mouth_gap(landmarks)
        commanded = self.commanded[: len(gap)]
        corr, late = measures.lagged(gap, commanded)
        loud = measures.envelope(self.samples, self.rate, FPS, len(gap))
        backwards = measures.envelope(self.samples[::-1], self.rate, FPS, len(gap))
        sync, wrong = (measures.lagged(gap, e)[0] for e in (loud, backwards))
        blinks = measures.blinks(measures.eye_openness(landmarks))
        return out | {
            "opening_corr": round(measures.correlation(gap, commanded), 4),
            "opening_corr_peak": round(corr, 4),
            "mouth_lag_ms": round(late / FPS * 1000, 1),
            "audio_lag_ms": round(abs(late / FPS - delay) * 1000, 1),
            "sync": round(sync, 3),
            "margin": round(sync - wrong, 3),
            "jitter_px": round(measures.jitter(landmarks), 3),
            "blinks_seen_per_min": round(blinks / minutes, 1),
            "closures_closed": self._closures(gap),
            "landmarks_missed": int((~seen).sum()),
        }

    def _closures(self, gap: Floats) -> float | None:
        """Share of pressed stretches in which the measured gap came down."""
        pressed = self.pressed[: len(gap)]
        edges = np.flatnonzero(np.diff(np.r_[0, pressed.astype(int), 0]))
        low, high = np.percentile(gap, 3), np.percentile(gap, 97)
        level = low + CLOSED * (high - low)
        closed = [
            gap[a:b].min() <= level
            for a, b in zip(edges[::2], edges[1::2], strict=True)
        ]
        return round(float(np.mean(closed)), 4) if closed else None

    def _folded(self, rig: Rig, actor: Actor) -> int:
        """Frames with a fold, at the framing of the clip."""
        placed = fill(rig, shape="1:1", width=SIDE, height=SIDE, place=Place())
        view = View(
            -placed.x / placed.scale,
            -placed.y / placed.scale,
            SIDE / placed.scale,
            SIDE / placed.scale,
        )
        puppet = WarpMaker().build(
            actor, view=view, width=SIDE, height=SIDE, cut_out=False
        )
        return sum(puppet.folds(face) > 0 for face in self.faces)

    def _landmarks(self, frames: list[Picture]) -> Floats:
        """(n, 478, 3), not-a-number where no face was found."""
        out = np.full((len(frames), 478, 3), np.nan)
        if self.finder is None:
            return out
        near: Floats | None = None
        for i, frame in enumerate(frames):
            found = self.finder.follow(frame, near) if near is not None else None
            if found is None:
                every = self.finder.find(frame)
                found = every[0] if every else None
            if found is not None:
                out[i] = found.landmarks
                near = found.landmarks
        return out

    def _lost(self, source: Picture, frames: list[Picture]) -> dict[str, Any]:
        """Which detectors saw the face at rest, and the frames in which they did not."""
        seen = [w for w in self.watchers if w.score(source) >= w.seen]
        lost = {w.name: sum(w.score(frame) < w.kept for frame in frames) for w in seen}
        return {"watched_by": [w.name for w in seen], "frames_lost": lost}

    def _identity(self, source: Picture, frames: list[Picture]) -> float | None:
        if self.identity is None:
            return None
        reference = self.identity.describe(source)
        if reference is None:
            return None
        distances = [
            float(np.linalg.norm(found - reference))
            for found in map(self.identity.describe, frames[::15])
            if found is not None
        ]
        return round(max(distances), 3) if distances else None

    @staticmethod
    def _frames_of(
        animator: Animator, staging: Staging, *, count: int
    ) -> list[Picture]:
        frames = []
        for frame in animator.animate(staging, fps=FPS, width=SIDE, height=SIDE):
            pixels = np.frombuffer(frame.pixels, np.uint8).reshape(SIDE, SIDE, 3)
            frames.append(pixels.copy())
            if len(frames) == count:
                break
        return frames


def _performed(script: str, voice: str) -> Performed:
    aliases = [voice] if voice else list(settings.VOICE_LADDER)
    speakers = [
        (alias, engine)
        for alias in aliases
        if not (engine := handler.voices[alias]).available()
    ]
    return perform(
        script,
        spec=VoiceSpec(),
        speakers=speakers,
        director=handler.directors["default"],
        seed=7,
        shape="1:1",
        put_sound=lambda data: ref_of(data, "wav"),
    )


def _animator_for(rig: Rig) -> Animator:
    for alias in settings.ANIMATOR_LADDER:
        animator = handler.animators[alias]
        if animator.available() is None and animator.suits(rig) is None:
            return animator
    return handler.animators["still"]


def _finder() -> FaceFinder | None:
    """The landmark network, to find landmarks again in the frames."""
    rigger = handler.riggers["default"]
    loaded = getattr(rigger, "finder", None)
    return loaded() if loaded is not None else None


def _decoded(path: Path) -> tuple[list[Picture], Floats, int]:
    """Frames, mono sound with its timestamps applied, and its rate."""
    with av.open(str(path)) as container:
        frames = [
            np.asarray(f.to_ndarray(format="rgb24"), np.uint8)
            for f in container.decode(video=0)
        ]
    with av.open(str(path)) as container:
        if not container.streams.audio:
            return frames, np.zeros(0), 1
        rate = int(container.streams.audio[0].rate)
        parts: list[Floats] = []
        at = 0
        for block in container.decode(audio=0):
            start = round((block.time or 0.0) * rate)
            samples = block.to_ndarray()[0].astype(np.float32)
            if start > at:
                parts.append(np.zeros(start - at, np.float32))
            skip = max(0, at - start)
            parts.append(samples[skip:])
            at = start + len(samples)
    return frames, np.concatenate(parts), rate


def _plain(name: str) -> str:
    return "".join(
        c if c.isalnum() else "-" for c in Path(name).with_suffix("").as_posix()
    )


def _summary(rows: list[dict[str, Any]], bench: _Bench) -> dict[str, Any]:
    spoken = [r for r in rows if "folded_frames" in r]
    measured = [r for r in spoken if "opening_corr" in r]
    lost = [r for r in rows if any(r.get("frames_lost", {}).values())]

    def worst(key: str, pick: Any, among: list[dict[str, Any]]) -> Any:
        values = [r[key] for r in among if r.get(key) is not None]
        return pick(values) if values else None

    return {
        "portraits": len(rows),
        "spoken": len(spoken),
        "opening_corr_min": worst("opening_corr", min, measured),
        "audio_lag_ms_max": worst("audio_lag_ms", max, spoken),
        "margin_min": worst("margin", min, measured),
        "jitter_px_max": worst("jitter_px", max, measured),
        "identity_max": worst("identity_max", max, rows),
        "closures_closed": worst("closures_closed", min, spoken),
        "folded_frames": sum(r["folded_frames"] for r in spoken),
        "faces_lost": len(lost),
        "blinks_per_min_min": worst("blinks_per_min", min, spoken),
        "blinks_per_min_max": worst("blinks_per_min", max, spoken),
        "no_face": [r["portrait"] for r in rows if not r.get("face")],
        "no_mouth": [
            r["portrait"] for r in rows if r.get("face") and not r.get("mouth", True)
        ],
        "watchers": [w.name for w in bench.watchers],
        "seconds": round(bench.seconds, 2),
        "voice": bench.performed.engine,
        "rows": rows,
    }
