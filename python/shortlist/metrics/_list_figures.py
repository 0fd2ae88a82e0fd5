"""A figure of lists, given as matrices of items."""

from __future__ import annotations

from typing import NamedTuple, SupportsIndex

import numpy as np
import numpy.typing as npt

from shortlist import _core
from shortlist._arrays import (
    NO_MASK,
    Array,
    Bools,
    Floats,
    Indices,
    positive,
    to_codes,
    to_floats,
    to_indices,
    to_mask,
    to_matrix,
    to_numbers,
    to_vector,
    to_weights,
)
from shortlist.metrics._ranks import Ranks


class _Lists(NamedTuple):
    """Lists as pairs of a list and one of its relevant items, ascending by list."""

    row: Indices
    item: Indices
    gain: Floats
    scores: Floats  # [rows, items]
    allowed: Bools  # [rows, items], or empty: all


def list_figure(
    name: str,
    y_true: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    k: SupportsIndex,
    sample_weight: npt.ArrayLike | None,
    mask: npt.ArrayLike | None,
    users: npt.ArrayLike | None,
) -> float:
    length = positive("k", k)
    lists = _to_lists(y_true, to_matrix("y_pred", y_pred, "[rows, items]"), sample_weight, mask)
    of_user = lists.row
    if users is not None:
        of_user = to_codes("users", users, len(lists.scores), "y_pred")[lists.row]
    found = Ranks(*_core.ranks(lists.scores, lists.row, lists.item, lists.allowed))
    return _core.user_figures(*found, of_user, lists.row, lists.item, [length], lists.gain, 0)[name]


def _to_lists(
    y_true: npt.ArrayLike, scores: Array, sample_weight: npt.ArrayLike | None, mask: npt.ArrayLike | None
) -> _Lists:
    rows, items = scores.shape
    allowed = np.ones((rows, items), np.bool_)
    if mask is not None:
        allowed &= _per_item("mask", to_mask("mask", mask), rows, items)
    gains = _gains(y_true, rows, items, allowed)
    allowed &= gains >= 0
    if sample_weight is not None:
        array = _per_item("sample_weight", to_numbers("sample_weight", sample_weight), rows, items)
        weights = to_weights("sample_weight", array, ~allowed)
        allowed &= weights > 0
        with np.errstate(over="ignore", invalid="ignore"):
            gains = to_floats("y_true * sample_weight", gains * weights, ~allowed)
    values = to_floats("y_pred", scores, ~allowed)
    relevant = allowed & (gains > 0)
    row, item = (axis.astype(np.uint32) for axis in np.nonzero(relevant))
    return _Lists(row, item, gains[relevant], values, NO_MASK if allowed.all() else allowed)


def _gains(y_true: npt.ArrayLike, rows: int, items: int, allowed: Bools) -> Floats:
    array = to_numbers("y_true", y_true)
    if array.shape == (rows, items):
        return to_floats("y_true", array, ~allowed)
    numbers = to_vector("y_true", array, rows, "y_pred")
    item = to_indices("y_true", np.where(allowed.any(axis=1), numbers, 0), items, "items")
    gains = np.zeros((rows, items), np.float32)
    gains[np.arange(rows), item] = 1
    return gains


def _per_item(name: str, array: Array, rows: int, items: int) -> Array:
    """Return a value for each item of each list, given so or as one for each list."""
    if array.shape == (rows, items):
        return array
    return np.broadcast_to(to_vector(name, array, rows, "y_pred")[:, None], (rows, items))
