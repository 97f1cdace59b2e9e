"""What is made of another clip: its words in other voices, with its moods."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from avatarfx.transcript import lines_of
from socialapp import acting
from socialapp.engines.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Callable

    from avatarfx.pipeline import Work
    from socialapp.acting import Performed
    from socialapp.performance import Performance

GONE = "The clip that this one is made of is gone, so it cannot be made any more."

BRACKETS = str.maketrans("[]", "()")
"""What was said is said again: nothing in it is a tag."""


def talk(work: Work, put_sound: Callable[[bytes], str]) -> Performed:
    """The original's lines in their order, one speaker replaced by another."""
    recipe, original = work.recipe, original_of(work)
    seats = {role.seat: role for role in recipe.cast}
    lines = [
        acting.Line(line.seat, line.text.translate(BRACKETS))
        for line in lines_of(original)
        if line.seat in seats
    ]
    done = acting.perform_dialogue(
        lines,
        cast={seat: role.voice for seat, role in seats.items()},
        speakers=work.engines.voices,
        director=work.engines.director,
        seed=recipe.seed,
        motions={seat: role.motion for seat, role in seats.items()},
        shape=recipe.shape,
        background=recipe.background,
        camera=recipe.camera or acting.CAMERAS[0],
        put_sound=put_sound,
    )
    return replace(done, performance=felt(work, done.performance))


def duet(work: Work, put_sound: Callable[[bytes], str]) -> Performed:
    """The original, and the lead of the cast, who listens to it and answers."""
    recipe, lead = work.recipe, work.recipe.cast[0]
    return acting.perform_duet(
        original_of(work),
        recipe.script,
        acting.Half(lead.seat, lead.voice, lead.motion, recipe.background),
        speakers=work.engines.voices,
        director=work.engines.director,
        seed=recipe.seed,
        shape=recipe.shape,
        put_sound=put_sound,
    )


def felt(work: Work, performance: Performance) -> Performance:
    """The same, with the moods that the original has at the same words."""
    original = original_of(work)
    spoke = {part.seat: part for part in original.parts if part.captions}
    if not work.recipe.taken_over:
        # One speaks in either, whatever the seat was called there.
        spoke = dict(zip([performance.parts[0].seat], spoke.values(), strict=False))
    parts = tuple(
        acting.felt_as(part, spoke[part.seat]) if part.seat in spoke else part
        for part in performance.parts
    )
    return replace(performance, parts=parts)


def original_of(work: Work) -> Performance:
    if work.original is None:
        raise EngineError(GONE, permanent=True)
    return work.original
