"""Tables in and out: what users have, as tables of the engine, and answers in the kind that came in."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Iterable, Mapping, Sequence, Set
from typing import Any, Literal

import numpy as np

from shortlist import _core
from shortlist._arguments import a_type
from shortlist._core import DataError

Kind = Literal["pandas", "polars", "arrow", "dict"]


class DataWarning(UserWarning):
    """Something in a table or a query that may not be intended; the work goes on."""


def warn(notes: Iterable[str]) -> None:
    """Show the engine's notes as warnings of the caller's line."""
    level = 2
    frame = sys._getframe(1)
    package = os.path.dirname(__file__)
    while frame.f_back is not None and os.path.dirname(frame.f_code.co_filename) == package:
        frame = frame.f_back
        level += 1
    for note in notes:
        warnings.warn(note, DataWarning, stacklevel=level)


def _module_of(data: Any) -> str:
    return type(data).__module__.partition(".")[0]


def kind_of(data: Any) -> Kind | None:
    """The kind of a frame, or None for lists, dicts, arrays and files."""
    module = _module_of(data)
    if module == "pandas":
        return "pandas"
    if module == "polars":
        return "polars"
    if module in ("pyarrow", "duckdb", "_duckdb"):
        return "arrow"
    return None


def is_series(data: Any) -> bool:
    """Whether it is one column, of pandas, polars or Arrow."""
    kind = kind_of(data)
    if kind == "pandas":
        return not hasattr(type(data), "columns") and hasattr(type(data), "to_numpy")
    if kind == "polars":
        return type(data).__name__ == "Series"
    return kind == "arrow" and hasattr(type(data), "to_pylist") and not hasattr(type(data), "column_names")


def default_kind() -> Kind:
    """The kind of frames for users of lists, arrays and files: a library that is there, loaded ones first."""
    names: tuple[tuple[str, Kind], ...] = (("pandas", "pandas"), ("polars", "polars"), ("pyarrow", "arrow"))
    for name, kind in names:
        if name in sys.modules:
            return kind
    for name, kind in names:
        try:
            __import__(name)
        except ImportError:
            continue
        return kind
    return "dict"


def to_table(data: Any, name: str) -> _core.Table:
    """Return the engine's table of ``data``, which messages call ``name``.

    Values of data frames are not copied, except texts and booleans in some cases.
    """
    if isinstance(data, _core.Table):
        return data
    if isinstance(data, (str, os.PathLike)):
        return _core.Table.of_text(os.fspath(data), {})
    if isinstance(data, Mapping):
        return _core.Table.of_columns(name, {str(key): _spec(values, str(key)) for key, values in data.items()})
    kind = kind_of(data)
    if kind == "pandas":
        return _table_of_pandas(data, name)
    if _module_of(data) in ("duckdb", "_duckdb") and not hasattr(data, "__arrow_c_stream__"):
        data = getattr(data, "arrow", lambda: data)()  # a relation of an earlier version
    if hasattr(type(data), "__arrow_c_stream__"):
        return _core.Table.of_stream(name, data)
    if isinstance(data, np.ndarray) and data.dtype.names:
        return to_table({field: data[field] for field in data.dtype.names}, name)
    if isinstance(data, Sequence) and data and all(isinstance(row, Mapping) for row in data):
        keys = dict.fromkeys(str(key) for row in data for key in row)
        return to_table({key: [row.get(key) for row in data] for key in keys}, name)
    raise DataError(
        f"{name}: got {_describe(data)}, need a DataFrame of pandas or polars, an Arrow table, a DuckDB relation, "
        "a dict of columns, a list of dicts, a file or a query"
    )


def _describe(data: Any) -> str:
    if isinstance(data, (list, tuple)) and not data:
        return "nothing"
    return a_type(data)


def _table_of_pandas(data: Any, name: str) -> _core.Table:
    if type(data).__name__ == "Series":
        data = data.to_frame()
    if type(data).__name__ != "DataFrame" and not hasattr(type(data), "iloc"):
        raise DataError(f"{name}: got a {type(data).__name__} of pandas, need a DataFrame")
    names = [str(column) for column in data.columns]
    if len(set(names)) < len(names):
        twice = next(column for column in names if names.count(column) > 1)
        raise DataError(f"{name}: has two columns '{twice}'")
    return _core.Table.of_columns(name, {key: _spec(data[column], key) for key, column in zip(names, data.columns)})


def _spec(values: Any, column: str) -> tuple[Any, ...]:
    """What _core.Table.of_columns takes: see shortlist/python/arrow_columns.h."""
    kind = kind_of(values)
    if kind == "arrow" and hasattr(values, "to_pylist"):  # an array
        return ("objects", values.to_pylist())
    if kind == "pandas":
        import pandas as pd

        if isinstance(values, (pd.DataFrame, pd.MultiIndex)) or not pd.api.types.is_list_like(values):
            raise _not_a_column(values, column)
        return _spec_of_series(values if isinstance(values, pd.Series) else pd.Series(values), column)
    if not hasattr(type(values), "dtype"):
        if isinstance(values, (str, bytes, bytearray, Mapping, Set)) or not isinstance(values, Iterable):
            raise _not_a_column(values, column)
        return ("objects", values if isinstance(values, (list, tuple)) else list(values))
    if _module_of(values) == "polars":
        return _spec_of_array(values.to_numpy() if values.null_count() == 0 else values.to_list(), None, column)
    return _spec_of_array(values, None, column)


def _spec_of_series(series: Any, column: str) -> tuple[Any, ...]:
    if type(series.dtype).__name__ == "CategoricalDtype":
        codes = np.ascontiguousarray(series.cat.codes.to_numpy(), dtype=np.int32)
        categories = series.cat.categories.to_series().reset_index(drop=True)
        if len(codes) and codes.min() < 0:
            codes, categories = np.where(codes < 0, np.int32(len(categories)), codes), _with_a_missing_one(categories)
        values = _spec_of_series(categories, column)
        return ("codes", codes, values if values[0] != "codes" else ("objects", categories.tolist()))
    if isinstance(series.dtype, np.dtype):
        return _spec_of_array(series.to_numpy(), None, column)
    missing = np.ascontiguousarray(series.isna().to_numpy())
    if getattr(series.dt, "tz", None) is not None if hasattr(series, "dt") else False:
        return _spec_of_array(series.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy(), None, column)
    numpy_dtype = getattr(series.dtype, "numpy_dtype", None)
    if numpy_dtype is not None and numpy_dtype.kind in "iufb":
        fill = False if numpy_dtype.kind == "b" else 0
        return _spec_of_array(series.to_numpy(dtype=numpy_dtype, na_value=fill), missing, column)
    codes_and_values = _factorized(series)
    if codes_and_values is not None:
        return codes_and_values
    return ("objects", series.tolist())


def _with_a_missing_one(categories: Any) -> Any:
    """The categories and a missing value, for the codes of missing values."""
    if isinstance(categories.dtype, np.dtype) and categories.dtype.kind in "iub":
        categories = categories.convert_dtypes()  # to a type that has missing values
    return categories.reindex(range(len(categories) + 1))


def _factorized(series: Any) -> tuple[Any, ...] | None:
    """Texts as codes: much faster than one object for each row."""
    if type(series.dtype).__name__ != "StringDtype":
        return None
    import pandas as pd

    codes, values = pd.factorize(series)
    codes = np.where(codes < 0, len(values), codes).astype(np.int32)
    return ("codes", codes, ("objects", [*values, None]))


def _spec_of_array(values: Any, missing: Any, column: str) -> tuple[Any, ...]:
    if isinstance(values, list):
        return ("objects", values)
    if not isinstance(values, np.ndarray) or values.ndim != 1:
        if isinstance(values, np.ndarray) and values.ndim == 2:
            return ("objects", values.tolist())
        raise _not_a_column(values, column)
    if values.dtype.kind == "M":
        unit = np.datetime_data(values.dtype)[0]
        if unit not in ("s", "ms", "us", "ns"):
            values, unit = values.astype("datetime64[s]"), "s"
        letters = {"s": "s", "ms": "m", "us": "u", "ns": "n"}
        return ("array", np.ascontiguousarray(values).view(np.int64), missing, letters[unit])
    if values.dtype.kind in "iufb" and values.dtype.itemsize <= 8:
        values = np.ascontiguousarray(values.astype(values.dtype.newbyteorder("="), copy=False))
        if values.dtype == np.float16:
            values = values.astype(np.float32)
        return ("array", values, missing)
    if values.dtype.kind == "S":
        values = np.char.decode(values, "utf-8")
    return ("objects", values.tolist())


def _not_a_column(values: Any, column: str) -> DataError:
    return DataError(f"column '{column}': got {_describe(values)}, need a list or an array with one value for each row")


def take(data: Any, rows: np.ndarray[Any, np.dtype[np.int64]], columns: Sequence[str]) -> dict[str, Any]:
    """Rows of some columns of what users gave as queries, each as an array or a list."""
    kind = kind_of(data)
    if isinstance(data, Mapping):
        return {name: _take_values(data[name], rows) for name in columns if name in data}
    if kind == "pandas":
        return {name: data[name].take(rows).reset_index(drop=True) for name in columns if name in data.columns}
    if kind == "polars":
        return {name: data[name].gather(rows) for name in columns if name in data.columns}
    if hasattr(data, "column_names") and hasattr(data, "take"):
        return {name: _take_arrow(data.column(name), rows) for name in columns if name in data.column_names}
    if isinstance(data, Sequence) and data and isinstance(data[0], Mapping):
        return {name: [data[row].get(name) for row in rows] for name in columns if any(name in row for row in data)}
    return {}


def _take_arrow(column: Any, rows: np.ndarray[Any, np.dtype[np.int64]]) -> Any:
    try:
        return column.take(rows)
    except NotImplementedError:  # of this type
        return _take_values(column.to_pylist(), rows)


def _take_values(values: Any, rows: np.ndarray[Any, np.dtype[np.int64]]) -> Any:
    if hasattr(values, "to_pylist"):  # of Arrow
        values = values.to_pylist()
    if hasattr(values, "dtype"):
        return np.asarray(values)[rows]
    listed = values if isinstance(values, Sequence) else list(values)
    return [listed[row] for row in rows]


def to_frame(columns: dict[str, Any], kind: Kind) -> Any:
    """A frame of the kind, of columns that are arrays or lists."""
    if kind == "pandas":
        import pandas as pd

        return pd.DataFrame(columns)
    if kind == "polars":
        import polars as pl

        return pl.DataFrame({name: _plain(values) for name, values in columns.items()})
    if kind == "arrow":
        import pyarrow as pa

        return pa.table({name: _plain(values) for name, values in columns.items()})
    return columns


def _plain(values: Any) -> Any:
    """Object arrays as lists, whose types polars and Arrow find out."""
    return values.tolist() if isinstance(values, np.ndarray) and values.dtype == object else values
