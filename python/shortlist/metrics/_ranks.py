"""Ranks of items by the scores of all items, and the figures of ranks by row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, SupportsIndex

import numpy as np
import numpy.typing as npt

from shortlist import _core
from shortlist._arrays import (
    NO_MASK,
    Bools,
    Indices,
    positives,
    row_weights,
    to_floats,
    to_indices,
    to_mask,
    to_matrix,
    to_numbers,
    to_vector,
    to_weights,
)
from shortlist._core import DataError

# With fewer multiplications than this, one thread is faster than starting more.
_LARGE = 50_000_000
KS = (1, 5, 10, 50, 100)


class Ranks(NamedTuple):
    """The rank of one item per row among all items.

    Attributes
    ----------
    greater : ndarray of uint32, shape [rows]
        How many other items have a higher score.
    equal : ndarray of uint32, shape [rows]
        How many other items have the same score.
    absent : ndarray of bool, shape [rows]
        Whether the item cannot be in the list at all, which is a miss for every k. It ranks behind all items.
    """

    greater: Indices
    equal: Indices
    absent: Bools

    @property
    def position(self) -> npt.NDArray[np.int64]:
        """The positions in the lists, greater + equal + 1, shape [rows]. 1 is best; ties count against the model."""
        return np.asarray(_core.positions(*self), np.int64)


def ranks(y_true: npt.ArrayLike, y_pred: npt.ArrayLike, mask: npt.ArrayLike | None = None) -> Ranks:
    """Rank each row's own item by the scores of all items.

    Parameters
    ----------
    y_true : array_like of int, shape [rows], or array_like, shape [rows, items]
        The position of each row's own item, or a matrix that is 1 at the item and 0 elsewhere.
    y_pred : array_like, shape [rows, items]
        Scores of all items.
    mask : array_like of bool, shape [rows, items], optional
        Items to rank. Other items do not compete; if the row's own item is one of them, it is absent, as an item is
        that a list leaves out because its user has seen it.

    Returns
    -------
    Ranks
        One rank per row.

    Raises
    ------
    DataError
        If an array is empty, has another shape, or contains a value that is not finite; if an item is not among
        the items, or a row of a matrix has not exactly one.

    Examples
    --------
    >>> from shortlist import metrics
    >>> found = metrics.ranks([3], [[0.9, 0.7, 0.2, 0.7, 0.7]])
    >>> int(found.greater[0]), int(found.equal[0]), int(found.position[0])
    (1, 2, 4)
    """
    scores = to_matrix("y_pred", y_pred, "[rows, items]")
    allowed = item_mask(mask, *scores.shape)
    item = true_items(y_true, *scores.shape)
    row = np.arange(len(item), dtype=np.uint32)
    values = to_floats("y_pred", scores, None if mask is None else ~allowed)
    return Ranks(*_core.ranks(values, row, item, allowed))


def factorized_ranks(
    y_true: npt.ArrayLike,
    query_embeddings: npt.ArrayLike,
    candidate_embeddings: npt.ArrayLike,
    mask: npt.ArrayLike | None = None,
) -> Ranks:
    """Rank each row's own item by the products of the row's query with all candidates.

    The matrix of scores is never in memory as a whole. A row's own score is the same product as its competitors'
    scores, so that rounding cannot change a rank.

    Parameters
    ----------
    y_true : array_like of int, shape [rows]
        The position of each row's own candidate.
    query_embeddings : array_like, shape [rows, width]
        One query per row.
    candidate_embeddings : array_like, shape [items, width]
        All candidates.
    mask : array_like of bool, shape [rows, items], optional
        Candidates to rank, as in ``ranks``.

    Returns
    -------
    Ranks
        One rank per row.

    Raises
    ------
    DataError
        If an array is empty, has another shape, or contains a value that is not finite.

    Examples
    --------
    >>> from shortlist import metrics
    >>> found = metrics.factorized_ranks([0, 0], [[1, 0], [0, 1]], [[1, 0], [0, 1], [1, 1]])
    >>> found.position.tolist()
    [2, 3]
    >>> metrics.rank_figures(found, ks=[2])["top_2"]
    0.5
    """
    queries = to_floats("query_embeddings", to_matrix("query_embeddings", query_embeddings, "[rows, width]"))
    items = to_floats("candidate_embeddings", to_matrix("candidate_embeddings", candidate_embeddings, "[items, width]"))
    if queries.shape[1] != items.shape[1]:
        raise DataError(
            f"candidate_embeddings: got the width {items.shape[1]}, need {queries.shape[1]} as in query_embeddings"
        )
    rows, count = len(queries), len(items)
    item = to_indices("y_true", to_vector("y_true", y_true, rows, "query_embeddings"), count, "candidates")
    threads = 1 if rows * items.size < _LARGE else 0
    return Ranks(*_core.factorized_ranks(queries, items, item, item_mask(mask, rows, count), threads))


def item_mask(mask: npt.ArrayLike | None, rows: int, items: int) -> Bools:
    if mask is None:
        return NO_MASK
    allowed = to_mask("mask", mask)
    if allowed.shape != (rows, items):
        raise DataError(f"mask: got an array of the shape {allowed.shape}, need ({rows}, {items}): [rows, items]")
    return allowed


def true_items(y_true: npt.ArrayLike, rows: int, items: int, kept: Bools | None = None) -> Indices:
    """Return the own item of each row, given by number or as a matrix. Rows that are not kept may have any."""
    array = to_numbers("y_true", y_true)
    if array.shape != (rows, items):
        numbers = to_vector("y_true", array, rows, "y_pred")
        return to_indices("y_true", numbers if kept is None else np.where(kept, numbers, 0), items, "items")
    own = to_weights("y_true", array, None if kept is None else ~kept[:, None]) > 0
    count = own.sum(axis=1)
    wrong = count != 1 if kept is None else (count != 1) & kept
    if wrong.any():
        row = int(np.argmax(wrong))
        raise DataError(f"y_true[{row}]: marks {count[row]} items, need one; repeat the row for each of several items")
    return np.asarray(own.argmax(axis=1), np.uint32)


def check_ranks(ranks: Ranks) -> Ranks:
    """Return the ranks as arrays of the engine's types."""
    try:
        greater, equal, absent = ranks
    except (TypeError, ValueError):
        raise DataError("ranks: got no Ranks, need those of ranks() or factorized_ranks()") from None
    counts = to_vector("ranks.greater", greater)
    others = to_vector("ranks.equal", equal, len(counts), "ranks.greater")
    missing = to_mask("ranks.absent", to_vector("ranks.absent", absent, len(counts), "ranks.greater"))
    most = 2**31
    return Ranks(
        to_indices("ranks.greater", counts, most, "items"), to_indices("ranks.equal", others, most, "items"), missing
    )


def rank_figures(
    ranks: Ranks, ks: Sequence[SupportsIndex] = KS, sample_weight: npt.ArrayLike | None = None
) -> dict[str, float]:
    """Return all figures of ranks by row, as a report has them.

    Parameters
    ----------
    ranks : Ranks
        One rank per row, from ``ranks`` or ``factorized_ranks``.
    ks : sequence of int
        Lengths of the lists, each at least 1.
    sample_weight : array_like, shape [rows], optional
        Weights w of at least 0; 1 by default.

    Returns
    -------
    dict
        ``top_<k>`` for each k, then ``keras_top_<k>`` for each k, ``mrr`` and ``mean_rank``. See the functions
        ``top_k_accuracy``, ``keras_top_k_accuracy``, ``mrr`` and ``mean_rank``.

    Raises
    ------
    ConfigError
        If a k is not a whole number of at least 1.
    DataError
        If an array has another shape, or a weight is below 0 or not finite.

    Examples
    --------
    >>> from shortlist import metrics
    >>> found = metrics.ranks([0, 2], [[0.9, 0.5, 0.1], [0.9, 0.5, 0.5]])
    >>> metrics.rank_figures(found, ks=[2])
    {'top_2': 0.5, 'keras_top_2': 1.0, 'mrr': 0.6666666666666666, 'mean_rank': 2.0}
    """
    lengths, checked = positives("ks", ks), check_ranks(ranks)
    return _core.rank_figures(*checked, lengths, row_weights(sample_weight, len(checked.greater), "ranks"))
