"""Convolutions of a quantised network as multiplications of matrices.

onnxruntime's ConvInteger multiplies unsigned by unsigned bytes, for which processors have
no instruction, and unfolds its input anew in every call: two thirds of Kokoro's time. Its
MatMulInteger multiplies unsigned by signed bytes from weights that were packed once. So
each convolution is unfolded in the graph (im2col: Chellapilla, Puri, Simard 2006), its
weights are shifted by 128, and whole numbers come out as before, every one the same.
"""

from __future__ import annotations

import logging
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

log = logging.getLogger(__name__)

SHIFT = 128
"""From unsigned to signed bytes; zero points move along, so nothing else changes."""

END = np.iinfo(np.int64).max
"""Slice: as far as it goes."""


def unfolded(model: bytes) -> bytes:
    """The same network, an ONNX file, with its one-dimensional ConvIntegers replaced."""
    import onnx  # noqa: PLC0415  only who loads this network needs it

    read = onnx.load_from_string(model)
    graph = read.graph
    weights = {one.name: one for one in graph.initializer}
    nodes: list[Any] = []
    for node in graph.node:
        found = (
            _Convolution.of(node, weights) if node.op_type == "ConvInteger" else None
        )
        nodes += found.as_matrices(graph.initializer) if found else [node]
    used = {name for node in nodes for name in node.input}
    kept = [one for one in graph.initializer if one.name in used]
    del graph.node[:]
    graph.node.extend(nodes)
    del graph.initializer[:]
    graph.initializer.extend(kept)
    changed: bytes = read.SerializeToString()
    return changed


@cache
def exact() -> bool:
    """Whether this processor multiplies unsigned by signed bytes without a loss.

    x86 before VNNI adds two products in 16 bits, which the largest do not fit; there the
    network stays as it is.
    """
    import onnx  # noqa: PLC0415  as above
    from onnx import helper, numpy_helper  # noqa: PLC0415  as above

    rng = np.random.default_rng(1)
    left = np.full((1, 48, 256), 255, np.uint8)
    right = np.full((256, 64), 127, np.int8)
    right[:, 1::2] = -128
    right[:, ::7] = rng.integers(-128, 128, right[:, ::7].shape)
    graph = helper.make_graph(
        [helper.make_node("MatMulInteger", ["left", "right"], ["found"])],
        "exact",
        [helper.make_tensor_value_info("left", onnx.TensorProto.UINT8, left.shape)],
        [helper.make_tensor_value_info("found", onnx.TensorProto.INT32, None)],
        [numpy_helper.from_array(right, "right")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 8
    session = _session(model.SerializeToString())
    (found,) = session.run(None, {"left": left})
    wanted = left.astype(np.int32) @ right.astype(np.int32)
    same = bool(np.array_equal(found, wanted))
    if not same:
        log.info("This processor has no exact product of bytes: voices take longer")
    return same


def _session(model: bytes) -> Any:
    import onnxruntime  # noqa: PLC0415  60 MB that only a speaker needs

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(
        model, options, providers=["CPUExecutionProvider"]
    )


class _Convolution:
    """One ConvInteger with stride 1 over one dimension, and what it is made of."""

    def __init__(
        self,
        node: Any,
        kernel: NDArray[np.uint8],
        zero: int,
        *,
        dilation: int,
        pads: tuple[int, int],
    ) -> None:
        """`kernel`: (channels out, channels in, taps)."""
        self._node = node
        self._kernel = kernel
        self._zero = zero
        self._dilation = dilation
        self._pads = pads

    @classmethod
    def of(cls, node: Any, weights: dict[str, Any]) -> _Convolution | None:
        """None: it is of another kind, and stays as it is."""
        from onnx import helper, numpy_helper  # noqa: PLC0415  as above

        if len(node.input) != 4 or not {node.input[1], node.input[3]} <= set(weights):
            return None
        kernel = numpy_helper.to_array(weights[node.input[1]])
        zero = numpy_helper.to_array(weights[node.input[3]])
        said = {one.name: helper.get_attribute_value(one) for one in node.attribute}
        one_way = said.get("group", 1) == 1 and said.get("strides", [1]) == [1]
        plain = said.get("auto_pad", b"NOTSET") == b"NOTSET"
        if kernel.ndim != 3 or kernel.dtype != np.uint8 or zero.size != 1:
            return None
        if not (one_way and plain):
            return None
        before, after = said.get("pads", [0, 0])
        return cls(
            node,
            kernel,
            int(zero.ravel()[0]),
            dilation=int(said.get("dilations", [1])[0]),
            pads=(int(before), int(after)),
        )

    def as_matrices(self, weights: Any) -> list[Any]:
        """Nodes that give the same numbers by the same name; their weights are added to
        `weights`."""
        from onnx import helper, numpy_helper  # noqa: PLC0415  as above

        source, _, zero, _ = self._node.input
        name, made = self._node.output[0], []

        def put(part: str, value: Any) -> str:
            weights.append(numpy_helper.from_array(np.asarray(value), f"{name}:{part}"))
            return f"{name}:{part}"

        def add(kind: str, inputs: list[str], part: str, **said: Any) -> str:
            made.append(helper.make_node(kind, inputs, [f"{name}:{part}"], **said))
            return f"{name}:{part}"

        rows = add("Transpose", [source], "rows", perm=[0, 2, 1])
        before, after = self._pads
        if before or after:
            room = put("room", np.array([0, before, 0, 0, after, 0], np.int64))
            rows = add("Pad", [rows, room, zero], "padded")
        taps = self._kernel.shape[2]
        if taps > 1:
            axis = put("axis", np.array([1], np.int64))
            seen = []
            for tap in range(taps):
                left = (taps - 1 - tap) * self._dilation
                start = put(f"from{tap}", np.array([tap * self._dilation], np.int64))
                end = put(f"to{tap}", np.array([-left if left else END], np.int64))
                seen.append(add("Slice", [rows, start, end, axis], f"tap{tap}"))
            rows = add("Concat", seen, "unfolded", axis=2)
        signed = (self._kernel.astype(np.int16) - SHIFT).astype(np.int8)
        matrix = signed.transpose(2, 1, 0).reshape(-1, signed.shape[0])
        product = add(
            "MatMulInteger",
            [
                rows,
                put("matrix", np.ascontiguousarray(matrix)),
                zero,
                put("zero", np.int8(self._zero - SHIFT)),
            ],
            "product",
        )
        made.append(helper.make_node("Transpose", [product], [name], perm=[0, 2, 1]))
        return made
