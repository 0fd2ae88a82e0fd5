"""Figures of lists beyond accuracy: coverage, Gini index, novelty and diversity."""

from __future__ import annotations

from collections.abc import Sequence
from typing import SupportsIndex

import numpy as np
import numpy.typing as npt

from shortlist import _core
from shortlist._arrays import Indices, positive, to_floats, to_indices, to_matrix, to_numbers, to_vector, to_weights
from shortlist._core import DataError

Lists = Sequence[npt.ArrayLike]


def coverage(lists: Lists, k: SupportsIndex, items: SupportsIndex) -> float:
    """Return the share of the catalogue that is among the first k of at least one list.

    ``coverage@<k>`` of the served lists in reports.

    Parameters
    ----------
    lists : sequence of array_like of int
        The items of each list, best first, by their numbers in the catalogue.
    k : int
        How many items of a list count, at least 1.
    items : int
        The number of items of the catalogue.

    Returns
    -------
    float

    Raises
    ------
    ConfigError
        If ``k`` or ``items`` is not a whole number of at least 1.
    DataError
        If a list contains anything but numbers below ``items``.

    Examples
    --------
    >>> from shortlist import metrics
    >>> metrics.coverage([[0, 1], [0, 2]], k=2, items=4)
    0.75
    """
    count = positive("items", items)
    return _core.coverage(*_flat(lists, count), positive("k", k), count)


def gini(lists: Lists, k: SupportsIndex, items: SupportsIndex) -> float:
    """Return the Gini index of how often each item is among the first k.

    Σ (2 i - n - 1) x_i / (n Σ x) with the counts x of the n items of the catalogue in ascending order, i from 1 to n. 0
    if all items are shown equally often, near 1 if few items have all the places. ``gini@<k>`` of the served lists in
    reports.

    Parameters
    ----------
    lists : sequence of array_like of int
        The items of each list, best first, by their numbers in the catalogue.
    k : int
        How many items of a list count, at least 1.
    items : int
        The number of items of the catalogue.

    Returns
    -------
    float

    Raises
    ------
    ConfigError
        If ``k`` or ``items`` is not a whole number of at least 1.
    DataError
        If a list contains anything but numbers below ``items``.

    Examples
    --------
    >>> from shortlist import metrics
    >>> metrics.gini([[3], [3]], k=1, items=4)
    0.75
    """
    count = positive("items", items)
    return _core.gini(*_flat(lists, count), positive("k", k), count)


def novelty(lists: Lists, k: SupportsIndex, counts: npt.ArrayLike) -> float:
    """Return the mean self-information of the items among the first k, in bits.

    The mean of -log2(share of the item in the training rows) over all places of all lists. An item without training rows
    counts as one row. ``novelty@<k>`` of the served lists in reports.

    Parameters
    ----------
    lists : sequence of array_like of int
        The items of each list, best first, by their numbers in the catalogue.
    k : int
        How many items of a list count, at least 1.
    counts : array_like, shape [items]
        The number, or the weight, of each item's training rows.

    Returns
    -------
    float

    Raises
    ------
    ConfigError
        If ``k`` is not a whole number of at least 1.
    DataError
        If a list contains anything but numbers of items, or the counts are not at least 0 with a sum above 0.

    Examples
    --------
    >>> from shortlist import metrics
    >>> metrics.novelty([[0, 1]], k=2, counts=[2, 1, 1])
    1.5
    """
    weights = to_weights("counts", to_vector("counts", counts)).astype(np.float64)
    if not weights.sum() > 0:
        raise DataError("counts: the sum is 0, need training rows")
    return _core.novelty(*_flat(lists, len(weights)), positive("k", k), weights)


def diversity(lists: Lists, k: SupportsIndex, embeddings: npt.ArrayLike) -> float:
    """Return the mean distance of the items among the first k, averaged over lists.

    1 - cosine of the vectors of two items, averaged over all pairs of a list's items, then over the lists with at least
    two. ``diversity@<k>`` of the served lists in reports.

    Parameters
    ----------
    lists : sequence of array_like of int
        The items of each list, best first, by their rows of ``embeddings``.
    k : int
        How many items of a list count, at least 1.
    embeddings : array_like, shape [items, width]
        The vector of each item, such as ``model.embed_items()``. The cosine with a vector of zeros is 0.

    Returns
    -------
    float

    Raises
    ------
    ConfigError
        If ``k`` is not a whole number of at least 1.
    DataError
        If a list contains anything but numbers of items, or a vector is not finite.

    Examples
    --------
    >>> from shortlist import metrics
    >>> metrics.diversity([[0, 1, 2]], k=2, embeddings=[[1, 0], [0, 1], [1, 0]])
    1.0
    """
    vectors = to_floats("embeddings", to_matrix("embeddings", embeddings, "[items, width]"))
    return _core.diversity(*_flat(lists, len(vectors)), positive("k", k), vectors)


def _flat(lists: Lists, items: int) -> tuple[Indices, list[int]]:
    """Return the items of all lists, one list after another, and where each list begins and ends."""
    arrays = []
    try:
        each = list(lists)
    except TypeError:
        raise DataError(f"lists: got {type(lists).__name__}, need a list of items for each query") from None
    for number, given in enumerate(each):
        name = f"lists[{number}]"
        array = to_numbers(name, given)
        vector = to_vector(name, array if array.size else np.empty(0, np.int64))
        arrays.append(to_indices(name, vector, items, "items"))
    every = np.concatenate(arrays) if arrays else np.empty(0, np.uint32)
    return every, np.cumsum([0, *(len(array) for array in arrays)]).tolist()
