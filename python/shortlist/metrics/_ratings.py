"""Errors of predicted labels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import SupportsIndex

import numpy as np
import numpy.typing as npt

from shortlist import _core
from shortlist._arrays import (
    Indices,
    Rows,
    positives,
    require,
    to_codes,
    to_flag,
    to_rows,
)
from shortlist._core import DataError


def rating_figures(
    y_true: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    sample_weight: npt.ArrayLike | None = None,
    mask: npt.ArrayLike | None = None,
    users: npt.ArrayLike | None = None,
) -> dict[str, float]:
    """Return all figures of predicted labels, as a report has them.

    Parameters
    ----------
    y_true : array_like, shape [rows]
        Labels.
    y_pred : array_like, shape [rows]
        Predicted labels; if every label is 0 or 1, probabilities.
    sample_weight : array_like, shape [rows], optional
        Weights of at least 0; 1 by default.
    mask : array_like of bool, shape [rows], optional
        Rows to keep.
    users : array_like, shape [rows], optional
        The user of each row: numbers or texts.

    Returns
    -------
    dict
        ``rmse`` and ``mae``. If every label is 0 or 1, also ``log_loss``, ``calibration_error`` and ``accuracy``, and
        if both labels have a positive weight, ``auc`` and ``keras_auc``. With users, also ``gauc`` if a user has both.

    Raises
    ------
    DataError
        If an array is empty, has another shape, or contains a value that is not finite.

    Examples
    --------
    >>> from shortlist import metrics
    >>> metrics.rating_figures([1, 2, 3], [2, 2, 5])["mae"]
    1.0
    """
    rows = to_rows(y_true, y_pred, sample_weight, mask)
    return _core.rating_figures(rows.y_true, rows.y_pred, rows.weight, users_of(rows, users))


def users_of(rows: Rows, users: npt.ArrayLike | None) -> Indices:
    if users is None:
        return np.empty(0, np.uint32)
    count = len(rows.y_true) if rows.kept is None else len(rows.kept)
    codes = to_codes("users", users, count, "y_true")
    return codes if rows.kept is None else codes[rows.kept]


def rmse(
    y_true: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    sample_weight: npt.ArrayLike | None = None,
    mask: npt.ArrayLike | None = None,
) -> float:
    """Return the root of the mean squared error.

    √(Σ w (y_pred - y_true)² / Σ w), over all rows.

    Parameters
    ----------
    y_true : array_like, shape [rows]
        Labels.
    y_pred : array_like, shape [rows]
        Predicted labels.
    sample_weight : array_like, shape [rows], optional
        Weights w of at least 0; 1 by default. A row of weight 0 does not count.
    mask : array_like of bool, shape [rows], optional
        Rows to keep. Values of other rows may be anything, even NaN.

    Returns
    -------
    float

    Raises
    ------
    DataError
        If an array is empty, has another shape, or contains a value that is not finite.

    Notes
    -----
    Keras's ``RootMeanSquaredError``.

    Examples
    --------
    >>> from shortlist import metrics
    >>> metrics.rmse([1, 2], [2, 4])
    1.5811388300841898
    """
    rows = to_rows(y_true, y_pred, sample_weight, mask)
    return _core.error_figures(rows.y_true, rows.y_pred, rows.weight)["rmse"]


def mae(
    y_true: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    sample_weight: npt.ArrayLike | None = None,
    mask: npt.ArrayLike | None = None,
) -> float:
    """Return the mean absolute error.

    Σ w abs(y_pred - y_true) / Σ w.

    Parameters
    ----------
    y_true : array_like, shape [rows]
        Labels.
    y_pred : array_like, shape [rows]
        Predicted labels.
    sample_weight : array_like, shape [rows], optional
        Weights w of at least 0; 1 by default. A row of weight 0 does not count.
    mask : array_like of bool, shape [rows], optional
        Rows to keep. Values of other rows may be anything, even NaN.

    Returns
    -------
    float

    Raises
    ------
    DataError
        If an array is empty, has another shape, or contains a value that is not finite.

    Notes
    -----
    Keras's ``MeanAbsoluteError``.

    Examples
    --------
    >>> from shortlist import metrics
    >>> metrics.mae([1, 2], [2, 4])
    1.5
    """
    rows = to_rows(y_true, y_pred, sample_weight, mask)
    return _core.error_figures(rows.y_true, rows.y_pred, rows.weight)["mae"]


def group_figures(
    y_true: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    groups: npt.ArrayLike,
    ks: Sequence[SupportsIndex] = (10,),
    sample_weight: npt.ArrayLike | None = None,
    mask: npt.ArrayLike | None = None,
    exponential: bool = False,
) -> dict[str, float]:
    """Return figures of the order of the rows within each group, averaged over groups.

    Parameters
    ----------
    y_true : array_like, shape [rows]
        Labels of at least 0. A row is relevant if its label is above 0.
    y_pred : array_like, shape [rows]
        Predictions, by which the rows of a group are ranked. Ties count against the model.
    groups : array_like, shape [rows]
        The group of each row, such as a user, a query or a session: numbers or texts.
    ks : sequence of int
        How many rows of a group count, each at least 1.
    sample_weight : array_like, shape [rows], optional
        Weights w of at least 0, by which gains are multiplied; 1 by default.
    mask : array_like of bool, shape [rows], optional
        Rows to keep. Values of other rows may be anything, even NaN.
    exponential : bool
        Whether the gain of a label y is 2^y - 1, as in keras-rs, instead of y.

    Returns
    -------
    dict
        ``ndcg@<k>`` for each k, then ``map@<k>`` and ``mrr@<k>`` for each k: means over the groups with a relevant row.

    Raises
    ------
    ConfigError
        If a k is not a whole number of at least 1.
    DataError
        If an array is empty, has another shape, or contains a value that is not finite or a label below 0.

    Examples
    --------
    >>> from shortlist import metrics
    >>> metrics.group_figures([1, 0, 0, 1], [0.9, 0.4, 0.7, 0.3], ["a", "a", "b", "b"], ks=[2])["mrr@2"]
    0.75
    """
    lengths, rows = positives("ks", ks), to_rows(y_true, y_pred, sample_weight, mask)
    require("y_true", rows.y_true, rows.y_true >= 0, "a label of at least 0")
    if groups is None:
        raise DataError("groups: got nothing, need the group of each row")
    codes = users_of(rows, groups)
    return _core.group_figures(
        rows.y_true, rows.y_pred, rows.weight, codes, lengths, to_flag("exponential", exponential)
    )
