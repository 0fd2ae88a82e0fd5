"""Arrays and numbers as arguments of the metrics and losses: checked, and converted to what the engine reads."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any, NamedTuple, SupportsIndex

import numpy as np
import numpy.typing as npt

from shortlist._arguments import shown
from shortlist._core import ConfigError, DataError

Array = npt.NDArray[Any]
Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float32]
Indices = npt.NDArray[np.uint32]

NO_WEIGHTS: Floats = np.empty(0, np.float32)
NO_MASK: Bools = np.empty((0, 0), np.bool_)


def to_numbers(name: str, values: npt.ArrayLike) -> Array:
    """Return a non-empty array of numbers or Booleans with at least one axis."""
    try:
        array = np.asarray(values)
        if array.dtype.kind == "O":
            array = array.astype(np.float64)
    except (TypeError, ValueError, RuntimeError, OverflowError) as error:
        raise DataError(f"{name}: is not an array of numbers: {error}") from None
    if array.dtype.kind not in "biuf":
        raise DataError(f"{name}: got values of the type {array.dtype}, need numbers")
    if array.ndim == 0:
        raise DataError(f"{name}: got a single value, need an array")
    if array.size == 0:
        raise DataError(f"{name}: is empty, need at least one value")
    return array


def _shape_error(name: str, array: Array, needed: str) -> DataError:
    return DataError(f"{name}: got an array of the shape {array.shape}, need {needed}")


def _place(name: str, bad: Bools) -> str:
    """Return the first true entry as text, such as "y_pred[3, 1]"."""
    return f"{name}[{', '.join(str(int(at[0])) for at in np.nonzero(bad))}]"


def require(name: str, array: Array, good: Bools, needed: str) -> None:
    """Raise a DataError that names the first entry that is not good."""
    if good.all():
        return
    bad = ~good
    raise DataError(f"{_place(name, bad)}: got {array[bad][0]}, need {needed}")


def to_floats(name: str, array: Array, ignored: Bools | None = None) -> Floats:
    """Return finite float32 values in C order. Entries that are ignored may have any value."""
    with np.errstate(over="ignore", invalid="ignore"):
        floats = np.ascontiguousarray(array, np.float32)
    finite = np.isfinite(floats)
    if ignored is not None:
        finite |= ignored
    require(name, array, finite, "a finite number in the range of float32")
    return floats


def to_vector(name: str, values: npt.ArrayLike, rows: int | None = None, like: str = "y_true") -> Array:
    """Return numbers of the shape [rows]; a second axis of length 1 is dropped."""
    array = to_numbers(name, values)
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim != 1:
        raise _shape_error(name, array, "[rows] or [rows, 1]")
    if rows is not None and len(array) != rows:
        raise _shape_error(name, array, f"({rows},): one value for each row of {like}")
    return array


def to_matrix(name: str, values: npt.ArrayLike, axes: str) -> Array:
    """Return numbers of two axes, which messages describe as ``axes``."""
    array = to_numbers(name, values)
    if array.ndim != 2:
        raise _shape_error(name, array, axes)
    return array


def to_mask(name: str, values: npt.ArrayLike) -> Bools:
    """Return Booleans of any shape; numbers must be 0 or 1."""
    array = to_numbers(name, values)
    if array.dtype.kind == "b":
        return np.ascontiguousarray(array)
    require(name, array, np.isin(array, (0, 1)), "True or False")
    return np.ascontiguousarray(array != 0)


def to_weights(name: str, array: Array, ignored: Bools | None = None) -> Floats:
    """Return weights, which are finite and at least 0."""
    weights = to_floats(name, array, ignored)
    good = weights >= 0
    if ignored is not None:
        good |= ignored
    require(name, array, good, "a weight of at least 0")
    return weights


def row_weights(
    sample_weight: npt.ArrayLike | None, rows: int, like: str = "y_true", kept: Bools | None = None
) -> Floats:
    """Return one weight per row, 0 for rows that are not kept; or no weights if all are 1."""
    if sample_weight is None:
        return NO_WEIGHTS if kept is None else kept.astype(np.float32)
    array = to_vector("sample_weight", sample_weight, rows, like)
    if kept is None:
        return to_weights("sample_weight", array)
    return np.where(kept, to_weights("sample_weight", array, ~kept), np.float32(0))


def to_indices(name: str, array: Array, count: int, of: str) -> Indices:
    """Return whole numbers from 0 to ``count`` - 1, positions among the ``of``."""
    good = (array >= 0) & (array < count)
    if array.dtype.kind == "f":
        with np.errstate(invalid="ignore"):
            good &= array == np.floor(array)
    require(name, array, good, f"the position of one of the {count} {of}, from 0 to {count - 1}")
    return np.ascontiguousarray(array, np.uint32)


def to_codes(name: str, values: npt.ArrayLike, rows: int, like: str = "ranks") -> Indices:
    """Return equal numbers for equal values."""
    try:
        array = np.asarray(values)
        shape, codes = array.shape, np.unique(array, return_inverse=True)[1]
    except (TypeError, ValueError) as error:
        raise DataError(f"{name}: is not an array of numbers or texts: {error}") from None
    if shape != (rows,):
        raise DataError(f"{name}: got an array of the shape {shape}, need ({rows},): one value for each row of {like}")
    return codes.astype(np.uint32)


def positive(name: str, value: SupportsIndex) -> int:
    """Return a whole number of at least 1."""
    try:
        number = operator.index(value)
    except TypeError:
        raise ConfigError(f"{name}: got {shown(value)}, need a whole number of at least 1") from None
    if not 1 <= number < 2**31:
        raise ConfigError(f"{name}: got {number}, need a whole number from 1 to 2147483647")
    return number


def positives(name: str, values: Sequence[SupportsIndex]) -> list[int]:
    """Return a list of at least one whole number of at least 1."""
    if isinstance(values, str) or not np.iterable(values):
        raise ConfigError(f"{name}: got {shown(values)}, need a list of whole numbers")
    numbers = [positive(name, value) for value in values]
    if not numbers:
        raise ConfigError(f"{name}: is empty, need at least one number")
    return numbers


def to_flag(name: str, value: bool) -> bool:
    """Return True or False."""
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    raise ConfigError(f"{name}: got {shown(value)}, need True or False")


class Rows(NamedTuple):
    """Labels and predictions of the rows that a mask keeps."""

    y_true: Floats
    y_pred: Floats
    weight: Floats  # empty: every row has the weight 1
    kept: Bools | None  # [all rows]; None: all


def to_rows(
    y_true: npt.ArrayLike, y_pred: npt.ArrayLike, sample_weight: npt.ArrayLike | None, mask: npt.ArrayLike | None
) -> Rows:
    """Return rows without the masked ones, whose values may be anything."""
    labels = to_vector("y_true", y_true)
    rows = len(labels)
    predictions = to_vector("y_pred", y_pred, rows)
    kept = None if mask is None else to_mask("mask", to_vector("mask", mask, rows))
    ignored = None if kept is None else ~kept
    values = [to_floats("y_true", labels, ignored), to_floats("y_pred", predictions, ignored)]
    if sample_weight is not None:
        values.append(to_weights("sample_weight", to_vector("sample_weight", sample_weight, rows), ignored))
    if kept is not None:
        values = [value[kept] for value in values]
    return Rows(values[0], values[1], values[2] if len(values) > 2 else NO_WEIGHTS, kept)
