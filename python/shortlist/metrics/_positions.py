"""Figures of lists that depend on the positions of the relevant items."""

from __future__ import annotations

from typing import SupportsIndex

import numpy.typing as npt

from shortlist._arrays import positive
from shortlist.metrics._list_figures import list_figure


def ndcg(
    y_true: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    k: SupportsIndex,
    sample_weight: npt.ArrayLike | None = None,
    mask: npt.ArrayLike | None = None,
    users: npt.ArrayLike | None = None,
) -> float:
    """Return the normalised discounted cumulative gain of the first k, averaged over lists.

    Σ g / log2(1 + position) over the items at positions up to k / the highest value that this sum can have, with
    gains g. Ties count against the model. ``ndcg@<k>`` in reports.

    Parameters
    ----------
    y_true : array_like, shape [rows, items], or array_like of int, shape [rows]
        One list per row: the gain of each item, 0 for an item that is not relevant. An item with a value below 0 is
        left out, as in keras-rs. Or the position of the only relevant item of each list.
    y_pred : array_like, shape [rows, items]
        Scores.
    k : int
        How many items of a list count, at least 1.
    sample_weight : array_like, shape [rows] or [rows, items], optional
        Weights of at least 0, by which gains are multiplied; 1 by default. An item of weight 0 is left out. The weight
        of a whole list matters only if it is 0, because a list's figure is a ratio and lists count equally.
    mask : array_like of bool, shape [rows] or [rows, items], optional
        Lists or items to keep. An item that is left out is neither ranked nor relevant.
    users : array_like, shape [rows], optional
        The user of each list: numbers or texts. The result is then the mean over users of the mean over each user's
        lists. By default, each list has a user of its own.

    Returns
    -------
    float
        The mean over the lists with a relevant item, 0 if there is none.

    Raises
    ------
    ConfigError
        If ``k`` is not a whole number of at least 1.
    DataError
        If an array is empty, has another shape, or contains a value that is not finite.

    Notes
    -----
    The gain is linear: pass ``2**y - 1`` for keras-rs's ``NDCG`` of the relevance y. Ties have a random order there,
    and lists without a relevant item count as 0, while they are left out here.

    Examples
    --------
    >>> from shortlist import metrics
    >>> round(metrics.ndcg([[1, 0, 1]], [[0.9, 0.5, 0.1]], k=2), 4)
    0.6131
    """
    return list_figure(f"ndcg@{positive('k', k)}", y_true, y_pred, k, sample_weight, mask, users)


def average_precision(
    y_true: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    k: SupportsIndex,
    sample_weight: npt.ArrayLike | None = None,
    mask: npt.ArrayLike | None = None,
    users: npt.ArrayLike | None = None,
) -> float:
    """Return the average precision of the first k, averaged over lists: MAP.

    The sum over the relevant items at positions p up to k of (number of relevant items at positions up to p) / p, divided
    by the number of all relevant items, as in trec_eval. Ties count against the model. ``map@<k>`` in reports.

    Parameters
    ----------
    y_true : array_like, shape [rows, items], or array_like of int, shape [rows]
        One list per row: the gain of each item, 0 for an item that is not relevant. An item with a value below 0 is
        left out, as in keras-rs. Or the position of the only relevant item of each list.
    y_pred : array_like, shape [rows, items]
        Scores.
    k : int
        How many items of a list count, at least 1.
    sample_weight : array_like, shape [rows] or [rows, items], optional
        Weights of at least 0, by which gains are multiplied; 1 by default. An item of weight 0 is left out. The weight
        of a whole list matters only if it is 0, because a list's figure is a ratio and lists count equally.
    mask : array_like of bool, shape [rows] or [rows, items], optional
        Lists or items to keep. An item that is left out is neither ranked nor relevant.
    users : array_like, shape [rows], optional
        The user of each list: numbers or texts. The result is then the mean over users of the mean over each user's
        lists. By default, each list has a user of its own.

    Returns
    -------
    float
        The mean over the lists with a relevant item, 0 if there is none.

    Raises
    ------
    ConfigError
        If ``k`` is not a whole number of at least 1.
    DataError
        If an array is empty, has another shape, or contains a value that is not finite.

    Notes
    -----
    scikit-learn's ``average_precision_score`` if k is at least the number of items. keras-rs's
    ``MeanAveragePrecision`` counts lists without a relevant item as 0; they are left out here.

    Examples
    --------
    >>> from shortlist import metrics
    >>> round(metrics.average_precision([[1, 0, 1]], [[0.9, 0.5, 0.1]], k=3), 4)
    0.8333
    """
    return list_figure(f"map@{positive('k', k)}", y_true, y_pred, k, sample_weight, mask, users)


def reciprocal_rank(
    y_true: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    k: SupportsIndex,
    sample_weight: npt.ArrayLike | None = None,
    mask: npt.ArrayLike | None = None,
    users: npt.ArrayLike | None = None,
) -> float:
    """Return the reciprocal of the first relevant item's position, averaged over lists.

    1 / the best position of an item of positive gain, or 0 beyond k. Ties count against the model. ``mrr@<k>`` in
    reports.

    Parameters
    ----------
    y_true : array_like, shape [rows, items], or array_like of int, shape [rows]
        One list per row: the gain of each item, 0 for an item that is not relevant. An item with a value below 0 is
        left out, as in keras-rs. Or the position of the only relevant item of each list.
    y_pred : array_like, shape [rows, items]
        Scores.
    k : int
        How many items of a list count, at least 1.
    sample_weight : array_like, shape [rows] or [rows, items], optional
        Weights of at least 0, by which gains are multiplied; 1 by default. An item of weight 0 is left out. The weight
        of a whole list matters only if it is 0, because a list's figure is a ratio and lists count equally.
    mask : array_like of bool, shape [rows] or [rows, items], optional
        Lists or items to keep. An item that is left out is neither ranked nor relevant.
    users : array_like, shape [rows], optional
        The user of each list: numbers or texts. The result is then the mean over users of the mean over each user's
        lists. By default, each list has a user of its own.

    Returns
    -------
    float
        The mean over the lists with a relevant item, 0 if there is none.

    Raises
    ------
    ConfigError
        If ``k`` is not a whole number of at least 1.
    DataError
        If an array is empty, has another shape, or contains a value that is not finite.

    Notes
    -----
    keras-rs's ``MeanReciprocalRank``, which counts lists without a relevant item as 0; they are left out here.

    Examples
    --------
    >>> from shortlist import metrics
    >>> metrics.reciprocal_rank([[0, 0, 1]], [[0.9, 0.5, 0.7]], k=3)
    0.5
    """
    return list_figure(f"mrr@{positive('k', k)}", y_true, y_pred, k, sample_weight, mask, users)
