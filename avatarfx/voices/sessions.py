"""onnxruntime sessions as the voices need them."""

from __future__ import annotations

from typing import Any

FLOAT = 1
"""Element type FLOAT of onnx.proto's TensorProto.DataType."""


def session(model: bytes, *, threads: int, output: str) -> Any:
    """An InferenceSession of `model` that also returns its inner tensor `output`.

    With one thread onnxruntime starts none of its own, so that a process which has used
    the session may still fork and the child may go on using it.
    """
    import onnxruntime  # noqa: PLC0415  60 MB that only a speaker needs

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(
        model + _extra_output(output), options, providers=["CPUExecutionProvider"]
    )


def _extra_output(name: str) -> bytes:
    """A partial ModelProto that adds one graph output when appended to a model.

    Protobuf merges concatenated messages field by field. Field numbers are those of
    onnx.proto: ModelProto.graph 7, GraphProto.output 12, ValueInfoProto.name 1 and
    .type 2, TypeProto.tensor_type 1, TypeProto.Tensor.elem_type 1.
    """
    elem_type = bytes([1 << 3, FLOAT])
    value = _field(1, name.encode()) + _field(2, _field(1, elem_type))
    return _field(7, _field(12, value))


def _field(number: int, content: bytes) -> bytes:
    size, rest = b"", len(content)
    while rest > 0x7F:
        size += bytes([rest & 0x7F | 0x80])
        rest >>= 7
    return bytes([number << 3 | 2]) + size + bytes([rest]) + content
