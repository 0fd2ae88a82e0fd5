"""How far up each row's own item is."""

from __future__ import annotations

from typing import SupportsIndex

import numpy as np
import numpy.typing as npt

from shortlist import _core
from shortlist._arrays import NO_MASK, Bools, positive, row_weights, to_floats, to_mask, to_matrix, to_vector
from shortlist.metrics._ranks import Ranks, item_mask, true_items


def top_k_accuracy(
    y_true: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    k: SupportsIndex,
    sample_weight: npt.ArrayLike | None = None,
    mask: npt.ArrayLike | None = None,
) -> float:
    """Return the share of rows whose own item is among the first k. Ties count against the model.

    Σ w [greater + equal < k] / Σ w, where ``greater`` and ``equal`` count the other items with a higher and with the
    same score. ``top_<k>`` in reports.

    Parameters
    ----------
    y_true : array_like of int, shape [rows], or array_like, shape [rows, items]
        The position of each row's own item, or a matrix that is 1 at the item and 0 elsewhere.
    y_pred : array_like, shape [rows, items]
        Scores of all items.
    k : int
        The length of the lists, at least 1.
    sample_weight : array_like, shape [rows], optional
        Weights w of at least 0; 1 by default. A row of weight 0 does not count.
    mask : array_like of bool, shape [rows] or [rows, items], optional
        Rows to keep, or items to rank. If the row's own item is not one of them, it ranks behind all items.

    Returns
    -------
    float

    Raises
    ------
    ConfigError
        If ``k`` is not a whole number of at least 1.
    DataError
        If an array is empty, has another shape, or contains a value that is not finite.

    Notes
    -----
    Each row has one relevant item, so this is what other libraries call hit rate at k, or recall at k over rows.

    Examples
    --------
    >>> from shortlist import metrics
    >>> scores = [[0.9, 0.5, 0.1], [0.9, 0.5, 0.5]]
    >>> metrics.top_k_accuracy([0, 2], scores, k=2)
    0.5
    """
    return _row_figure(f"top_{positive('k', k)}", y_true, y_pred, k, sample_weight, mask)


def keras_top_k_accuracy(
    y_true: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    k: SupportsIndex,
    sample_weight: npt.ArrayLike | None = None,
    mask: npt.ArrayLike | None = None,
) -> float:
    """Return the share of rows whose own item is among the first k. Ties count for the model.

    Σ w [greater < k] / Σ w, where ``greater`` counts the items with a higher score. ``keras_top_<k>`` in reports.

    Parameters
    ----------
    y_true : array_like of int, shape [rows], or array_like, shape [rows, items]
        The position of each row's own item, or a matrix that is 1 at the item and 0 elsewhere.
    y_pred : array_like, shape [rows, items]
        Scores of all items.
    k : int
        The length of the lists, at least 1.
    sample_weight : array_like, shape [rows], optional
        Weights w of at least 0; 1 by default. A row of weight 0 does not count.
    mask : array_like of bool, shape [rows] or [rows, items], optional
        Rows to keep, or items to rank. If the row's own item is not one of them, it ranks behind all items.

    Returns
    -------
    float

    Raises
    ------
    ConfigError
        If ``k`` is not a whole number of at least 1.
    DataError
        If an array is empty, has another shape, or contains a value that is not finite.

    Notes
    -----
    TensorFlow's ``in_top_k``, and so Keras's ``TopKCategoricalAccuracy`` and ``FactorizedTopK`` of TensorFlow
    Recommenders. If all scores are equal, every row is a hit.

    Examples
    --------
    >>> from shortlist import metrics
    >>> scores = [[0.9, 0.5, 0.1], [0.9, 0.5, 0.5]]
    >>> metrics.keras_top_k_accuracy([0, 2], scores, k=2)
    1.0
    """
    return _row_figure(f"keras_top_{positive('k', k)}", y_true, y_pred, k, sample_weight, mask)


def mrr(
    y_true: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    sample_weight: npt.ArrayLike | None = None,
    mask: npt.ArrayLike | None = None,
) -> float:
    """Return the mean reciprocal rank of the rows' own items. Ties count against the model.

    Σ w / (greater + equal + 1) / Σ w, where ``greater`` and ``equal`` count the other items with a higher and with the
    same score.

    Parameters
    ----------
    y_true : array_like of int, shape [rows], or array_like, shape [rows, items]
        The position of each row's own item, or a matrix that is 1 at the item and 0 elsewhere.
    y_pred : array_like, shape [rows, items]
        Scores of all items.
    sample_weight : array_like, shape [rows], optional
        Weights w of at least 0; 1 by default. A row of weight 0 does not count.
    mask : array_like of bool, shape [rows] or [rows, items], optional
        Rows to keep, or items to rank. If the row's own item is not one of them, it ranks behind all items.

    Returns
    -------
    float

    Raises
    ------
    DataError
        If an array is empty, has another shape, or contains a value that is not finite.

    Examples
    --------
    >>> from shortlist import metrics
    >>> scores = [[0.9, 0.5, 0.1], [0.9, 0.5, 0.5]]
    >>> round(metrics.mrr([0, 2], scores), 4)
    0.6667
    """
    return _row_figure("mrr", y_true, y_pred, 1, sample_weight, mask)


def mean_rank(
    y_true: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    sample_weight: npt.ArrayLike | None = None,
    mask: npt.ArrayLike | None = None,
) -> float:
    """Return the mean rank of the rows' own items; 1 is best. Ties count against the model.

    Σ w (greater + equal + 1) / Σ w, where ``greater`` and ``equal`` count the other items with a higher and with the
    same score.

    Parameters
    ----------
    y_true : array_like of int, shape [rows], or array_like, shape [rows, items]
        The position of each row's own item, or a matrix that is 1 at the item and 0 elsewhere.
    y_pred : array_like, shape [rows, items]
        Scores of all items.
    sample_weight : array_like, shape [rows], optional
        Weights w of at least 0; 1 by default. A row of weight 0 does not count.
    mask : array_like of bool, shape [rows] or [rows, items], optional
        Rows to keep, or items to rank. If the row's own item is not one of them, it ranks behind all items.

    Returns
    -------
    float

    Raises
    ------
    DataError
        If an array is empty, has another shape, or contains a value that is not finite.

    Examples
    --------
    >>> from shortlist import metrics
    >>> scores = [[0.9, 0.5, 0.1], [0.9, 0.5, 0.5]]
    >>> metrics.mean_rank([0, 2], scores)
    2.0
    """
    return _row_figure("mean_rank", y_true, y_pred, 1, sample_weight, mask)


def _row_figure(
    name: str,
    y_true: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    k: SupportsIndex,
    sample_weight: npt.ArrayLike | None,
    mask: npt.ArrayLike | None,
) -> float:
    length = positive("k", k)
    scores = to_matrix("y_pred", y_pred, "[rows, items]")
    rows, items = scores.shape
    kept, allowed = _split_mask(mask, rows, items)
    item = true_items(y_true, rows, items, kept)
    weights = row_weights(sample_weight, rows, "y_pred", kept)
    ignored = ~allowed if allowed.size else None if kept is None else ~kept[:, None]
    found = Ranks(*_core.ranks(to_floats("y_pred", scores, ignored), np.arange(rows, dtype=np.uint32), item, allowed))
    return _core.rank_figures(*found, [length], weights)[name]


def _split_mask(mask: npt.ArrayLike | None, rows: int, items: int) -> tuple[Bools | None, Bools]:
    """Return the rows to keep, or None for all, and the items to rank."""
    if mask is None:
        return None, NO_MASK
    flags = to_mask("mask", mask)
    return (
        (None, item_mask(flags, rows, items))
        if flags.ndim == 2
        else (to_vector("mask", flags, rows, "y_pred"), NO_MASK)
    )
