"""What torch draws is what the processor draws, and what it says when it cannot."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from avatarfx.animators.stage import StageAnimator
from avatarfx.animators.warp_cuda import WarpCudaAnimator
from avatarfx.animators.warp_cuda.animator import MAKERS
from avatarfx.directors.rules import RulesDirector
from avatarfx.tests.test_warp import actor
from avatarfx.tests.test_worn import wearer
from socialapp.characters import maker
from socialapp.content import library
from socialapp.engines import devices, testing
from socialapp.engines.errors import EngineError, OutOfMemory
from socialapp.engines.protocols import Actor, Beat, Speech, Staging
from socialapp.performance import CameraKey, Panel, Part, Performance, Place, Stage
from socialapp.performance.timeline import Blink, Phone

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

pytestmark = pytest.mark.neural

SIZES = {"1:1": (512, 512), "9:16": (512, 912), "16:9": (912, 512)}
LEVELS = 2
"""Grey levels by which the two may differ anywhere."""

SECONDS = 1.0


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    torch = pytest.importorskip("torch")
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def part(seat: str = "a", seed: int = 1) -> Part:
    """A second of speech with wide vowels and closed lips, and a blink within it."""
    said = "mɑbipouwæfʌ"
    step = SECONDS / len(said)
    phones = tuple(
        Phone(i * step, (i + 1) * step, name, 0) for i, name in enumerate(said)
    )
    speech = Speech(b"\x00\x10" * 24000, 24000, phones, engine="test")
    beat = Beat("Well.", 0.0, SECONDS, "happy", 0.6)
    directed = RulesDirector().direct(
        [beat], speech, seat=seat, seed=seed, motion="lively"
    )
    return replace(directed, blinks=(Blink(0.3, 0.6),))


def films(
    animator: StageAnimator, staging: Staging, *, fps: int = 12
) -> NDArray[np.uint8]:
    width, height = SIZES[staging.performance.stage.shape]
    frames = animator.animate(staging, fps=fps, width=width, height=height)
    pixels = [np.frombuffer(frame.pixels, np.uint8) for frame in frames]
    return np.stack(pixels).reshape(len(pixels), height, width, 3)


def both(
    staging: Staging, *, dtype: str = "float32", batch: int = 5
) -> tuple[NDArray[np.int16], NDArray[np.int16]]:
    ours = films(WarpCudaAnimator(device="cpu", batch=batch, dtype=dtype), staging)
    theirs = films(StageAnimator("full", MAKERS, 1), staging)
    assert len(ours) == len(theirs)
    return ours.astype(np.int16), theirs.astype(np.int16)


def alone(name: str, shape: str = "1:1") -> Staging:
    return Staging(
        Performance(SECONDS, (part(),), Stage(shape=shape)), {"a": actor(name)}
    )


def layered() -> Actor:
    rig, blobs, portrait = maker.import_svg(*library.drawing("tamsin"))
    return Actor(rig, portrait, blobs)


@pytest.mark.parametrize("shape", ["1:1", "9:16"])
@pytest.mark.parametrize("name", ["photo close", "painted hob", "flat imani"])
def test_the_device_draws_what_the_processor_draws(name: str, shape: str) -> None:
    ours, theirs = both(alone(name, shape))
    off = np.abs(ours - theirs)
    assert off.max() <= LEVELS
    assert off.mean() < 0.01
    # It moves at all, or nothing was compared.
    assert np.abs(theirs - theirs[:1]).mean() > 0.3


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_colours_of_16_bits_stay_within_two_levels(dtype: str) -> None:
    ours, theirs = both(alone("photo close"), dtype=dtype)
    assert np.abs(ours - theirs).max() <= LEVELS


def test_a_duet_that_a_camera_follows_is_the_same_picture() -> None:
    camera = (CameraKey(0.0), CameraKey(0.3, on="a", ease=0.3), CameraKey(0.8, on="b"))
    places = {"a": Place(x=0.28), "b": Place(x=0.72, facing=-1)}
    performance = Performance(
        SECONDS,
        (part("a"), part("b", 2)),
        Stage(shape="16:9", camera=camera, places=places),
    )
    cast = {"a": actor("photo close"), "b": actor("painted hob")}
    ours, theirs = both(Staging(performance, cast))
    assert np.abs(ours - theirs).max() <= LEVELS


def test_panels_and_a_ledge_are_the_same_picture() -> None:
    cast = {"a": actor("photo close"), "b": actor("flat imani")}
    parts = (part("a"), part("b", 2))
    stages = (
        Stage(shape="1:1", panels=(Panel(seats=("a",)), Panel(seats=("b",)))),
        Stage(shape="9:16"),
    )
    for stage in stages:
        ours, theirs = both(Staging(Performance(SECONDS, parts, stage), cast))
        assert np.abs(ours - theirs).max() <= LEVELS


def test_a_cut_out_before_a_background_is_the_same_picture() -> None:
    one = actor("photo close")
    ours, theirs = both(replace(alone("photo close"), background=one.portrait))
    assert np.abs(ours - theirs).max() <= LEVELS


def test_a_layered_drawing_stands_beside_a_warped_one() -> None:
    performance = Performance(SECONDS, (part("a"), part("b", 2)), Stage(shape="16:9"))
    cast = {"a": layered(), "b": actor("photo close")}
    ours, theirs = both(Staging(performance, cast))
    assert np.abs(ours - theirs).max() <= LEVELS


def test_it_keeps_the_promises_of_an_animator() -> None:
    performance = Performance(0.4, (Part("a"),), Stage())
    staging = Staging(performance, {"a": actor("photo close")})
    animator = WarpCudaAnimator(device="cpu", batch=4)
    testing.check_animator(animator, staging, size=(256, 256))


def test_a_batch_of_any_size_gives_the_same_frames() -> None:
    staging = alone("painted hob")
    few, many = (
        films(WarpCudaAnimator(device="cpu", batch=batch), staging).astype(np.int16)
        for batch in (1, 7)
    )
    # Sums of another length are taken in another order, so the last bit may differ.
    assert np.abs(few - many).max() <= 1
    assert (few != many).mean() < 1e-4


def test_it_goes_on_from_a_later_frame() -> None:
    staging = alone("photo close")
    animator = WarpCudaAnimator(device="cpu", batch=4)
    whole = films(animator, staging)
    rest = animator.animate_from(9, staging, fps=12, width=512, height=512)
    late = [np.frombuffer(frame.pixels, np.uint8) for frame in rest]
    assert len(late) == len(whole) - 9
    assert np.array_equal(late[0], whole[9].ravel())


def test_out_of_memory_is_told_and_half_the_batch_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import torch  # noqa: PLC0415

    from avatarfx.animators.warp_cuda import theatre  # noqa: PLC0415

    real = theatre.Theatre._drawn

    def cramped(
        self: theatre.Theatre, shot: object, times: tuple[float, ...]
    ) -> object:
        if len(times) > 2:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 9 GiB")
        return real(self, shot, times)  # type: ignore[arg-type]

    monkeypatch.setattr(theatre.Theatre, "_drawn", cramped)
    animator: WarpCudaAnimator | None = WarpCudaAnimator(device="cpu", batch=8)
    tried = []
    while animator is not None:
        tried.append(animator.batch)
        try:
            frames = films(animator, alone("photo close"))
        except OutOfMemory:
            animator = animator.smaller()
            continue
        break
    assert tried == [8, 4, 2]
    assert len(frames) == 12


def test_a_card_that_fails_is_told_in_words_and_not_asked_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from avatarfx.animators.warp_cuda import theatre  # noqa: PLC0415

    def broken(*_: object) -> object:
        raise RuntimeError("CUDA error: an illegal memory access was encountered\nmore")

    animator = WarpCudaAnimator(device="cpu", batch=8)
    monkeypatch.setattr(theatre.Theatre, "_drawn", broken)
    try:
        with pytest.raises(EngineError, match="illegal memory access") as raised:
            films(animator, alone("photo close"))
        assert not raised.value.permanent
        assert "more" not in str(raised.value)
        assert "started anew" in (animator.available() or "")
        assert devices.lost() == animator.available(), "the worker hears of it"
    finally:
        devices.forget()


def test_a_call_that_the_card_refuses_does_not_lose_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from avatarfx.animators.warp_cuda import theatre  # noqa: PLC0415

    def refused(*_: object) -> object:
        raise RuntimeError("CUDA error: invalid argument")

    animator = WarpCudaAnimator(device="cpu", batch=8)
    monkeypatch.setattr(theatre.Theatre, "_drawn", refused)
    with pytest.raises(EngineError, match="invalid argument"):
        films(animator, alone("photo close"))
    assert animator.available() is None
    assert devices.lost() == ""


def test_an_error_of_its_own_is_not_taken_for_the_card(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from avatarfx.animators.warp_cuda import theatre  # noqa: PLC0415

    def broken(*_: object) -> object:
        raise RuntimeError("The size of tensor a must match the size of tensor b")

    monkeypatch.setattr(theatre.Theatre, "_drawn", broken)
    with pytest.raises(RuntimeError, match="tensor a"):
        films(WarpCudaAnimator(device="cpu"), alone("photo close"))


def test_without_a_graphics_card_it_says_so() -> None:
    import torch  # noqa: PLC0415

    if torch.cuda.is_available():
        pytest.skip("There is a graphics card here.")
    reason = WarpCudaAnimator().available()
    assert reason == "No CUDA device is here, so the processor draws."
    with pytest.raises(EngineError, match="No CUDA device"):
        films(WarpCudaAnimator(), alone("photo close"))
    assert "no device" in (WarpCudaAnimator(device="tpu").available() or "")


def test_what_draws_the_same_is_known_to() -> None:
    rigs = [actor("photo close").rig]
    stage = StageAnimator("full", MAKERS)
    device = WarpCudaAnimator(device="cpu")
    assert stage.draws_like(device, rigs)
    assert device.draws_like(stage, rigs)


@pytest.mark.parametrize("kind", ["fringe", "beard"])
def test_hair_over_eyes_and_mouths_is_the_same_picture(kind: str) -> None:
    staging = Staging(Performance(SECONDS, (part(),), Stage()), {"a": wearer(kind)})
    ours, theirs = both(staging)
    assert np.abs(ours - theirs).max() <= LEVELS
