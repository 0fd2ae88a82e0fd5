"""The loss of retrieval."""

from __future__ import annotations

from typing import Literal, overload

import numpy as np
import numpy.typing as npt

from shortlist import _core
from shortlist._arrays import (
    Floats,
    Indices,
    positive,
    require,
    row_weights,
    to_codes,
    to_flag,
    to_floats,
    to_indices,
    to_mask,
    to_matrix,
    to_numbers,
    to_vector,
    to_weights,
)
from shortlist._core import DataError
from shortlist.losses._rows import check_finite

# With fewer multiplications than this, one thread is faster than starting more.
_LARGE = 50_000_000


@overload
def in_batch_softmax(
    query_embeddings: npt.ArrayLike,
    candidate_embeddings: npt.ArrayLike,
    sample_weight: npt.ArrayLike | None = None,
    *,
    y_true: npt.ArrayLike | None = None,
    candidate_sampling_probability: npt.ArrayLike | None = None,
    candidate_multiplicity: npt.ArrayLike | None = None,
    candidate_ids: npt.ArrayLike | None = None,
    remove_accidental_hits: bool = False,
    score_mask: npt.ArrayLike | None = None,
    num_hard_negatives: int | None = None,
    temperature: float = 1.0,
    reduction: Literal["sum", "mean"] = "sum",
    gradient: Literal[False] = False,
) -> float: ...
@overload
def in_batch_softmax(
    query_embeddings: npt.ArrayLike,
    candidate_embeddings: npt.ArrayLike,
    sample_weight: npt.ArrayLike | None = None,
    *,
    y_true: npt.ArrayLike | None = None,
    candidate_sampling_probability: npt.ArrayLike | None = None,
    candidate_multiplicity: npt.ArrayLike | None = None,
    candidate_ids: npt.ArrayLike | None = None,
    remove_accidental_hits: bool = False,
    score_mask: npt.ArrayLike | None = None,
    num_hard_negatives: int | None = None,
    temperature: float = 1.0,
    reduction: Literal["sum", "mean"] = "sum",
    gradient: Literal[True],
) -> tuple[float, Floats, Floats]: ...
@overload
def in_batch_softmax(
    query_embeddings: npt.ArrayLike,
    candidate_embeddings: npt.ArrayLike,
    sample_weight: npt.ArrayLike | None = None,
    *,
    y_true: npt.ArrayLike | None = None,
    candidate_sampling_probability: npt.ArrayLike | None = None,
    candidate_multiplicity: npt.ArrayLike | None = None,
    candidate_ids: npt.ArrayLike | None = None,
    remove_accidental_hits: bool = False,
    score_mask: npt.ArrayLike | None = None,
    num_hard_negatives: int | None = None,
    temperature: float = 1.0,
    reduction: Literal["sum", "mean"] = "sum",
    gradient: bool,
) -> float | tuple[float, Floats, Floats]: ...
def in_batch_softmax(
    query_embeddings: npt.ArrayLike,
    candidate_embeddings: npt.ArrayLike,
    sample_weight: npt.ArrayLike | None = None,
    *,
    y_true: npt.ArrayLike | None = None,
    candidate_sampling_probability: npt.ArrayLike | None = None,
    candidate_multiplicity: npt.ArrayLike | None = None,
    candidate_ids: npt.ArrayLike | None = None,
    remove_accidental_hits: bool = False,
    score_mask: npt.ArrayLike | None = None,
    num_hard_negatives: int | None = None,
    temperature: float = 1.0,
    reduction: Literal["sum", "mean"] = "sum",
    gradient: bool = False,
) -> float | tuple[float, Floats, Floats]:
    """Return the retrieval loss: the cross-entropy of each query's own candidate among all candidates.

    With s[r, j] = query_embeddings[r] · candidate_embeddings[j] / temperature - log q[j] and t = y_true,
    loss = Σ_r w[r] (log Σ_j n[j] exp(s[r, j]) - s[r, t[r]]).

    Parameters
    ----------
    query_embeddings : array_like, shape [rows, width] or [rows, vectors, width]
        One query per row. If a query has several vectors, s is the highest of their scores.
    candidate_embeddings : array_like, shape [candidates, width]
        The candidates of the batch. Candidates that belong to no row are further negatives of every row.
    sample_weight : array_like, shape [rows], optional
        The weights w of at least 0; 1 by default. A row of weight 0 has no loss, but its candidate is still a
        negative of the others.
    y_true : array_like of int, shape [rows], optional
        The position t of each row's own candidate. By default row r has candidate r.
    candidate_sampling_probability : array_like, shape [candidates], optional
        The probability q, above 0 and at most 1, that a row of the batch has the candidate. Probabilities below
        1e-6 count as 1e-6. By default there is no correction, q = 1.
    candidate_multiplicity : array_like, shape [candidates], optional
        How many rows have the candidate, n; 1 by default. Training lists each distinct candidate of a batch
        once with its number of rows, which gives the same loss as one entry per row.
    candidate_ids : array_like, shape [candidates], optional
        The id of each candidate, of any type that NumPy can sort. Only read with ``remove_accidental_hits``.
    remove_accidental_hits : bool
        Leave out the other candidates with the id of a row's own candidate, and its other copies.
    score_mask : array_like of bool, shape [rows, candidates], optional
        False where a candidate is not a negative of a row. A row's own candidate must be True.
    num_hard_negatives : int, optional
        Compare each row only with that many negatives, those with the highest scores after all corrections.
    temperature : float
        Divides the products; above 0.
    reduction : {"sum", "mean"}
        Whether to add up the losses of the rows or to divide the sum by the number of rows.
    gradient : bool
        Whether to return the gradients as well.

    Returns
    -------
    loss : float
        The loss of the batch.
    query_gradient : ndarray of float32, shape of ``query_embeddings``
        The gradient by ``query_embeddings``. Only with ``gradient=True``.
    candidate_gradient : ndarray of float32, shape [candidates, width]
        The gradient by ``candidate_embeddings``. Only with ``gradient=True``.

    Raises
    ------
    DataError
        If an array is empty, has another shape, or contains a value that is out of range or not finite.
    ConfigError
        If ``temperature`` is not above 0, or ``reduction`` is unknown.

    Notes
    -----
    The loss of TensorFlow Recommenders' ``tasks.Retrieval``, with its corrections in its order. Without
    ``remove_accidental_hits``, the other copies of a query's own candidate are negatives.

    Examples
    --------
    >>> import numpy as np
    >>> from shortlist import losses
    >>> query, candidate = np.eye(2), np.array([[1.0, 0.0], [0.0, 1.0], [0.5, 0.5]])
    >>> round(losses.in_batch_softmax(query, candidate, reduction="mean"), 4)
    0.6803
    >>> loss, query_gradient, candidate_gradient = losses.in_batch_softmax(query, candidate, gradient=True)
    >>> candidate_gradient.shape
    (3, 2)
    """
    queries = _queries(query_embeddings)
    shape = queries.shape
    candidates = to_floats(
        "candidate_embeddings", to_matrix("candidate_embeddings", candidate_embeddings, "[candidates, width]")
    )
    rows, count = len(queries), len(candidates)
    if shape[-1] != candidates.shape[1]:
        raise DataError(
            f"candidate_embeddings: got the width {candidates.shape[1]}, need {shape[-1]} as in query_embeddings"
        )
    weights = row_weights(sample_weight, rows, "query_embeddings")
    settings = {
        "loss": "in_batch_softmax",
        "temperature": temperature,
        "reduction": reduction,
        "accidental_hits": "item" if to_flag("remove_accidental_hits", remove_accidental_hits) else "none",
        "hard_negatives": 0 if num_hard_negatives is None else positive("num_hard_negatives", num_hard_negatives),
    }
    own = _own_candidates(y_true, rows, count)
    loss, dqueries, dcandidates = _core.retrieval_loss(
        settings,
        queries.reshape(rows, -1),
        candidates,
        own,
        _multiplicities(candidate_multiplicity, count),
        _probabilities(candidate_sampling_probability, count),
        weights if len(weights) else np.ones(rows, np.float32),
        _items(candidate_ids, count, remove_accidental_hits),
        *_excluded(score_mask, own, rows, count),
        to_flag("gradient", gradient),
        1 if rows * candidates.size < _LARGE else 0,
    )
    check_finite("in_batch_softmax", loss)
    return (loss, dqueries.reshape(shape), dcandidates) if gradient else loss


def _queries(values: npt.ArrayLike) -> Floats:
    name = "query_embeddings"
    array = to_numbers(name, values)
    if array.ndim != 3:
        array = to_matrix(name, values, "[rows, width] or [rows, vectors, width]")
    return to_floats(name, array)


def _items(ids: npt.ArrayLike | None, count: int, removes: bool) -> Indices:
    """Return a number for each candidate, equal for equal ids, or nothing if they are not read."""
    if not removes:
        return np.empty(0, np.uint32)
    if ids is None:
        raise DataError("candidate_ids: got nothing, need the id of each candidate for remove_accidental_hits")
    return to_codes("candidate_ids", ids, count, "candidate_embeddings")


def _excluded(mask: npt.ArrayLike | None, own: Indices, rows: int, count: int) -> tuple[Indices, Indices]:
    """Return the candidates that are not negatives of each row: offsets and candidates."""
    name = "score_mask"
    if mask is None:
        return np.empty(0, np.uint32), np.empty(0, np.uint32)
    kept = to_mask(name, mask)
    if kept.shape != (rows, count):
        raise DataError(f"{name}: got an array of the shape {kept.shape}, need ({rows}, {count}): [rows, candidates]")
    hidden = np.flatnonzero(~kept[np.arange(rows), own])
    if len(hidden):
        raise DataError(f"{name}[{hidden[0]}, {own[hidden[0]]}]: got False, need True for a row's own candidate")
    of_row, candidates = np.nonzero(~kept)
    offsets = np.searchsorted(of_row, np.arange(rows + 1))
    return offsets.astype(np.uint32), candidates.astype(np.uint32)


def _own_candidates(y_true: npt.ArrayLike | None, rows: int, count: int) -> Indices:
    if y_true is not None:
        return to_indices("y_true", to_vector("y_true", y_true, rows, "query_embeddings"), count, "candidates")
    if count < rows:
        raise DataError(f"candidate_embeddings: got {count} rows, need at least {rows}, one for each query")
    return np.arange(rows, dtype=np.uint32)


def _multiplicities(values: npt.ArrayLike | None, count: int) -> Floats:
    name = "candidate_multiplicity"
    if values is None:
        return np.ones(count, np.float32)
    array = to_vector(name, values, count, "candidate_embeddings")
    counts = to_weights(name, array)
    require(name, array, counts > 0, "a number above 0")
    return counts


def _probabilities(values: npt.ArrayLike | None, count: int) -> npt.NDArray[np.float64]:
    name = "candidate_sampling_probability"
    if values is None:
        return np.empty(0, np.float64)
    array = to_vector(name, values, count, "candidate_embeddings")
    with np.errstate(invalid="ignore"):
        require(name, array, (array > 0) & (array <= 1), "a probability above 0 and at most 1")
    return np.ascontiguousarray(array, np.float64)
