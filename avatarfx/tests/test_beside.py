"""What a model made of the warp's film is told from what it should not have made."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from django.conf import settings
from django.core.management import call_command

from avatarfx import pipeline
from avatarfx.animators.layers import LayersMaker
from avatarfx.animators.warp import WarpMaker
from avatarfx.bench import portraits
from avatarfx.fallbacks import Ladder
from avatarfx.quality import words
from avatarfx.quality.beside.compare import Compare, Worst
from avatarfx.quality.beside.verdict import Limits, worse
from avatarfx.quality.watch import Asked, Watch
from avatarfx.services import rendering
from avatarfx.tests import refiners
from avatarfx.tests.engines import GreyAnimator
from avatarfx.tests.refiners import Refiner, Replayed
from socialapp import acting
from socialapp.characters import maker
from socialapp.characters.models import Character, Portrait
from socialapp.content import library
from socialapp.engines import handler
from socialapp.engines.protocols import Actor, Staging, VoiceSpec
from socialapp.lib import blobs
from socialapp.lib.blobs import ref_of
from socialapp.performance import Rig

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from avatarfx.animators.puppets import PuppetMaker
    from avatarfx.quality.beside.found import Beside
    from avatarfx.tests.refiners import Film, How
    from socialapp.accounts.models import User
    from socialapp.acting import Performed

    Picture = NDArray[np.uint8]

SIDE, FPS = 192, 25

MAKERS: tuple[PuppetMaker, ...] = (WarpMaker(), LayersMaker())

SCRIPT = "Hello, my name is Bo, and I brought you a map."

WHO = {
    "a photograph": "photo close",
    "a painting": "painted bust",
    "a flat drawing": "flat hob",
    "the starter hob": "hob",
    "the starter kiko": "kiko",
    "the starter mezzanine": "mezzanine",
}
"""Portraits by name: an upload of the bench, or a drawing in layers."""


def allowed() -> Limits:
    return Limits(**settings.QUALITY_LIMITS["beside"])


def actor(name: str) -> Actor:
    if name in library.cast_ids():
        rig, files, portrait = maker.import_svg(*library.drawing(name))
        return Actor(rig, portrait, files)
    data = next(s.data for s in portraits.defaults() if s.name == name)
    rig, files = handler.riggers["default"].rig(data, ref=ref_of(data, "png"))
    return Actor(rig, data, files)


@pytest.fixture(scope="module")
def spoken() -> Performed:
    return acting.perform(
        SCRIPT,
        spec=VoiceSpec(),
        speakers=[("hibari", handler.voices["hibari"])],
        director=handler.directors["default"],
        seed=7,
        shape="1:1",
        put_sound=lambda data: ref_of(data, "wav"),
    )


@pytest.fixture(scope="module")
def other(spoken: Performed) -> Film:
    return drawn(actor("sunniva"), spoken)


def drawn(one: Actor, spoken: Performed) -> Film:
    staging = Staging(spoken.performance, {"a": one})
    coming = handler.animators["warp"].animate(
        staging, fps=FPS, width=SIDE, height=SIDE
    )
    return [
        np.frombuffer(f.pixels, np.uint8).reshape(SIDE, SIDE, 3).copy() for f in coming
    ]


def compared(
    film: Film, how: How, one: Actor, spoken: Performed, other: Film
) -> Beside:
    refiner = Refiner(Replayed(film), how, MAKERS, other)
    moves = words.moves(spoken.performance, FPS, {"a"} if one.rig.layers else ())
    compare = Compare()
    staging = Staging(spoken.performance, {"a": one})
    frames = refiner.animate(staging, fps=FPS, width=SIDE, height=SIDE)
    for frame, move in zip(frames, moves, strict=True):
        refined, control = (
            np.frombuffer(data, np.uint8).reshape(SIDE, SIDE, 3)
            for data in (frame.pixels, frame.under)
        )
        compare.see(refined, control, float(move))
    return compare.found()


@pytest.mark.parametrize("name", WHO.values(), ids=WHO.keys())
def test_each_broken_model_is_caught_and_each_honest_one_passes(
    name: str, spoken: Performed, other: Film
) -> None:
    one = actor(name)
    film = drawn(one, spoken)
    for how_good, good in refiners.GOOD.items():
        found = compared(film, good, one, spoken, other)
        assert worse(found, allowed()) == "", (how_good, found)
    for how_bad, bad in refiners.BROKEN.items():
        found = compared(film, bad, one, spoken, other)
        assert worse(found, allowed()) != "", (how_bad, found)


def test_the_reason_names_what_is_wrong(spoken: Performed, other: Film) -> None:
    one = actor("hob")
    film = drawn(one, spoken)
    reasons = {
        "late mouth": "The refined mouth came 200 ms late.",
        "frozen mouth": "The refined mouth did not move as it was told to.",
        "half a mouth": "The refined mouth did not open as far as it was told to.",
        "noise": "The refined face flickered.",
        "colder": "The refined face changed its colour.",
        "black patch": "A part of the refined face was wiped out.",
        "not a number": "A part of the refined face was wiped out.",
    }
    for name, reason in reasons.items():
        found = compared(film, refiners.BROKEN[name], one, spoken, other)
        assert worse(found, allowed()) == reason, (name, found)


def test_what_is_kept_does_not_grow_with_the_film() -> None:
    rng = np.random.default_rng(0)
    compare = Compare()
    frames = [rng.integers(0, 255, (128, 128, 3), np.uint8) for _ in range(4)]

    def size() -> int:
        motion = compare._motion
        assert motion is not None
        series = [v for v in vars(compare).values() if isinstance(v, Worst)]
        return len(motion._last) + sum(len(one._last) for one in series)

    for number in range(120):
        compare.see(frames[number % 4], frames[(number + 1) % 4], 0.1)
    before = size()
    for number in range(200):
        compare.see(frames[number % 4], frames[(number + 1) % 4], 0.1)
    assert size() == before


def test_a_film_that_nobody_refined_is_not_compared() -> None:
    watch = Watch(
        Asked(np.zeros(30), np.zeros(30), still_camera=True),
        met=None,
        finder=None,
    )
    for number in range(30):
        watch.see(number, np.full((64, 64, 3), number, np.uint8))
    assert watch.measured().beside is None


def test_a_dropped_refinement_is_not_refined_a_second_time() -> None:
    rungs = [
        ("diffusion", GreyAnimator()),
        ("another", GreyAnimator()),
        ("warp", GreyAnimator()),
        ("still", GreyAnimator("still")),
    ]
    ladder = Ladder(rungs, [Rig("sha256:x.png", 10, 10, "photo")])
    ladder.drop("The refined face was blurred.", instead="warp")
    assert (ladder.name, ladder.reason) == ("warp", "")
    assert ladder.reasons[0] == "The refined face was blurred."


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("how", "note"),
    [
        (refiners.sharper, ""),
        (refiners.black_patch, "A part of the refined face was wiped out."),
    ],
)
def test_the_warp_films_when_the_refined_film_is_worse(
    how: How,
    note: str,
    alice: User,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = rendering.engines()
    warp = handler.animators["warp"]
    refined = Refiner(warp, how, MAKERS)
    top = (("refined", refined), ("again", refined))
    monkeypatch.setattr(
        rendering,
        "engines",
        lambda: replace(
            real,
            voices=tuple(v for v in real.voices if v[0] == "hibari"),
            animators=(*top, *real.animators),
            encoder={"preset": "ultrafast", "threads": 1},
        ),
    )
    monkeypatch.setattr(pipeline, "SIZES", {"1:1": (SIDE, SIDE)})
    told = tmp_path / "trace.json"
    call_command(
        "render",
        *("--script", "Good evening.", "--shape", "1:1"),
        *("--character", layered(alice).key),
        *("--out", str(tmp_path / "a.mp4"), "--trace", str(told)),
    )
    story = json.loads(told.read_text())
    judged = [one for one in story["trace"] if one["name"] == "quality"]
    engine = "warp" if note else "refined"
    assert (story["rung"], judged[-1]["engine"]) == ("full", engine)
    assert judged[-1]["verdict"] == "kept"
    assert judged[0]["beside_touched"] > 0
    assert judged[0]["floors"]["beside_detail"] == allowed().detail
    if note:
        assert (judged[0]["verdict"], judged[0]["note"]) == ("dropped", note)
        assert len(judged) == 2
        assert "beside_touched" not in judged[-1]


def layered(owner: User) -> Character:
    rig, files, portrait = maker.import_svg(*library.drawing("hob"))
    for ref, data in {rig.portrait: portrait, **files}.items():
        blobs.put(data, ref.rpartition(".")[2])
    made = Portrait.objects.create(
        owner=owner,
        source=Portrait.Source.MAKER,
        ref=rig.portrait,
        rig=rig.to_json(),
        rig_state=Portrait.RigState.FOUND,
    )
    return Character.objects.create(owner=owner, name="Hob", portrait=made)
