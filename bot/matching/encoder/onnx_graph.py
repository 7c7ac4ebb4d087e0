"""A sentence-transformers BERT as an ONNX graph, made from its safetensors when it is opened.

Devlin et al. 2019 for the network. The graph is written in ONNX's wire format here: with `onnx.helper` (33 MB on disk),
opening all-MiniLM-L6-v2 took 0.40 s of processor time instead of 0.20 s and 90 MB more at its peak. Weights that ONNX
Runtime takes from memory instead have to outlive the session, which keeps each of them twice.

Weights are mapped from their file, so that of the word embeddings only those of words that occur take memory.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bot.matching.array_file import mapped_arrays
from bot.matching.lexical.channels import Floats

_FLOAT, _INT64 = 1, 7
_VARINT, _FIXED32, _BYTES = 0, 5, 2
_IR_VERSION, _OPSET = 9, 20

Tensors = Mapping[str, Floats]


def tensors(path: Path) -> dict[str, Floats]:
    """The f32 tensors of a safetensors file, mapped, not read. Raises ValueError where it is not such a file."""
    arrays, _ = mapped_arrays(path)
    return {name.removeprefix("bert."): each for name, each in arrays.items() if each.dtype == np.float32}


def under(weights: Tensors, prefix: str) -> dict[str, Floats]:
    """The tensors whose names begin so, by the rest of their names."""
    return {name.removeprefix(prefix): values for name, values in weights.items() if name.startswith(prefix)}


def bert_graph(config: Mapping[str, Any], layers: Sequence[Tensors], embedded: Tensors) -> bytes:
    """A network as an ONNX model, whose output `last` are the hidden states after its last layer.

    Inputs are `hidden` (texts, tokens, width) and `mask` (texts, 1, 1, tokens), which is added to attention's scores.
    The normalisation of what is `embedded`, as weight and bias, comes first. Raises KeyError where a weight is missing.
    """
    graph = _Graph()
    heads, width = config["num_attention_heads"], config["hidden_size"]
    epsilon = float(config["layer_norm_eps"])

    def linear(weights: Tensors, given: str, *names: str) -> str:
        weight, bias = (_joined([weights[f"{name}.{part}"] for name in names]) for part in ("weight", "bias"))
        return graph.node("Add", graph.node("MatMul", given, graph.constant(weight.T)), graph.constant(bias))

    def norm(weights: Tensors, given: str, name: str = "") -> str:
        scale, bias = (graph.constant(weights[f"{name}{part}"]) for part in ("weight", "bias"))
        return graph.node("LayerNormalization", given, scale, bias, axis=-1, epsilon=epsilon)

    def attention(weights: Tensors, given: str) -> str:
        joined = linear(weights, given, *(f"attention.self.{part}" for part in ("query", "key", "value")))
        split = graph.node("Reshape", joined, graph.constant(np.array([0, 0, 3, heads, width // heads])))
        turned = graph.node("Transpose", split, perm=[2, 0, 3, 1, 4])
        query, key, value = (graph.node("Gather", turned, graph.constant(np.array(i)), axis=0) for i in range(3))
        scores = graph.node("MatMul", query, graph.node("Transpose", key, perm=[0, 1, 3, 2]))
        scaled = graph.node("Mul", scores, graph.constant(np.array((width // heads) ** -0.5, dtype=np.float32)))
        shares = graph.node("Softmax", graph.node("Add", scaled, "mask"), axis=-1)
        mixed = graph.node("Transpose", graph.node("MatMul", shares, value), perm=[0, 2, 1, 3])
        flat = graph.node("Reshape", mixed, graph.constant(np.array([0, 0, width])))
        return linear(weights, flat, "attention.output.dense")

    hidden = norm(embedded, "hidden")
    for weights in layers:
        attended = graph.node("Add", attention(weights, hidden), hidden)
        hidden = norm(weights, attended, "attention.output.LayerNorm.")
        wide = graph.node("Gelu", linear(weights, hidden, "intermediate.dense"))
        fed = graph.node("Add", linear(weights, wide, "output.dense"), hidden)
        hidden = norm(weights, fed, "output.LayerNorm.")
    graph.node("Identity", hidden, name="last")
    shape = ("texts", "tokens", width)
    return graph.model({"hidden": shape, "mask": ("texts", 1, 1, "tokens")}, {"last": shape})


def _joined(parts: Sequence[Floats]) -> Floats:
    return np.concatenate(parts) if len(parts) > 1 else parts[0]  # one alone need not be copied


@dataclass
class _Graph:
    """Nodes and constants of a graph as they are written, in protobuf's wire format (onnx.proto3)."""

    nodes: list[bytes] = field(default_factory=list)
    constants: list[bytes | memoryview] = field(default_factory=list)
    """Pieces of them: the numbers, some forty million bytes, are copied once, when everything is joined."""
    count: int = 0

    def constant(self, values: npt.NDArray[Any]) -> str:
        name = f"c{self.count}"
        self.count += 1
        kind, stored = (_FLOAT, "<f4") if values.dtype.kind == "f" else (_INT64, "<i8")
        numbers = np.ascontiguousarray(values, stored).reshape(-1).view(np.uint8).data
        shape = b"".join(_number(1, size) for size in values.shape)
        head = shape + _number(2, kind) + _bytes(8, name.encode()) + _opening(9, len(numbers))
        self.constants += [_opening(5, len(head) + len(numbers)), head, numbers]
        return name

    def node(self, kind: str, *given: str, name: str = "", **attributes: float | int | list[int]) -> str:
        name = name or f"n{len(self.nodes)}"
        inputs = b"".join(_bytes(1, one.encode()) for one in given)
        settings = b"".join(_bytes(5, _attribute(key, value)) for key, value in attributes.items())
        self.nodes.append(inputs + _bytes(2, name.encode()) + _bytes(4, kind.encode()) + settings)
        return name

    def model(self, inputs: Mapping[str, Sequence[str | int]], outputs: Mapping[str, Sequence[str | int]]) -> bytes:
        parts: list[bytes | memoryview] = [_bytes(1, node) for node in self.nodes]
        parts += [_bytes(2, b"bert"), *self.constants]
        parts += [_bytes(11, _value(name, shape)) for name, shape in inputs.items()]
        parts += [_bytes(12, _value(name, shape)) for name, shape in outputs.items()]
        opset = _bytes(1, b"") + _number(2, _OPSET)
        size = sum(map(len, parts))
        return b"".join([_number(1, _IR_VERSION), _opening(7, size), *parts, _bytes(8, opset)])


def _value(name: str, shape: Iterable[str | int]) -> bytes:
    sizes = (_number(1, size) if isinstance(size, int) else _bytes(2, size.encode()) for size in shape)
    tensor = _number(1, _FLOAT) + _bytes(2, b"".join(_bytes(1, size) for size in sizes))
    return _bytes(1, name.encode()) + _bytes(2, _bytes(1, tensor))


def _attribute(name: str, value: float | int | list[int]) -> bytes:
    head = _bytes(1, name.encode())
    if isinstance(value, float):
        return head + _varint(2 << 3 | _FIXED32) + struct.pack("<f", value) + _number(20, 1)
    if isinstance(value, int):
        return head + _number(3, value) + _number(20, 2)
    return head + b"".join(_number(8, one) for one in value) + _number(20, 7)


def _number(at: int, value: int) -> bytes:
    return _varint(at << 3 | _VARINT) + _varint(value & (1 << 64) - 1)


def _bytes(at: int, value: bytes) -> bytes:
    return _opening(at, len(value)) + value


def _opening(at: int, size: int) -> bytes:
    return _varint(at << 3 | _BYTES) + _varint(size)


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
