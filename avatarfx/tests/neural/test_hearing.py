"""What a mouth model hears with each frame, and of whom."""

from __future__ import annotations

import numpy as np
import pytest

from avatarfx.animators.neural import checkpoints, latentsync_unet, lower, whisper
from avatarfx.animators.neural.faces import FaceShape
from avatarfx.animators.neural.speaking import FADE, MARGIN, turns
from avatarfx.tests.neural.clips import photo
from socialapp.engines.errors import EngineError
from socialapp.engines.protocols import Speech
from socialapp.performance import Part, Viseme


def loudness(samples: whisper.Floats) -> whisper.Floats:
    """(vectors, 1, 1): what a listener without a model hears, at Whisper's pace."""
    each = whisper.RATE // whisper.A_SECOND
    count = len(samples) // each
    blocks = np.abs(samples[: count * each]).reshape(count, each).max(1)
    return np.asarray(blocks[:, None, None], np.float32)


@pytest.mark.parametrize("frame", [0, 1, 7, 30])
def test_a_click_is_heard_with_its_frame_and_two_on_either_side(frame: int) -> None:
    samples = np.zeros(2 * whisper.RATE, np.float32)
    samples[round((frame + 0.4) / 25 * whisper.RATE)] = 1.0
    windows = whisper.cut(loudness(samples), range(50), fps=25)
    assert windows.shape == (50, 10, 1)
    hears = np.flatnonzero(windows.any((1, 2)))
    assert hears.tolist() == list(range(max(0, frame - 2), frame + 3))
    # It is in the middle of what its own frame hears.
    assert np.flatnonzero(windows[frame, :, 0]).tolist() in ([4], [5])


def test_a_speech_at_another_rate_is_heard_at_the_same_time() -> None:
    samples = np.zeros(2 * 24_000, "<i2")
    samples[24_000 : 24_000 + 480] = 20_000
    heard = loudness(whisper.at_16k(Speech(samples.tobytes(), 24_000)))
    loud = np.flatnonzero(heard[:, 0, 0] > 0.3)
    assert loud.tolist() == [50]


@pytest.mark.parametrize("fps", [12, 24, 25, 30, 50])
def test_at_any_pace_a_frame_hears_a_fifth_of_a_second_about_itself(fps: int) -> None:
    for frame in range(3 * fps):
        window = whisper.window(frame, fps=fps)
        middle = (window.start + len(window) / 2) / whisper.A_SECOND
        assert len(window) == 10
        assert abs(middle - (frame / fps + 0.02)) <= 0.0201


def test_beyond_the_sound_is_nothing_or_what_was_heard_last() -> None:
    heard = np.arange(1, 21, dtype=np.float32)[:, None, None]
    first, last, after = whisper.cut(heard, [0, 9, 40], fps=25)[..., 0]
    assert first.tolist() == [0, 0, 0, 0, 1, 2, 3, 4, 5, 6]
    assert last.tolist() == [15, 16, 17, 18, 19, 20, 0, 0, 0, 0]
    assert not after.any()
    held = whisper.cut(heard, [0, 9, 40], fps=25, held=True)[..., 0]
    assert held[0].tolist() == [1, 1, 1, 1, 1, 2, 3, 4, 5, 6]
    assert held[1].tolist() == [15, 16, 17, 18, 19, 20, 20, 20, 20, 20]
    assert set(held[2].tolist()) == {20.0}


def test_a_sound_without_a_sample_is_silence() -> None:
    empty = np.zeros((0, 5, 8), np.float32)
    assert not whisper.cut(empty, [0, 3], fps=25).any()
    assert whisper.cut(empty, [0, 3], fps=25, held=True).shape == (2, 50, 8)


def test_layers_of_a_vector_stay_together() -> None:
    heard = np.arange(20 * 5, dtype=np.float32).reshape(20, 5, 1)
    (window,) = whisper.cut(heard, [4], fps=25)
    assert window[:, 0].tolist() == list(range(4 * 5, 14 * 5))


def test_places_are_told_apart_by_sines() -> None:
    table = whisper.positions(50, 384)
    assert table[0, :4].tolist() == [0, 1, 0, 1]
    assert table[3, 0] == pytest.approx(np.sin(3))
    assert table[3, 1] == pytest.approx(np.cos(3))
    assert table[7, 2] == pytest.approx(np.sin(7 * 10000 ** (-2 / 384)))
    near = np.linalg.norm(table[:, None] - table[None], axis=-1)
    assert near[~np.eye(50, dtype=bool)].min() > 0.5


def said(*spans: tuple[float, float, str]) -> Part:
    return Part("a", visemes=tuple(Viseme(*span) for span in spans))


def test_a_turn_lasts_over_short_pauses_and_ends_at_long_ones() -> None:
    part = said(
        (0.5, 0.6, "PP"), (0.6, 0.9, "aa"), (0.9, 1.5, "sil"), (1.5, 2.0, "E"),
        (2.0, 4.0, "sil"), (4.0, 4.5, "ou"),
    )  # fmt: skip
    first, second = turns(part)
    assert (first.at, first.until) == pytest.approx((0.5 - MARGIN, 2.0 + MARGIN))
    assert (second.at, second.until) == pytest.approx((4.0 - MARGIN, 4.5 + MARGIN))
    assert first.share(1.2) == 1
    assert first.share(3.0) == second.share(3.0) == 0


def test_a_mouth_is_the_models_before_it_opens_and_comes_slowly() -> None:
    (turn,) = turns(said((1.0, 2.0, "aa")))
    assert turn.share(1.0 - MARGIN) == 0
    assert 0 < turn.share(1.0 - MARGIN + FADE / 2) < 1
    assert turn.share(1.0) == turn.share(2.0) == 1
    assert turn.share(2.0 + MARGIN) == 0


def test_who_has_no_visemes_is_listened_to_all_the_time() -> None:
    (turn,) = turns(Part("a"))
    assert turn.share(0.0) == turn.share(1e6) == 1


def test_the_nose_is_in_the_middle_of_what_a_model_sees_and_the_chin_inside() -> None:
    shape = FaceShape(photo())
    square = lower.square_of(shape)
    landmarks = np.array(shape.rig.landmarks)[:, :2]

    def seen(index: int) -> tuple[float, float]:
        within = (landmarks[index] - shape.centre) / shape.side + 0.5
        x = (within[0] - square.left) / square.side
        return float(x), float((within[1] - square.top) / square.side)

    nose, lips, chin = seen(195), seen(14), seen(152)
    assert nose[1] == pytest.approx(0.5, abs=0.06)
    assert 0.6 < lips[1] < 0.85
    assert 0.9 < chin[1] < 1.0
    for point in (nose, lips, chin):
        assert point[0] == pytest.approx(0.5, abs=0.08)
    for eye in (33, 263):
        assert 0.0 < seen(eye)[0] < 1.0
        assert seen(eye)[1] < 0.45


def test_what_is_cut_and_put_back_changes_nothing_else() -> None:
    face = np.random.default_rng(1).integers(0, 255, (120, 120, 3), np.uint8)
    square = lower.Square(0.1, 0.3, 0.8)
    patch = lower.cut(face, square, 96)
    assert np.array_equal(lower.put(face, square, patch.astype(np.float32)), face)
    white = np.full((96, 96, 3), 255, np.float32)
    half = lower.put(face, square, white, share=0.5)
    assert np.array_equal(half[:36], face[:36])
    inside = half[36:, 12:108]
    assert np.allclose(inside, (face[36:, 12:108].astype(float) + 255) / 2)


def test_a_black_mouth_in_a_lit_face_is_refused_and_in_a_dark_one_is_not() -> None:
    lit = np.full((2, 64, 64, 3), 90, np.uint8)
    drawn = lit.astype(np.float32)
    lower.check(lit, drawn)
    drawn[1, 32:] = 0
    lower.check(lit // 30, drawn)
    with pytest.raises(EngineError, match="black"):
        lower.check(lit, drawn)
    drawn[1, 40, 5, 1] = np.nan
    with pytest.raises(EngineError, match="no numbers"):
        lower.check(lit, drawn)


def test_the_first_tensor_that_does_not_fit_is_named() -> None:
    wanted = {"a": (4, 2), "b": (3,)}
    assert checkpoints.misfit(wanted, wanted) is None
    assert checkpoints.misfit(wanted, {"b": (3,)}) == "a is missing"
    assert (
        checkpoints.misfit(wanted, {"a": (4, 3), "b": (3,)}) == "a is 4 x 3, not 4 x 2"
    )
    assert checkpoints.misfit(wanted, wanted | {"c": (1,)}) == "c is not part of it"


def test_old_names_of_attention_are_read_and_no_others() -> None:
    at = "encoder.mid_block.attentions.0."
    old = dict.fromkeys([f"{at}query.weight", f"{at}proj_attn.bias", "a.query.weight"])
    assert set(checkpoints.modern(old)) == {
        f"{at}to_q.weight", f"{at}to_out.0.bias", "a.query.weight",
    }  # fmt: skip


def test_whispers_own_names_are_those_of_transformers_and_back() -> None:
    theirs = {
        "encoder.positional_embedding": "embed_positions.weight",
        "encoder.conv1.bias": "conv1.bias",
        "encoder.ln_post.weight": "layer_norm.weight",
        "encoder.blocks.3.attn.query.bias": "layers.3.self_attn.q_proj.bias",
        "encoder.blocks.0.attn_ln.bias": "layers.0.self_attn_layer_norm.bias",
        "encoder.blocks.1.mlp.2.weight": "layers.1.fc2.weight",
        "encoder.blocks.1.mlp_ln.weight": "layers.1.final_layer_norm.weight",
    }
    for name, ours in theirs.items():
        assert list(whisper.originals({name: 0})) == [ours]
        assert f"encoder.{whisper.original(ours)}" == name
    assert whisper.originals({"decoder.ln.weight": 0}) == {}


def test_without_motion_modules_it_is_another_version_of_latentsync() -> None:
    shapes = {
        f"down_blocks.{n}.resnets.0.conv1.weight": (32, 32, 3, 3) for n in range(4)
    }
    cross = "down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k.weight"
    with pytest.raises(
        EngineError, match=r"attention_blocks\.0\.pos_encoder\.pe is missing"
    ):
        latentsync_unet.shaped(shapes | {cross: (32, 384)})
    with pytest.raises(EngineError, match=r"attn2\.to_k\.weight is missing"):
        latentsync_unet.shaped(shapes)
