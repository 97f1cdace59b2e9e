"""How fast a clip is made: voice, drawing, encoding, and the whole way round.

Clips of three sentences, about six seconds, go the whole way through Redis and a
worker that is up: from submit to done, and the attempt's own seconds. Then nobody else
works: the sentences are spoken once more, and their frames are filmed by the real
movement stage (draw, mark and encode) and, the very same frames, by the encoder alone, in
turn; medians are reported. What is made ready beside the voice (the puppet, the face at
rest, the strength of the mark) is ready, and ``rehearsal_s`` is what it took. The portrait is a painting that is warped (`--portrait`, or
a starter character flattened), at 512 x 512.
Figures of the layered character are in ``layers``.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from django.conf import settings

from avatarfx import encode, pipeline, services
from avatarfx.bench import houses
from avatarfx.fallbacks import Ladder
from avatarfx.models import Clip, Render
from avatarfx.recipe import Recipe, Role
from avatarfx.services import ingredients, rendering
from avatarfx.stages import movement, shoot, voice
from socialapp.characters.models import Portrait
from socialapp.engines.handler import riggers
from socialapp.engines.protocols import Actor, Staging
from socialapp.lib import blobs
from socialapp.provenance.selectors import watermark_keys

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from numpy.typing import NDArray

    from socialapp.characters.models import Character

SCRIPT = (
    "Good evening to you all. I kept the lamp lit until the morning."
    " Nobody came, but the moon was very polite about it."
)
SHAPE = "1:1"
ROUNDS = 5


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--portrait", default="", help="a picture with a face")
    parser.add_argument("--clips", type=int, default=3)
    parser.add_argument("--inside", action="store_true", help="run in this DATA_DIR")


def run(options: dict[str, Any]) -> dict[str, Any]:
    if not options["inside"]:
        portrait = options["portrait"]
        return houses.again_in_a_house(
            "render",
            [
                f"--clips={options['clips']}",
                *([f"--portrait={Path(portrait).resolve()}"] if portrait else []),
            ],
        )
    with houses.house(workers=1) as (supervisor, cast):
        hob = cast["hob"]
        warped, how = _warped(hob, options["portrait"])
        through = _through(warped, options["clips"], supervisor.wait_for)
        supervisor.stop()  # nobody else works while the rest is measured
        spoken, speech = _speak()
        filmed = _film(spoken, warped.portrait)
        layers = _film(spoken, hob.portrait)
    return {**filmed, **speech, **through, "portrait": how, "layers": layers}


def _warped(hob: Character, path: str) -> tuple[Character, str]:
    """A character whose portrait is a single painted picture."""
    if hob.portrait is None:
        raise RuntimeError("The starter character has no portrait")
    layered = hob.portrait.as_rig()
    if path:
        data, anchors, how = Path(path).read_bytes(), None, Path(path).name
        extension = Path(path).suffix.lstrip(".").lower()
    else:
        data, anchors, how = blobs.get(hob.portrait.ref), layered.anchors, "painting"
        extension = hob.portrait.ref.rpartition(".")[2]
    ref = blobs.put(data, extension)
    rig, files = riggers["default"].rig(data, ref=ref, style="paint", anchors=anchors)
    for name, content in files.items():
        blobs.put(content, name.rpartition(".")[2])
    portrait = Portrait.objects.create(
        owner=hob.owner, source="cast", ref=ref, rig=rig.to_json(), rig_state="hand"
    )
    warped = type(hob).objects.create(
        owner=hob.owner, name="Warped", portrait=portrait, voice=hob.voice
    )
    return warped, how


def _speak() -> tuple[pipeline.Work, dict[str, float]]:
    """The performance of the script, and what the voice cost when it was warm."""
    services.preload()
    recipe = Recipe(SCRIPT, (Role("a", "bench", "bench"),), shape=SHAPE, seed=3)
    width, height = pipeline.SIZES[SHAPE]
    work = pipeline.Work(
        recipe=recipe,
        actors={},
        background=b"",
        engines=rendering.engines(),
        scratch=Path(tempfile.mkdtemp(dir=settings.DATA_DIR)),
        trace=pipeline.Trace(),
        progress=lambda *_: None,
        keep=lambda _: None,
        width=width,
        height=height,
    )
    cpu, wall = time.process_time(), time.perf_counter()
    work = voice.speak(work)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    if work.performance is None:
        raise RuntimeError("Nobody spoke")
    seconds = work.performance.seconds
    return work, {
        "voice_cpu_s_per_s": round(cpu / seconds, 3),
        "voice_wall_s_per_s": round(wall / seconds, 3),
        "speech_seconds": round(seconds, 2),
    }


def _film(spoken: pipeline.Work, portrait: Portrait | None) -> dict[str, Any]:
    """Whole pipeline and encoder alone, in turn, over the same frames."""
    performance = spoken.performance
    if performance is None or portrait is None:
        raise RuntimeError("Nothing to film")
    actors = {"a": ingredients.actor_of(portrait.as_rig(), portrait.ref)}
    work = _with(spoken, actors)
    began = time.perf_counter()
    rehearsal = voice.rehearsal_of(work)
    rehearsal.run()
    rehearsed = time.perf_counter() - began
    work = replace(work, rehearsed=rehearsal.found())
    frames, draw_cpu = _drawn(work)
    track = shoot.soundtrack(performance)
    whole: list[float] = []
    alone: list[float] = []
    rung = ""
    for _ in range(ROUNDS):
        began = time.perf_counter()
        done = movement.film(work)
        whole.append(len(frames) / (time.perf_counter() - began))
        rung = done.ladder.rung if done.ladder else ""
        began = time.perf_counter()
        with encode.Writer(
            work.scratch / "alone.mp4",
            width=work.width,
            height=work.height,
            fps=pipeline.FPS,
            track=track,
            options=encode.Options(**work.engines.encoder),
        ) as writer:
            for frame in frames:
                writer.write(frame)
        alone.append(len(frames) / (time.perf_counter() - began))
    pipeline_fps, encode_fps = statistics.median(whole), statistics.median(alone)
    return {
        "pipeline_fps": round(pipeline_fps, 1),
        "encode_fps": round(encode_fps, 1),
        "ratio": round(pipeline_fps / encode_fps, 3),
        "draw_cpu_ms_per_frame": round(1000 * draw_cpu / len(frames), 2),
        "rehearsal_s": round(rehearsed, 3),
        "frames": len(frames),
        "rung": rung,
    }


def _drawn(work: pipeline.Work) -> tuple[list[NDArray[np.uint8]], float]:
    """Every frame, and the CPU seconds that drawing them took (set-up included)."""
    if work.performance is None:
        raise RuntimeError("Nothing to draw")
    ladder = Ladder(work.engines.animators, [a.rig for a in work.actors.values()])
    cpu = time.process_time()
    frames = [
        np.frombuffer(frame.pixels, np.uint8).reshape(frame.height, frame.width, 3)
        for frame in ladder.animator.animate(
            Staging(
                work.performance, work.actors, sounds=shoot.heard(work.performance)
            ),
            fps=pipeline.FPS,
            width=work.width,
            height=work.height,
        )
    ]
    return frames, time.process_time() - cpu


def _with(work: pipeline.Work, actors: dict[str, Actor]) -> pipeline.Work:
    return pipeline.Work(
        recipe=work.recipe,
        actors=actors,
        background=b"",
        engines=work.engines,
        scratch=work.scratch,
        trace=work.trace,
        progress=work.progress,
        keep=work.keep,
        width=work.width,
        height=work.height,
        performance=work.performance,
        voice_engine=work.voice_engine,
        papers=pipeline.Papers(payload=bytes(6), key=watermark_keys()[0]),
    )


def _through(character: Character, count: int, wait_for: Any) -> dict[str, Any]:
    """Clips through queue and worker, one by one; the first only warms up."""
    waits: list[float] = []
    rates: list[float] = []
    stages: list[Any] = []
    for number in range(count + 1):
        began = time.perf_counter()
        clip = services.request_clip(
            owner=character.owner,
            character=character,
            script=SCRIPT,
            shape=SHAPE,
            exempt=True,
        )
        if not wait_for(lambda pk=clip.pk: _over(pk), 300):
            raise RuntimeError("The clip was not done after 300 s")
        waited = time.perf_counter() - began
        clip.refresh_from_db()
        if clip.state != Clip.State.READY:
            raise RuntimeError(f"The clip is {clip.state}: {clip.error}")
        render = Render.objects.get(clip=clip, outcome="ready")
        if number and render.ended:
            spent = (render.ended - render.started).total_seconds()
            waits.append(waited)
            rates.append(spent / float(clip.seconds or 1))
            stages = render.trace
    return {
        "wall_s_per_s": round(statistics.median(rates), 3),
        "submit_to_done_s": round(statistics.median(waits), 2),
        "stages": {entry["name"]: entry["seconds"] for entry in stages},
    }


def _over(pk: int) -> bool:
    return Clip.objects.exclude(pk__in=Clip.objects.open()).filter(pk=pk).exists()
