"""Convolutions as products of matrices: the same whole numbers, every one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import helper, numpy_helper

from avatarfx.voices import convolutions

if TYPE_CHECKING:
    from numpy.typing import NDArray

FLOATS, INTS = onnx.TensorProto.FLOAT, onnx.TensorProto.INT32


def network(
    kernel: NDArray[Any], *, zero: int = 71, **said: Any
) -> tuple[bytes, set[str]]:
    """A quantised convolution of a float input, and its name."""
    nodes = [
        helper.make_node("DynamicQuantizeLinear", ["x"], ["q", "scale", "at"]),
        helper.make_node("ConvInteger", ["q", "kernel", "at", "zero"], ["y"], **said),
    ]
    graph = helper.make_graph(
        nodes,
        "test",
        [helper.make_tensor_value_info("x", FLOATS, [1, None, None])],
        [helper.make_tensor_value_info("y", INTS, None)],
        [
            numpy_helper.from_array(kernel, "kernel"),
            numpy_helper.from_array(np.asarray(zero, kernel.dtype), "zero"),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 8
    return model.SerializeToString(), {node.op_type for node in nodes}


def kinds(model: bytes) -> set[str]:
    return {node.op_type for node in onnx.load_from_string(model).graph.node}


def run(model: bytes, x: NDArray[np.float32]) -> NDArray[np.int32]:
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(
        model, options, providers=["CPUExecutionProvider"]
    )
    found: NDArray[np.int32] = session.run(None, {"x": x})[0]
    return found


def random_kernel(shape: tuple[int, int, int]) -> NDArray[np.uint8]:
    return np.random.default_rng(3).integers(0, 256, shape).astype(np.uint8)


@pytest.mark.parametrize(
    ("shape", "said"),
    [
        ((24, 16, 1), {}),
        ((24, 16, 3), {"pads": [1, 1]}),
        ((16, 16, 11), {"pads": [25, 25], "dilations": [5]}),
        ((8, 32, 5), {"pads": [0, 4]}),
        ((8, 32, 4), {}),
    ],
)
def test_the_same_numbers_come_out(
    shape: tuple[int, int, int], said: dict[str, Any]
) -> None:
    model, _ = network(random_kernel(shape), kernel_shape=[shape[2]], **said)
    x = np.random.default_rng(4).normal(size=(1, shape[1], 61)).astype(np.float32)
    changed = convolutions.unfolded(model)
    assert "ConvInteger" not in kinds(changed)
    wanted = run(model, x)
    found = run(changed, x)
    assert found.dtype == wanted.dtype
    if convolutions.exact():
        assert np.array_equal(found, wanted)
    else:
        assert found.shape == wanted.shape


@pytest.mark.parametrize(
    "said", [{"strides": [2]}, {"group": 2}, {"auto_pad": "SAME_UPPER"}]
)
def test_what_it_cannot_do_stays_as_it_was(said: dict[str, Any]) -> None:
    groups = said.get("group", 1)
    kernel = random_kernel((8, 16 // groups, 3))
    model, before = network(kernel, kernel_shape=[3], **said)
    changed = convolutions.unfolded(model)
    assert kinds(changed) == before
    x = np.random.default_rng(4).normal(size=(1, 16, 40)).astype(np.float32)
    assert np.array_equal(run(changed, x), run(model, x))


def test_weights_that_nobody_needs_any_more_are_left_out() -> None:
    model, _ = network(random_kernel((64, 64, 7)), kernel_shape=[7])
    left = {one.name for one in onnx.load_from_string(model).graph.initializer}
    changed = onnx.load_from_string(convolutions.unfolded(model)).graph
    assert left & {one.name for one in changed.initializer} == set()
    assert len(convolutions.unfolded(model)) < 2 * len(model)


def test_a_processor_that_loses_bits_is_found_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Saturates:
        """As x86 without VNNI: two products are added in 16 bits."""

        def run(self, _: None, given: dict[str, NDArray[np.uint8]]) -> list[Any]:
            left = given["left"]
            pairs = np.full((*left.shape[:2], 64), 32767 * left.shape[2] // 2)
            return [pairs.astype(np.int32)]

    convolutions.exact.cache_clear()
    monkeypatch.setattr(convolutions, "_session", lambda _: Saturates())
    try:
        assert not convolutions.exact()
    finally:
        convolutions.exact.cache_clear()
