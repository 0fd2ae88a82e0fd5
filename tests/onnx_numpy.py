"""Runs the ONNX models that Shortlist writes, with NumPy alone: a reader of protobuf's wire format and an operator a line."""

import math
import struct

import numpy as np

DTYPES = {1: np.float32, 7: np.int64, 9: np.bool_, 11: np.float64}


def varint(data, at):
    value = shift = 0
    while True:
        value |= (data[at] & 127) << shift
        shift, at = shift + 7, at + 1
        if data[at - 1] < 128:
            return value, at


def signed(value):
    return value - 2**64 if value >= 2**63 else value


def parse(data):
    """A message as {field: [values]}; messages and strings stay bytes."""
    fields, at = {}, 0
    while at < len(data):
        tag, at = varint(data, at)
        if tag % 8 == 0:
            value, at = varint(data, at)
            value = signed(value)
        elif tag % 8 == 5:
            value, at = struct.unpack_from("<f", data, at)[0], at + 4
        else:
            assert tag % 8 == 2, f"wire type {tag % 8}"
            size, at = varint(data, at)
            value, at = bytes(data[at:at + size]), at + size
            assert len(value) == size
        fields.setdefault(tag // 8, []).append(value)
    return fields


def text(fields, field):
    return fields[field][0].decode()


def attribute(data):
    fields = parse(data)
    kind = fields[20][0]
    value = {1: lambda: fields[2][0], 2: lambda: fields[3][0], 7: lambda: fields.get(8, []),
             8: lambda: [s.decode() for s in fields.get(9, [])]}[kind]()
    return text(fields, 1), value


def tensor(data, folder):
    fields = parse(data)
    if fields.get(14) == [1]:
        entries = {text(entry, 1): text(entry, 2) for entry in map(parse, fields[13])}
        content = (folder / entries["location"]).read_bytes()
        raw = content[int(entries["offset"]):][:int(entries["length"])]
    else:
        raw = fields[9][0]
    return text(fields, 8), np.frombuffer(raw, DTYPES[fields[2][0]]).reshape(fields.get(1, []))


def names_of(infos):
    return [text(parse(info), 1) for info in infos]


def label_encoder(x, keys_strings, values_int64s, default_int64):
    table = dict(zip(keys_strings, values_int64s, strict=True))
    assert len(table) == len(keys_strings), "a key is listed twice"
    return np.array([table.get(key, default_int64) for key in x.ravel()], np.int64).reshape(x.shape)


def gather(x, at, axis=0):
    assert (at >= -x.shape[axis]).all() and (at < x.shape[axis]).all(), "an index lies outside"
    return np.take(x, at, axis)


def reshape(x, shape):
    return x.reshape([x.shape[i] if extent == 0 else extent for i, extent in enumerate(shape)])


def batch_norm(x, gamma, beta, mean, variance, epsilon):
    return gamma * (x - mean) / np.sqrt(variance + np.float32(epsilon)) + beta


def softmax(x, axis):
    e = np.exp(x - x.max(axis, keepdims=True))
    return e / e.sum(axis, keepdims=True)


def reduce(function):
    def run(x, axes_input=None, axes=None, keepdims=1):
        axes = tuple(axes if axes_input is None else axes_input)
        return function(x, axis=axes, keepdims=bool(keepdims)).astype(x.dtype)
    return run


OPERATORS = {
    "Abs": np.abs, "Add": np.add, "Div": np.divide, "Equal": np.equal, "Floor": np.floor, "GreaterOrEqual": np.greater_equal,
    "Identity": lambda x: x, "Less": np.less, "LessOrEqual": np.less_equal, "Log": np.log, "MatMul": np.matmul,
    "Max": np.maximum, "Mul": np.multiply, "Not": np.logical_not, "Pow": np.power, "Sign": np.sign, "Sqrt": np.sqrt, "Sub": np.subtract,
    "Tanh": np.tanh, "Where": np.where,
    "ArgMax": lambda x, axis, keepdims: np.argmax(x, axis) if not keepdims else np.expand_dims(np.argmax(x, axis), axis),
    "BatchNormalization": batch_norm,
    "Cast": lambda x, to: x.astype(DTYPES[to]),
    "Concat": lambda *x, axis: np.concatenate(x, axis),
    "CumSum": lambda x, axis: np.cumsum(x, int(axis)),
    "Elu": lambda x: np.where(x > 0, x, np.expm1(x)),
    "Erf": lambda x: np.vectorize(math.erf)(x).astype(x.dtype),
    "Gather": gather,
    "Gemm": lambda x, w, b: x @ w + b,
    "LabelEncoder": label_encoder,
    "ReduceL2": reduce(lambda x, **by: np.sqrt(np.sum(x * x, **by))),
    "ReduceMin": reduce(np.min),
    "ReduceSum": reduce(np.sum),
    "ReduceSumSquare": reduce(lambda x, **by: np.sum(x * x, **by)),
    "Relu": lambda x: np.maximum(x, 0),
    "Reshape": reshape,
    "Selu": lambda x: np.float32(1.05070102) * np.where(x > 0, x, np.float32(1.67326319) * np.expm1(x)),
    "Sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "Softmax": softmax,
    "Softplus": lambda x: np.logaddexp(x, x.dtype.type(0)),
    "Squeeze": lambda x, axes: np.squeeze(x, tuple(axes)),
    "Sum": lambda *x: sum(x[1:], start=x[0]),
    "Transpose": lambda x, perm: np.transpose(x, perm),
    "Unsqueeze": lambda x, axes: np.expand_dims(x, tuple(axes)),
}


def run_onnx(path, inputs):
    """The outputs of the model at `path` by name."""
    model = parse(path.read_bytes())
    assert model[1] == [8] and {text(parse(o), 1): parse(o)[2][0] for o in model[8]} == {"": 17, "ai.onnx.ml": 3}
    graph = parse(model[7][0])
    assert names_of(graph[11]) == list(inputs)
    values = dict(inputs) | dict(tensor(data, path.parent) for data in graph.get(5, []))
    with np.errstate(all="ignore"):
        for node in map(parse, graph[1]):
            attributes = dict(attribute(data) for data in node.get(5, []))
            arguments = [values[name.decode()] for name in node[1]]
            assert text(node, 2) not in values, "a value has two sources"
            values[text(node, 2)] = OPERATORS[text(node, 4)](*arguments, **attributes)
    return {name: values[name] for name in names_of(graph[12])}
