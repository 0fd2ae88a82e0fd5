"""Calls public functions with odd arguments, in a process of its own, so that an abort is seen: see test_odd_inputs.py.

    odd_inputs.py GROUP FOLDER

FOLDER has the model `films`. Writes a line of JSON before and after each case: its name, and what it raised.
"""

from __future__ import annotations

import array
import collections
import contextlib
import datetime
import decimal
import enum
import faulthandler
import fractions
import inspect
import io
import json
import math
import os
import pathlib
import sys
import types
import unittest.mock
import uuid
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import scipy.sparse

import shortlist as sl

LONGEST_CASE_S = 120
ROWS = 8


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

COLUMNS: dict[str, Callable[[], Any]] = {
    "all None": lambda: [None] * ROWS,
    "all nan": lambda: np.full(ROWS, np.nan),
    "inf": lambda: np.full(ROWS, np.inf),
    "mixed": lambda: [1, "a", None, 2.5, True, b"x", (1,), {}],
    "numbers and texts": lambda: np.array([1, 2, 3, 4, "a", "b", "c", "d"], dtype=object),
    "booleans": lambda: np.arange(ROWS) % 2 == 0,
    "uint64": lambda: np.arange(ROWS, dtype=np.uint64) + np.uint64(2**63 + 7),
    "int8": lambda: np.arange(ROWS, dtype=np.int8),
    "float16": lambda: np.arange(ROWS, dtype=np.float16),
    "longdouble": lambda: np.arange(ROWS, dtype=np.longdouble),
    "complex": lambda: np.arange(ROWS) * 1j,
    "swapped": lambda: np.arange(ROWS, dtype=">f8"),
    "with a step": lambda: np.arange(2 * ROWS)[::-2],
    "read-only": lambda: read_only(np.arange(ROWS)),
    "masked": lambda: np.ma.masked_array(np.arange(ROWS), np.arange(ROWS) % 2),
    "2-d": lambda: np.zeros((ROWS, 2)),
    "2-d without columns": lambda: np.zeros((ROWS, 0)),
    "3-d": lambda: np.zeros((ROWS, 2, 2)),
    "structured": lambda: np.zeros(ROWS, dtype=[("a", "i4"), ("b", "f8")]),
    "texts": lambda: np.array(["a"] * ROWS),
    "bytes": lambda: [b"\xff\x00"] * ROWS,
    "array of bytes": lambda: np.array([b"\xff"] * ROWS),
    "surrogates": lambda: ["\ud800"] * ROWS,
    "array of surrogates": lambda: np.array(["\udcff"] * ROWS),
    "NUL": lambda: ["a\0b"] * ROWS,
    "long texts": lambda: ["x" * 1_000_000] + ["y"] * (ROWS - 1),
    "empty texts": lambda: [""] * ROWS,
    "decimals": lambda: [decimal.Decimal("1.5")] * ROWS,
    "decimal nan": lambda: [decimal.Decimal("NaN")] * ROWS,
    "fractions": lambda: [fractions.Fraction(1, 3)] * ROWS,
    "large integers": lambda: [2**70 + row for row in range(ROWS)],
    "huge integers": lambda: [10**5000] * ROWS,
    "lists": lambda: [[1, 2], []] * (ROWS // 2),
    "lists of mixed": lambda: [[1, "a"]] * ROWS,
    "lists of lists": lambda: [[[1]], [[], [2, 3]]] * (ROWS // 2),
    "deep lists": lambda: [nested(5000, lambda inner: [inner])] * ROWS,
    "recursive lists": lambda: [recursive_list()] * ROWS,
    "dicts": lambda: [{"a": 1}] * ROWS,
    "sets": lambda: [{1}] * ROWS,
    "generator": lambda: (row for row in range(ROWS)),
    "objects": lambda: [object()] * ROWS,
    "raises": lambda: [Raises()] * ROWS,
    "mocks": lambda: [unittest.mock.MagicMock()] * ROWS,
    "everything": lambda: [Everything()] * ROWS,
    "dates": lambda: [datetime.date(1, 1, 1)] * ROWS,
    "aware times": lambda: [datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc)] * ROWS,
    "times of day": lambda: [datetime.time(1, 2)] * ROWS,
    "intervals": lambda: np.arange(ROWS, dtype="m8[s]"),
    "years": lambda: np.array(["2024"] * ROWS, "M8[Y]"),
    "picoseconds": lambda: np.array([1] * ROWS, "M8[ps]"),
    "far years": lambda: np.array(["292277026596"] * ROWS, "M8[Y]"),
    "NaT": lambda: np.array(["NaT"] * ROWS, "M8[ns]"),
    "UUIDs": lambda: [uuid.UUID(int=row) for row in range(ROWS)],
    "pd.NA": lambda: [pd.NA] * ROWS,
    "unused categories": lambda: pd.Series(pd.Categorical(["a"] * ROWS, categories=["z", "a", "b"])),
    "categories of numbers": lambda: pd.Series(pd.Categorical([1.5, None] * (ROWS // 2))),
    "mixed categories": lambda: pd.Series(pd.Categorical([1, "a"] * (ROWS // 2))),
    "categories of times": lambda: pd.Series(pd.Categorical(pd.date_range("2024", periods=ROWS, tz="UTC"))),
    "categories of tuples": lambda: pd.Series(pd.Categorical([(1, 2), (3, 4)] * (ROWS // 2))),
    "pandas categorical": lambda: pd.Categorical(["a"] * ROWS),
    "pandas array": lambda: pd.array([1, None] * (ROWS // 2), dtype="Int64"),
    "index": lambda: pd.Index(range(ROWS)),
    "multi-index": lambda: pd.MultiIndex.from_product([[1, 2], range(ROWS // 2)]),
    "time zone": lambda: pd.Series(pd.date_range("2024-03-31", periods=ROWS, freq="h", tz="Europe/Berlin")),
    "periods": lambda: pd.Series(pd.period_range("2024", periods=ROWS, freq="M")),
    "pandas intervals": lambda: pd.Series(pd.interval_range(0, ROWS)),
    "timedeltas": lambda: pd.Series(pd.to_timedelta(range(ROWS), unit="D")),
    "Int64": lambda: pd.Series([1, None] * (ROWS // 2), dtype="Int64"),
    "UInt64": lambda: pd.Series([2**64 - 1, None] * (ROWS // 2), dtype="UInt64"),
    "boolean": lambda: pd.Series([True, None] * (ROWS // 2), dtype="boolean"),
    "string": lambda: pd.Series(["a", None] * (ROWS // 2), dtype="string"),
    "sparse": lambda: pd.Series(pd.arrays.SparseArray([0, 0, 1, 2] * (ROWS // 4))),
    "arrow lists": lambda: pd.Series([[1], None] * (ROWS // 2), dtype=pd.ArrowDtype(pa.list_(pa.int64()))),
    "arrow decimals": lambda: pd.Series([decimal.Decimal(1)] * ROWS, dtype=pd.ArrowDtype(pa.decimal128(5, 2))),
    "arrow times": lambda: pd.Series([datetime.datetime(2024, 1, 1)] * ROWS, dtype=pd.ArrowDtype(pa.timestamp("us"))),
    "series of another index": lambda: pd.Series(range(ROWS), index=range(100, 100 + ROWS)),
    "polars": lambda: pl.Series(range(ROWS)),
    "polars lists": lambda: pl.Series([[1], None] * (ROWS // 2)),
    "polars structs": lambda: pl.Series([{"a": 1}] * ROWS),
    "polars categories": lambda: pl.Series(["a", None] * (ROWS // 2), dtype=pl.Categorical),
    "polars decimals": lambda: pl.Series([decimal.Decimal("1.5")] * ROWS),
    "polars times": lambda: pl.Series([datetime.datetime(2024, 1, 1)] * ROWS),
    "polars objects": lambda: pl.Series([object()] * ROWS, dtype=pl.Object),
    "polars nothing": lambda: pl.Series([None] * ROWS),
    "arrow": lambda: pa.array(range(ROWS)),
    "arrow chunks": lambda: pa.chunked_array([[1, 2, 3], list(range(ROWS - 3))]),
    "arrow structs": lambda: pa.array([{"a": 1}] * ROWS),
    "arrow maps": lambda: pa.array([[("a", 1)]] * ROWS, pa.map_(pa.string(), pa.int64())),
    "arrow dictionary": lambda: pa.array(["a", None] * (ROWS // 2)).dictionary_encode(),
    "arrow nothing": lambda: pa.nulls(ROWS),
    "arrow bytes": lambda: pa.array([b"\xff"] * ROWS),
    "arrow half": lambda: pa.array(np.arange(ROWS, dtype=np.float16)),
    "arrow views": lambda: pa.array(["a"] * ROWS, pa.string_view()),
    "too short": lambda: [1],
    "empty": list,
    "a text": lambda: "abcdefgh",
    "a number": lambda: 5,
    "None": lambda: None,
    "a dict": lambda: {row: row for row in range(ROWS)},
    "a frame": lambda: pd.DataFrame({"a": range(ROWS)}),
    "0-d": lambda: np.array(5),
    "list that lies": lambda: LyingLength(range(ROWS)),
}


def base() -> dict[str, Any]:
    return {"user": [100, 101] * 4, "item": [1000 + row for row in range(ROWS)], "rating": [1.0, 2.0, 3.0, 4.0] * 2}


def frame() -> pd.DataFrame:
    return pd.DataFrame(base())


def with_columns(change: Callable[[pd.DataFrame], Any]) -> pd.DataFrame:
    made = frame()
    change(made)
    return made


def of_arrow(column: str, values: Any) -> pa.Table:
    return pa.table({**base(), column: values})


def rename(names: list[Any]) -> pd.DataFrame:
    made = frame()
    made.columns = names
    return made


TABLES: dict[str, Callable[[], Any]] = {
    "no columns": pd.DataFrame,
    "rows without columns": lambda: pd.DataFrame(index=range(3)),
    "no rows": lambda: frame().iloc[:0],
    "one row": lambda: frame().iloc[:1],
    "multi-index": lambda: frame().set_index(["user", "item"]),
    "multi-index of columns": lambda: rename(pd.MultiIndex.from_tuples([("a", "b"), ("a", "c"), ("d", "e")])),
    "numbers as names": lambda: rename([0, 1, 2]),
    "None as a name": lambda: rename([None, "item", "rating"]),
    "nan as names": lambda: rename([math.nan, math.nan, "rating"]),
    "tuples as names": lambda: rename([("user",), ("item",), ("rating",)]),
    "two equal names": lambda: rename(["user", "user", "rating"]),
    "names of equal texts": lambda: rename(["1", 1, "rating"]),
    "names that differ in case": lambda: with_columns(lambda made: made.insert(0, "USER", 1)),
    "empty name": lambda: with_columns(lambda made: made.insert(0, "", 1)),
    "quotes in names": lambda: with_columns(lambda made: made.insert(0, "a\"b'c;--", 1)),
    "NUL in a name": lambda: with_columns(lambda made: made.insert(0, "a\0b", 1)),
    "surrogate in a name": lambda: with_columns(lambda made: made.insert(0, "\ud800", 1)),
    "long name": lambda: with_columns(lambda made: made.insert(0, "x" * 100_000, 1)),
    "many columns": lambda: pd.concat([frame(), pd.DataFrame(np.zeros((ROWS, 3000))).add_prefix("c")], axis=1),
    "repeated index": lambda: frame().set_index(pd.Index([0] * ROWS)),
    "transposed": lambda: frame().T,
    "reversed": lambda: frame().iloc[::-1],
    "a series": lambda: frame()["user"],
    "an index": lambda: pd.Index([100, 101]),
    "groups": lambda: frame().groupby("user"),
    "styled": lambda: frame()["user"].dt if hasattr(frame()["user"], "never") else frame().columns,
    "polars without rows": lambda: pl.DataFrame(base()).clear(),
    "polars without columns": pl.DataFrame,
    "lazy frame": lambda: pl.DataFrame(base()).lazy(),
    "polars series": lambda: pl.Series("user", [100, 101]),
    "polars series of objects": lambda: pl.Series("user", [object()], dtype=pl.Object),
    "arrow": lambda: pa.table(base()),
    "arrow without columns": lambda: pa.table({}),
    "arrow with two equal names": lambda: pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["user", "user"]),
    "arrow batch": lambda: pa.RecordBatch.from_pydict(base()),
    "arrow reader": lambda: pa.table(base()).to_reader(),
    "used arrow reader": used_reader,
    "arrow array": lambda: pa.array([100, 101]),
    "arrow chunks": lambda: pa.chunked_array([[100], [101]]),
    "arrow schema": lambda: pa.schema([("user", pa.int64())]),
    "arrow in chunks": lambda: pa.concat_tables([pa.table(base()), pa.table(base())]),
    "arrow structs": lambda: of_arrow("user", pa.array([{"a": 1}] * ROWS)),
    "arrow maps": lambda: of_arrow("user", pa.array([[("a", 1)]] * ROWS, pa.map_(pa.string(), pa.int64()))),
    "arrow union": lambda: of_arrow("user", pa.UnionArray.from_sparse(pa.array([0] * ROWS, pa.int8()), [pa.nulls(ROWS)])),
    "arrow run-end": lambda: of_arrow("user", pa.RunEndEncodedArray.from_arrays([ROWS], [5])),
    "arrow decimal256": lambda: of_arrow("user", pa.array([decimal.Decimal(10) ** 60] * ROWS, pa.decimal256(76, 0))),
    "arrow half": lambda: of_arrow("rating", pa.array(np.arange(ROWS, dtype=np.float16))),
    "arrow bytes": lambda: of_arrow("user", pa.array([b"\xff"] * ROWS)),
    "arrow fixed bytes": lambda: of_arrow("user", pa.array([b"ab"] * ROWS, pa.binary(2))),
    "arrow views": lambda: of_arrow("user", pa.array(["a"] * ROWS, pa.string_view())),
    "arrow list views": lambda: of_arrow("user", pa.array([[1]] * ROWS, pa.list_view(pa.int64()))),
    "arrow nothing": lambda: of_arrow("user", pa.nulls(ROWS)),
    "arrow intervals": lambda: of_arrow("user", pa.array([(1, 2, 3)] * ROWS, pa.month_day_nano_interval())),
    "arrow durations": lambda: of_arrow("user", pa.array([1] * ROWS, pa.duration("s"))),
    "arrow times of day": lambda: of_arrow("user", pa.array([1] * ROWS, pa.time64("ns"))),
    "arrow fixed lists": lambda: of_arrow("user", pa.array([[1, 2]] * ROWS, pa.list_(pa.int64(), 2))),
    "arrow invalid text": lambda: of_arrow(
        "user", pa.Array.from_buffers(pa.string(), 8, [None, pa.py_buffer(np.arange(9, dtype="i4")), pa.py_buffer(b"\xff" * 8)])
    ),
    "arrow dictionary of nulls": lambda: of_arrow("user", pa.nulls(ROWS, pa.dictionary(pa.int8(), pa.string()))),
    "closed relation": closed_relation,
    "relation": lambda: duckdb.sql("SELECT 100 AS user, 1000 AS item, 3.0 AS rating"),
    "relation without rows": lambda: duckdb.sql("SELECT 100 AS user, 1000 AS item, 3.0 AS rating WHERE false"),
    "relation of structs": lambda: duckdb.sql("SELECT {'a': 1} AS user, MAP {'a': 1} AS item, 1::HUGEINT AS rating"),
    "relation that fails": lambda: duckdb.sql("SELECT error('odd') AS user, 1 AS item, 1 AS rating"),
    "connection": duckdb.connect,
    "sparse": lambda: scipy.sparse.random(5, 5, 0.5, "csr"),
    "sparse without entries": lambda: scipy.sparse.csr_matrix((0, 0)),
    "sparse of booleans": lambda: scipy.sparse.coo_matrix(np.eye(3, dtype=bool)),
    "sparse of complex": lambda: scipy.sparse.coo_matrix(np.eye(3) * 1j),
    "sparse of nan": lambda: scipy.sparse.coo_matrix(np.eye(3) * np.nan),
    "matrix": lambda: np.zeros((3, 3)),
    "np.matrix": lambda: np.asmatrix(np.zeros((3, 3))),
    "structured array": lambda: np.zeros(4, dtype=[("user", "i8"), ("item", "i8"), ("rating", "f4")]),
    "structured array of objects": lambda: np.array([(1, object())], dtype=[("user", "i8"), ("item", "O")]),
    "list of dicts": lambda: [{"user": 100, "item": 1000, "rating": 3}, {"user": 101}],
    "list of odd dicts": lambda: [{"user": 100}, {1: 2}],
    "stream of None": lambda: BadStream(None),
    "stream of a number": lambda: BadStream(5),
    "stream of another capsule": lambda: BadStream(pa.schema([("user", pa.int64())]).__arrow_c_schema__()),
    "stream that raises": lambda: BadStream(LookupError("odd")),
    "used stream": used_capsule,
    "a text that is no file": lambda: "no such file.csv",
    "empty file": lambda: made_file("empty.csv", b""),
    "binary file": lambda: made_file("binary.csv", bytes(range(256)) * 10),
    "false Parquet": lambda: made_file("false.parquet", b"PAR1" + b"\xff" * 100 + b"PAR1"),
    "false JSON": lambda: made_file("false.json", b'{"user": [[['),
    "query with an error": lambda: "SELECT nothing FROM nowhere",
    "query of a division": lambda: "SELECT 1/0 AS user, 1 AS item, error('odd') AS rating",
}

FOLDER = pathlib.Path()


def made_file(name: str, content: bytes) -> str:
    path = FOLDER / name
    path.write_bytes(content)
    return str(path)


Case = tuple[str, Callable[[], Any]]


def each(name: str, values: dict[str, Callable[[], Any]], call: Callable[[Any], Any]) -> Iterator[Case]:
    for kind, make in values.items():
        yield f"{name}: {kind}", lambda make=make: call(make())


def films() -> sl.Model:
    return sl.load(FOLDER / "films")


def recommend_cases() -> Iterator[Case]:
    model = films()
    yield from each("queries", SCALARS, model.recommend)
    yield from each("queries", TABLES, model.recommend)
    yield from each("column of queries", COLUMNS, lambda values: model.recommend({"user": values}))
    names = ("k", "offset", "where", "exclude", "allow", "seen", "order", "blend", "retrieve", "attributes", "threads")
    for name in names:
        yield from each(name, SCALARS, lambda value, name=name: model.recommend([100], **{name: value}))
    conditions = ["", "=", "year", "year>=", ">=5", "year~~5", "year=x", "nothing=1", "title~\0", "year>=nan", "\ud800=1"]
    yield from each("condition", {c: lambda c=c: c for c in conditions}, lambda where: model.recommend(100, where=where))


def predict_cases() -> Iterator[Case]:
    model = films()
    yield from each("pairs", SCALARS, model.predict)
    yield from each("pairs", TABLES, model.predict)
    for column in ("user", "item"):
        yield from each(column, COLUMNS, lambda values, column=column: model.predict({**base(), column: values}))
        yield from each(f"{column} of one", SCALARS, lambda v, column=column: model.predict({"user": 100, "item": 1001, column: v}))
    pairs = {"three": [(1, 2, 3)], "one": [(1,)], "mixed": [(1, 2), 3], "None": [(None, None)], "lists": [([], [])]}
    yield from each("list", {name: lambda v=v: v for name, v in pairs.items()}, model.predict)
    for name in ("raw", "threads"):
        yield from each(name, SCALARS, lambda value, name=name: model.predict([(100, 1001)], **{name: value}))


def answer_cases() -> Iterator[Case]:
    model = films()
    yield from each("similar", SCALARS, model.similar)
    for name in ("k", "by", "attributes"):
        yield from each(f"similar {name}", SCALARS, lambda value, name=name: model.similar(1001, **{name: value}))
    yield from each("embed", SCALARS, model.embed_queries)
    yield from each("embed", TABLES, model.embed_queries)
    yield from each("embed threads", SCALARS, lambda value: model.embed_queries([100], threads=value))
    yield from each("metric", SCALARS, lambda value: model.report[value])
    yield from each("kind of frame", SCALARS, lambda value: model.report.to_frame(value))
    yield from each("plot_history", SCALARS, lambda value: model.plot_history(value))
    yield from each("axes", SCALARS, lambda value: None if value is None else model.plot_history(ax=value))
    yield from each("plot_items", SCALARS, lambda value: model.plot_items(value))


def evaluate_cases() -> Iterator[Case]:
    model = films()
    yield from each("data", SCALARS, model.evaluate)
    yield from each("data", TABLES, model.evaluate)
    for column in ("user", "item", "rating"):
        yield from each(column, COLUMNS, lambda values, column=column: model.evaluate({**base(), column: values}))
    for name in ("items", "users", "split", "threads"):
        yield from each(name, SCALARS, lambda value, name=name: model.evaluate(frame(), **{name: value}))


def file_cases() -> Iterator[Case]:
    model = films()
    not_written = {name: make for name, make in SCALARS.items() if name not in ("text", "emoji", "text of a list")}
    yield from each("load", SCALARS, sl.load)
    (FOLDER / "saved").mkdir(exist_ok=True)
    os.chdir(FOLDER / "saved")
    yield from each("save", not_written, model.save)
    yield from each("save overwrite", SCALARS, lambda value: model.save(FOLDER / "saved", overwrite=value))
    served = {name: make for name, make in SCALARS.items() if name not in ("0", "True", "np.bool")}
    yield from each("port", served, lambda value: model.serve(port=value, block=False).stop())
    yield from each("address", served, lambda value: model.serve(port=1, address=value, block=False).stop())
    yield from each("arguments", served, lambda value: model.serve(port=1, arguments=value, block=False).stop())
    yield from each("export to", SCALARS, lambda value: model.export(FOLDER / "exported", to=value))
    yield from each("export arguments", served, lambda value: model.export("exported", to="npy", arguments=value))
    yield "no model", lambda: sl.Model().recommend([1])
    yield "pickle of nothing", lambda: sl.Model().__setstate__({"_files": {"config.toml": b""}})


def config_cases() -> Iterator[Case]:
    yield from each("from_dict", SCALARS, sl.Config.from_dict)
    yield from each("from_toml", SCALARS, sl.Config.from_toml)
    yield from each("from_file", SCALARS, sl.Config.from_file)
    for section in ("data", "features", "query", "retrieval", "ranking", "training", "recommend", "model"):
        yield from each(section, SCALARS, lambda value, section=section: sl.Config.from_dict({section: value}))
        yield from each(section, SCALARS, lambda value, section=section: sl.Config(**{section: value}).to_toml())
    settings = [
        "training.epochs",
        "training.seed",
        "training.optimizer",
        "training.precision",
        "training.early_stopping",
        "retrieval.temperature",
        "retrieval.top_k",
        "query.layers",
        "query.features",
        "data.split",
        "data.table",
        "features.a",
    ]
    for setting in settings:
        section, key = setting.split(".")
        yield from each(setting, SCALARS, lambda v, s=section, k=key: sl.Config.from_dict({s: {k: v}}).complete())
    yield from each("feature", SCALARS, lambda v: sl.Config.from_dict({"features": {"a": {"kind": v}}}))
    yield from each("layer", SCALARS, lambda v: sl.Config.from_dict({"query": {"layers": [v]}}))
    yield from each("dense", SCALARS, lambda v: sl.Config.from_dict({"query": {"layers": [{"dense": v}]}}))
    yield from each("draft", SCALARS, sl.draft_config)
    yield from each("draft", TABLES, sl.draft_config)
    for name in ("items", "users", "label", "item", "query"):
        yield from each(f"draft {name}", SCALARS, lambda value, name=name: sl.draft_config(frame(), **{name: value}))
    yield from each("draft items", TABLES, lambda value: sl.draft_config(frame(), items=value))


def small() -> sl.Popularity:
    return sl.Popularity(user="user", item="item", verbose=False)


def tower(**parameters: Any) -> sl.TwoTower:
    given = {"query": "user", "item": "item", "label": "rating", "epochs": 1, "verbose": False, **parameters}
    return sl.TwoTower(**given)


def popularity_cases() -> Iterator[Case]:
    yield from each("X", SCALARS, lambda value: small().fit(value))
    yield from each("X", TABLES, lambda value: small().fit(value))
    yield from each("y", SCALARS, lambda value: small().fit(frame(), value))
    for column in ("user", "item"):
        yield from each(column, COLUMNS, lambda values, column=column: small().fit({**base(), column: values}))
    for name in ("user", "item", "items", "count", "split", "seen", "out", "threads", "verbose"):
        if name != "out":
            yield from each(name, SCALARS, lambda v, n=name: small().set_params(**{n: v}).fit(frame()))
    refused = {name: make for name, make in SCALARS.items() if name not in ("text", "emoji", "text of a list")}
    os.chdir(FOLDER)
    yield from each("out", refused, lambda value: small().set_params(out=value).fit(frame()))
    yield from each("set_params", SCALARS, lambda value: small().set_params(**{value: 1} if isinstance(value, str) else {}))
    for name in ("resume", "overwrite", "callbacks"):
        yield from each(name, SCALARS, lambda v, n=name: small().fit(frame(), **{n: v}))
    yield from each("score", SCALARS, lambda value: films().score(value) if hasattr(films(), "score") else None)


def tower_cases() -> Iterator[Case]:
    yield from each("label", COLUMNS, lambda values: tower().fit({**base(), "rating": values}))
    yield from each("X", TABLES, lambda value: tower().fit(value))
    odd = [
        "None", "-1", "2**64", "nan", "complex", "lone surrogate", "empty list", "recursive list", "deep dict",
        "recursive dict", "raises", "raises in text", "object", "generator", "pd.NA", "bytes", "0-d array", "mock", "everything",
    ]  # fmt: skip
    chosen = {name: SCALARS[name] for name in odd}
    names = [
        "query", "item", "label", "items", "users", "config", "split", "features", "retrieval", "ranking", "seen", "order",
        "epochs", "batch", "seed", "precision", "optimizer", "reduce_on_plateau", "early_stopping", "keras_compatible",
        "refit", "keep_checkpoints", "threads", "verbose",
    ]  # fmt: skip
    for name in names:
        yield from each(name, chosen, lambda value, name=name: tower(**{name: value}).fit(frame()))
    for name in names:
        yield from each(f"{name} in text", chosen, lambda value, name=name: repr(tower(**{name: value})))


def train_cases() -> Iterator[Case]:
    config = "[data]\nuser = 'user'\n[candidate]\nid = 'item'\n[model]\nkind = 'popularity'\n"

    def train(**given: Any) -> Any:
        return sl.train(**{"config": config, "data": frame(), "verbose": False, **given})

    names = ("config", "data", "items", "users", "callbacks", "resume", "overwrite", "from_checkpoint", "threads")
    for name in names:
        yield from each(name, SCALARS, lambda value, name=name: train(**{name: value}))
    yield from each("verbose", SCALARS, lambda value: train(verbose=value))

    class Returns(sl.Callback):
        def __init__(self, value: Any) -> None:
            self.value = value

        def on_train_begin(self, run: sl.Run) -> Any:
            return self.value

        def on_epoch_end(self, run: sl.Run, epoch: sl.Epoch) -> Any:
            run.learning_rate = self.value
            return self.value

    yield from each("callback", SCALARS, lambda value: tower().fit(frame(), callbacks=[Returns(value)]))

    class Stepping(sl.Callback):
        def on_step_end(self, run: sl.Run, step: sl.Step) -> None:
            pass

    def with_interval(value: Any) -> Any:
        callback = Stepping()
        callback.step_interval = value
        return tower().fit(frame(), callbacks=[callback])

    yield from each("step_interval", SCALARS, with_interval)


def function_cases() -> Iterator[Case]:
    """Each parameter of each metric and loss, beside good values of the others."""
    square = np.eye(3, dtype=np.float32)
    good = {
        "y_true": np.array([0, 1, 2]),
        "y_pred": square,
        "query_embeddings": square,
        "candidate_embeddings": square,
        "k": 2,
        "values": np.arange(3.0),
        "ranks": sl.metrics.ranks([0, 1, 2], square),
        "query": np.arange(3),
        "item": np.arange(3),
    }
    for module in (sl.metrics, sl.losses):
        for name in module.__all__:
            function = getattr(module, name)
            if isinstance(function, type):
                continue
            parameters = inspect.signature(function).parameters
            of_rows = "k" not in parameters and not {"ranks", "factorized_ranks"} & {name}
            needed = {p: good[p] for p, kind in parameters.items() if kind.default is kind.empty}
            if of_rows and "y_pred" in needed:
                needed.update(y_true=np.array([0.0, 1.0, 1.0]), y_pred=np.array([0.1, 0.2, 0.9]))
            for parameter in parameters:
                yield from each(
                    f"{name} {parameter}", SCALARS, lambda v, f=function, n=needed, p=parameter: f(**{**n, p: v})
                )


GROUPS = {
    "recommend": recommend_cases,
    "predict": predict_cases,
    "answers": answer_cases,
    "evaluate": evaluate_cases,
    "files": file_cases,
    "config": config_cases,
    "popularity": popularity_cases,
    "tower": tower_cases,
    "train": train_cases,
    "functions": function_cases,
}


def run(case: Callable[[], Any]) -> dict[str, Any]:
    try:
        with contextlib.redirect_stderr(io.StringIO()):
            case()
    except BaseException as error:
        try:
            message = str(error)
        except BaseException:
            message = ""
        kinds = [kind.__name__ for kind in type(error).__mro__]
        where = []
        trace = error.__traceback__
        while trace is not None:
            where.append(f"{trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}")
            trace = trace.tb_next
        return {"kinds": kinds, "message": message[:2000], "where": where[-4:]}
    return {}


def main() -> None:
    global FOLDER
    group, FOLDER = sys.argv[1], pathlib.Path(sys.argv[2])
    warnings.simplefilter("ignore")
    lines = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what a server prints
    for name, case in GROUPS[group]():
        print(json.dumps({"begins": name}), file=lines, flush=True)
        faulthandler.dump_traceback_later(LONGEST_CASE_S, exit=True)
        result = run(case)
        faulthandler.cancel_dump_traceback_later()
        print(json.dumps({"case": name, **result}), file=lines, flush=True)


if __name__ == "__main__":
    main()
