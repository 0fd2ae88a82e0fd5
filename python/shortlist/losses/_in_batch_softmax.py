"""The loss of retrieval."""

from __future__ import annotations

from typing import Literal, overload

import numpy as np
import numpy.typing as npt

from shortlist import _core
from shortlist._arrays import (
    Floats,
    require,
    row_weights,
    to_flag,
    to_floats,
    to_indices,
    to_matrix,
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
    temperature: float = 1.0,
    reduction: Literal["sum", "mean"] = "sum",
    gradient: bool = False,
) -> float | tuple[float, Floats, Floats]:
    """Return the retrieval loss: the cross-entropy of each query's own candidate among all candidates.

    With s[r, j] = query_embeddings[r] · candidate_embeddings[j] / temperature - log q[j] and t = y_true,
    loss = Σ_r w[r] (log Σ_j n[j] exp(s[r, j]) - s[r, t[r]]).

    Parameters
    ----------
    query_embeddings : array_like, shape [rows, width]
        One query per row.
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
    query_gradient : ndarray of float32, shape [rows, width]
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
    The loss of TensorFlow Recommenders' ``tasks.Retrieval`` without ``remove_accidental_hits``: if a query's own
    candidate occurs several times, the other occurrences are negatives.

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
    queries = to_floats("query_embeddings", to_matrix("query_embeddings", query_embeddings, "[rows, width]"))
    candidates = to_floats(
        "candidate_embeddings", to_matrix("candidate_embeddings", candidate_embeddings, "[candidates, width]")
    )
    rows, count = len(queries), len(candidates)
    if queries.shape[1] != candidates.shape[1]:
        raise DataError(
            f"candidate_embeddings: got the width {candidates.shape[1]}, need {queries.shape[1]} as in query_embeddings"
        )
    weights = row_weights(sample_weight, rows, "query_embeddings")
    settings = {"loss": "in_batch_softmax", "temperature": temperature, "reduction": reduction}
    loss, dqueries, dcandidates = _core.retrieval_loss(
        settings,
        queries,
        candidates,
        _own_candidates(y_true, rows, count),
        _multiplicities(candidate_multiplicity, count),
        _probabilities(candidate_sampling_probability, count),
        weights if len(weights) else np.ones(rows, np.float32),
        to_flag("gradient", gradient),
        1 if rows * candidates.size < _LARGE else 0,
    )
    check_finite("in_batch_softmax", loss)
    return (loss, dqueries, dcandidates) if gradient else loss


def _own_candidates(y_true: npt.ArrayLike | None, rows: int, count: int) -> npt.NDArray[np.uint32]:
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
