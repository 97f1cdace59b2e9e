"""Leaves neural rungs out for a clip that somebody waits for, when they take too long."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from django.conf import settings

from avatarfx.animators.neural.planner import Job, Line, Option, choose
from avatarfx.line import curves, paces, turns
from avatarfx.models import Clip
from avatarfx.pipeline import FPS

if TYPE_CHECKING:
    from avatarfx.pipeline import Engines, Trace


def planned(clip: Clip, engines: Engines, trace: Trace) -> Engines:
    """`engines` with the animators that the planner chose for `clip`; the trace tells
    why. Without neural rungs nothing is asked and nothing changes."""
    neural = set(settings.NEURAL_RUNGS)
    if not neural & {name for name, _ in engines.animators}:
        return engines
    learnt = curves.learn([name for name, _ in engines.animators])
    waited_for = clip.lane == Clip.Lane.NOW
    plan = choose(
        [
            Option(name, name in neural, learnt.get(name), getattr(one, "batch", 1))
            for name, one in engines.animators
        ],
        Job(
            frames=round((clip.seconds or clip.lasts) * FPS),
            deadline=float(settings.NEURAL_WAIT_SECONDS) if waited_for else 0.0,
            wish=clip.as_recipe().quality,
        ),
        Line(waiting=turns.waiting(clip.lane).count(), hands=max(1, paces.hands())),
    )
    trace.add("plan", note=plan.reason, engine=plan.names[0] if plan.names else "")
    kept = [(name, one) for name, one in engines.animators if name in plan.names]
    return replace(engines, animators=tuple(kept))
