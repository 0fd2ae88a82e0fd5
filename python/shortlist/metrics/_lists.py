"""Figures of lists, averaged over lists and users."""

from __future__ import annotations

from collections.abc import Sequence
from typing import SupportsIndex

import numpy.typing as npt

from shortlist import _core
from shortlist._arrays import positive, positives, row_weights, to_codes
from shortlist.metrics._list_figures import list_figure
from shortlist.metrics._ranks import KS, Ranks, check_ranks


def user_figures(
    ranks: Ranks,
    query: npt.ArrayLike,
    item: npt.ArrayLike,
    user: npt.ArrayLike | None = None,
    ks: Sequence[SupportsIndex] = KS,
    sample_weight: npt.ArrayLike | None = None,
    items: SupportsIndex | None = None,
) -> dict[str, float]:
    """Return the figures of each user's lists, averaged over users, as a report has them.

    A list is the answer to one distinct query. Its relevant items are the distinct items of the rows with that
    query, and a row's weight w is its item's gain:
    recall@k = Σ w over the relevant items among the first k / Σ w, and
    ndcg@k = Σ w / log2(1 + position) over the same / the highest value that this sum can have.
    A user's figure is the mean over the user's lists, and the result is the mean over users.

    Parameters
    ----------
    ranks : Ranks
        The rank of each row's item. A row whose item is absent is a miss.
    query : array_like, shape [rows]
        The query of each row: numbers or texts.
    item : array_like, shape [rows]
        The item of each row: numbers or texts. Only equality within a query matters.
    user : array_like, shape [rows], optional
        The user of each row: numbers or texts. By default each query has a user of its own.
    ks : sequence of int
        Lengths of the lists, each at least 1.
    sample_weight : array_like, shape [rows], optional
        Weights w of at least 0; 1 by default. Lists without weight do not count.
    items : int, optional
        The number of items that each list ranks. If given, ``list_auc`` is returned, too: over all pairs of a relevant
        and another item of a list, the share in which the relevant one has the higher score; a tie counts half.

    Returns
    -------
    dict
        ``recall@<k>`` for each k, then ``ndcg@<k>``, ``precision@<k>``, ``hit@<k>``, ``map@<k>`` and ``mrr@<k>`` for
        each k. See the functions ``recall``, ``ndcg``, ``precision``, ``hit``, ``average_precision`` and
        ``reciprocal_rank``.

    Raises
    ------
    ConfigError
        If a k is not a whole number of at least 1.
    DataError
        If an array has another shape, or a weight is below 0 or not finite.

    Examples
    --------
    >>> from shortlist import metrics
    >>> scores = [0.9, 0.5, 0.1]
    >>> found = metrics.ranks([0, 2], [scores, scores])
    >>> metrics.user_figures(found, query=["ada", "ada"], item=[0, 2], ks=[2])["recall@2"]
    0.5
    """
    lengths, checked = positives("ks", ks), check_ranks(ranks)
    rows = len(checked.greater)
    queries = to_codes("query", query, rows)
    users = queries if user is None else to_codes("user", user, rows)
    weights = row_weights(sample_weight, rows, "ranks")
    ranked = 0 if items is None else positive("items", items)
    return _core.user_figures(*checked, users, queries, to_codes("item", item, rows), lengths, weights, ranked)


def recall(
    y_true: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    k: SupportsIndex,
    sample_weight: npt.ArrayLike | None = None,
    mask: npt.ArrayLike | None = None,
    users: npt.ArrayLike | None = None,
) -> float:
    """Return the share of each list's gain that is among the first k, averaged over lists.

    Σ g over the items at positions up to k / Σ g, with gains g. Ties count against the model. ``recall@<k>`` in
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
    With gains of 0 and 1 and at least one relevant item per list, this is keras-rs's ``RecallAtK``, except for ties,
    whose order is random there. keras-rs counts lists without a relevant item as 0, while they are left out here.

    Examples
    --------
    >>> from shortlist import metrics
    >>> metrics.recall([[1, 0, 1]], [[0.9, 0.5, 0.1]], k=2)
    0.5
    """
    return list_figure(f"recall@{positive('k', k)}", y_true, y_pred, k, sample_weight, mask, users)


def precision(
    y_true: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    k: SupportsIndex,
    sample_weight: npt.ArrayLike | None = None,
    mask: npt.ArrayLike | None = None,
    users: npt.ArrayLike | None = None,
) -> float:
    """Return the share of the first k places that relevant items have, averaged over lists.

    The number of items of positive gain at positions up to k / k, however short the list is. Ties count against the
    model. ``precision@<k>`` in reports.

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
    keras-rs's ``PrecisionAtK``, which counts lists without a relevant item as 0; they are left out here.

    Examples
    --------
    >>> from shortlist import metrics
    >>> metrics.precision([[1, 0, 1]], [[0.9, 0.5, 0.1]], k=2)
    0.5
    """
    return list_figure(f"precision@{positive('k', k)}", y_true, y_pred, k, sample_weight, mask, users)


def hit(
    y_true: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    k: SupportsIndex,
    sample_weight: npt.ArrayLike | None = None,
    mask: npt.ArrayLike | None = None,
    users: npt.ArrayLike | None = None,
) -> float:
    """Return the share of the lists with a relevant item among the first k.

    1 for a list with an item of positive gain at a position up to k, else 0. Ties count against the model. ``hit@<k>`` in
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
    ``top_k_accuracy`` is the same for lists with one relevant item each, averaged over rows.

    Examples
    --------
    >>> from shortlist import metrics
    >>> metrics.hit([[1, 0, 1]], [[0.9, 0.5, 0.1]], k=2)
    1.0
    """
    return list_figure(f"hit@{positive('k', k)}", y_true, y_pred, k, sample_weight, mask, users)
