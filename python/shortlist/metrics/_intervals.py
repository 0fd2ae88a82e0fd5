"""Bootstrap intervals of metrics."""

from __future__ import annotations

import operator
from typing import SupportsIndex

import numpy as np
import numpy.typing as npt

from shortlist import _core
from shortlist._arguments import shown
from shortlist._arrays import Array, require, row_weights, to_flag, to_vector
from shortlist._core import ConfigError


def bootstrap_interval(
    values: npt.ArrayLike,
    minus: npt.ArrayLike | None = None,
    sample_weight: npt.ArrayLike | None = None,
    *,
    square_root: bool = False,
    seed: SupportsIndex = 0,
) -> tuple[float, float]:
    """Return the 95 % bootstrap interval of a mean over rows, or of the difference of two means.

    In each of 1,000 resamples every row counts Poisson(1) times, and the interval runs from the 2.5th to the 97.5th
    percentile of the resampled means. Two means are resampled with the same draws.

    Parameters
    ----------
    values : array_like, shape [rows]
        The values whose weighted mean is the metric, such as hits or squared errors. They remain float64.
    minus : array_like, shape [rows], optional
        Values of another model on the same rows, whose mean is subtracted.
    sample_weight : array_like, shape [rows], optional
        Weights of at least 0; 1 by default.
    square_root : bool
        Whether the metric is the root of the mean, as for ``rmse``.
    seed : int
        At least 0. The same seed gives the same interval; a report uses the seed of its config.

    Returns
    -------
    low, high : float

    Raises
    ------
    DataError
        If an array is empty, has another shape, or contains a value that is not finite.
    ConfigError
        If ``seed`` is not a whole number of at least 0, or ``square_root`` is not a bool.

    Examples
    --------
    >>> from shortlist import metrics
    >>> hits = [1, 0, 1, 1, 0, 1, 1, 1, 0, 1]
    >>> low, high = metrics.bootstrap_interval(hits)
    >>> low < 0.7 < high
    True
    """
    doubles = _doubles("values", to_vector("values", values))
    rows = len(doubles)
    others = np.empty(0) if minus is None else _doubles("minus", to_vector("minus", minus, rows, "values"))
    weights = row_weights(sample_weight, rows, "values")
    return _core.mean_interval(doubles, others, weights, to_flag("square_root", square_root), _seed(seed))


def _doubles(name: str, array: Array) -> npt.NDArray[np.float64]:
    doubles = np.ascontiguousarray(array, np.float64)
    require(name, array, np.isfinite(doubles), "a finite number")
    return doubles


def _seed(value: SupportsIndex) -> int:
    try:
        seed = operator.index(value)
    except TypeError:
        raise ConfigError(f"seed: got {shown(value)}, need a whole number of at least 0") from None
    if not 0 <= seed < 2**63:
        raise ConfigError(f"seed: got {seed}, need a whole number from 0 to 2^63 - 1")
    return seed
