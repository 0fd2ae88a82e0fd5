"""Odd arguments of functions: numbers, texts, containers, and objects that misbehave."""

from __future__ import annotations

import array
import collections
import datetime
import decimal
import enum
import fractions
import io
import math
import pathlib
import types
import unittest.mock
import uuid
from collections.abc import Callable
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa


class Raises:
    """Raises in every special method that a reader may call."""

    def __getattr__(self, name: str) -> Any:
        raise LookupError("odd")

    def _raise(self, *arguments: Any) -> Any:
        raise LookupError("odd")

    __array__ = __bool__ = __eq__ = __float__ = __getitem__ = __index__ = __int__ = __iter__ = __len__ = _raise
    __hash__ = object.__hash__


class RaisesInText:
    def __str__(self) -> str:
        raise LookupError("odd")

    __repr__ = __str__


class Everything:
    """Has every attribute."""

    def __getattr__(self, name: str) -> Any:
        return Everything()

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        return Everything()


class LyingLength(list):  # type: ignore[type-arg]
    def __len__(self) -> int:
        return 1_000_000


class BadMapping(collections.UserDict):  # type: ignore[type-arg]
    def __getitem__(self, key: Any) -> Any:
        raise LookupError("odd")


class BadStream:
    def __init__(self, answer: Any) -> None:
        self.answer = answer

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


class Subclass(str):
    pass


class Colour(enum.Enum):
    RED = "red"


def nested(depth: int, wrap: Callable[[Any], Any]) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = wrap(value)
    return value


def recursive_list() -> list[Any]:
    value: list[Any] = []
    value.append(value)
    return value


def recursive_dict() -> dict[str, Any]:
    value: dict[str, Any] = {}
    value["training"] = value
    return value


def closed_relation() -> Any:
    connection = duckdb.connect()
    relation = connection.sql("SELECT 1 AS user, 2 AS item, 3 AS rating")
    connection.close()
    return relation


def used_reader() -> Any:
    reader = pa.table({"user": [1]}).to_reader()
    reader.read_all()
    return reader


def used_capsule() -> Any:
    capsule = pa.table({"user": [1]}).__arrow_c_stream__()
    pa.RecordBatchReader._import_from_c_capsule(capsule)
    return BadStream(capsule)


def read_only(values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    values.flags.writeable = False
    return values


SCALARS: dict[str, Callable[[], Any]] = {
    "None": lambda: None,
    "True": lambda: True,
    "0": lambda: 0,
    "-1": lambda: -1,
    "2**31": lambda: 2**31,
    "2**63": lambda: 2**63,
    "2**64": lambda: 2**64,
    "10**400": lambda: 10**400,
    "-10**40": lambda: -(10**40),
    "0.5": lambda: 0.5,
    "nan": lambda: math.nan,
    "inf": lambda: math.inf,
    "-inf": lambda: -math.inf,
    "1e308": lambda: 1e308,
    "complex": lambda: 1j,
    "empty text": lambda: "",
    "text": lambda: "x",
    "NUL": lambda: "a\0b",
    "lone surrogate": lambda: "\ud800",
    "emoji": lambda: "🎬\u200d\u202e",
    "long text": lambda: "x" * 1_000_000,
    "text of a list": lambda: "[1, 2]",
    "SELECT": lambda: "SELECT",
    "SELECT nothing": lambda: "SELECT 1 AS user WHERE false",
    "two statements": lambda: "SELECT 1 AS user; DROP TABLE x",
    "subclass of str": lambda: Subclass("100"),
    "bytes": lambda: b"\xff\x00",
    "bytearray": lambda: bytearray(b"100"),
    "memoryview": lambda: memoryview(b"100"),
    "array": lambda: array.array("i", [100, 101]),
    "empty list": list,
    "list of None": lambda: [None, None],
    "list of nan": lambda: [math.nan],
    "list of lists": lambda: [[1, 2], [3]],
    "list of mixed": lambda: [1, "a", None, 2.5],
    "list with a surrogate": lambda: ["\udcff"],
    "list of objects": lambda: [object()],
    "list of bytes": lambda: [b"a"],
    "list of empty dicts": lambda: [{}],
    "list of dicts and numbers": lambda: [{"user": 1}, 2],
    "list of complex": lambda: [1j],
    "list of large": lambda: [2**70, -(2**70), 1],
    "list that lies": lambda: LyingLength([1, 2]),
    "recursive list": recursive_list,
    "deep list": lambda: nested(5000, lambda inner: [inner]),
    "tuple": lambda: (1, 2),
    "empty tuple": tuple,
    "set": lambda: {100, 101},
    "mixed set": lambda: {1, "a", None},
    "frozenset": lambda: frozenset([100]),
    "deque": lambda: collections.deque([100]),
    "generator": lambda: (user for user in (100, 101)),
    "iterator": lambda: iter([100]),
    "empty range": lambda: range(0),
    "range": lambda: range(100, 102),
    "empty dict": dict,
    "dict with an empty key": lambda: {"": 1},
    "dict with a number as key": lambda: {1: 2},
    "dict of None": lambda: {"user": None},
    "dict of a dict": lambda: {"user": {"a": 1}},
    "dict of an empty list": lambda: {"user": []},
    "dict of unequal lists": lambda: {"user": [1, 2], "item": [1]},
    "dict of a set": lambda: {"user": {1}},
    "dict of a generator": lambda: {"user": (x for x in [1])},
    "dict with a surrogate": lambda: {"us\ud800er": [1]},
    "dict of a surrogate": lambda: {"user": "\ud800"},
    "dict with NUL": lambda: {"user\0": [1], "user": [100]},
    "dict of a 0-d array": lambda: {"user": np.array(100)},
    "dict of raises": lambda: {"user": Raises()},
    "dict of raises in text": lambda: {"user": RaisesInText()},
    "dict of bytes": lambda: {"user": b"100"},
    "dict of an object": lambda: {"user": object()},
    "dict of a decimal": lambda: {"user": decimal.Decimal(100)},
    "dict of pd.NA": lambda: {"user": pd.NA},
    "deep dict": lambda: nested(5000, lambda inner: {"training": inner}),
    "recursive dict": recursive_dict,
    "bad mapping": lambda: BadMapping({"user": 1}),
    "read-only mapping": lambda: types.MappingProxyType({"user": 100}),
    "ordered dict": lambda: collections.OrderedDict(user=100),
    "object": object,
    "class": lambda: int,
    "function": lambda: print,
    "module": lambda: math,
    "Ellipsis": lambda: ...,
    "NotImplemented": lambda: NotImplemented,
    "exception": lambda: ValueError("x"),
    "enum": lambda: Colour.RED,
    "mock": unittest.mock.MagicMock,
    "everything": Everything,
    "raises": Raises,
    "raises in text": RaisesInText,
    "list of raises": lambda: [Raises()],
    "list of raises in text": lambda: [RaisesInText()],
    "decimal": lambda: decimal.Decimal("100"),
    "decimal nan": lambda: decimal.Decimal("sNaN"),
    "fraction": lambda: fractions.Fraction(1, 3),
    "date": lambda: datetime.date(1, 1, 1),
    "naive time": lambda: datetime.datetime(9999, 12, 31),
    "aware time": lambda: datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc),
    "timedelta": lambda: datetime.timedelta(days=-1),
    "UUID": lambda: uuid.UUID(int=0),
    "directory": lambda: pathlib.Path("/proc/self"),
    "text of a directory": lambda: "/tmp",
    "no file": lambda: pathlib.Path("/nonexistent/file.csv"),
    "device": lambda: "/dev/null",
    "long path": lambda: pathlib.Path("x" * 10_000),
    "path with NUL": lambda: pathlib.Path("a\0b"),
    "glob of nothing": lambda: "/nonexistent/*.csv",
    "open file": lambda: io.StringIO("user\n1\n"),
    "float16": lambda: np.float16("nan"),
    "int8": lambda: np.int8(-1),
    "uint64": lambda: np.uint64(2**64 - 1),
    "np.bool": lambda: np.bool_(True),
    "np.str": lambda: np.str_("100"),
    "np.bytes": lambda: np.bytes_(b"100"),
    "NaT": lambda: np.datetime64("NaT"),
    "np.timedelta": lambda: np.timedelta64(1, "D"),
    "np.void": lambda: np.void(b"abc"),
    "longdouble": lambda: np.longdouble("1e4000"),
    "pd.NA": lambda: pd.NA,
    "pd.NaT": lambda: pd.NaT,
    "pd.Timestamp": lambda: pd.Timestamp("2024-01-01", tz="Asia/Tokyo"),
    "0-d array": lambda: np.array(100),
    "0-d array of objects": lambda: np.array(None),
    "empty array": lambda: np.array([]),
    "array without columns": lambda: np.zeros((3, 0)),
    "3-d array": lambda: np.zeros((2, 2, 2)),
    "array of mixed": lambda: np.array([1, "a", None, [2]], dtype=object),
    "complex array": lambda: np.array([1j]),
    "masked array": lambda: np.ma.masked_array([100, 101], [True, False]),
    "structured array": lambda: np.array([(100, b"a")], dtype=[("user", "i4"), ("b", "S1")]),
    "nested structured array": lambda: np.zeros(2, dtype=[("user", "i4", (2, 2)), ("b", [("c", "f4")])]),
    "swapped array": lambda: np.array([100, 101], dtype=">i8"),
    "array with a step": lambda: np.arange(100, 110)[::-3],
    "read-only array": lambda: read_only(np.array([100, 101])),
    "array of bytes": lambda: np.array([b"\xff\xfe"]),
    "array of records": lambda: np.rec.array([(100, 1.5)], dtype=[("user", "i8"), ("x", "f8")]),
    "array of intervals": lambda: np.array([1, 2], "m8[s]"),
    "array of years": lambda: np.array(["2024", "NaT"], "M8[Y]"),
}

# For functions that take long.
FEW = {
    name: SCALARS[name]
    for name in (
        "None", "-1", "2**64", "nan", "complex", "lone surrogate", "NUL", "empty list", "recursive list", "recursive dict",
        "raises", "raises in text", "object", "generator", "pd.NA", "bytes", "0-d array", "mock", "everything",
    )
}  # fmt: skip
