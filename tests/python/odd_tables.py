"""A table of users, items and ratings, and odd ones."""

from __future__ import annotations

import decimal
import math
import pathlib
import tempfile
from collections.abc import Callable
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import scipy.sparse

from odd_columns import ROWS
from odd_values import BadStream, closed_relation, used_capsule, used_reader

FOLDER = pathlib.Path(tempfile.gettempdir())


def made_file(name: str, content: bytes) -> str:
    path = FOLDER / name
    path.write_bytes(content)
    return str(path)


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
