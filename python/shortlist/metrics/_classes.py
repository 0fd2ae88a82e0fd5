"""How well predicted probabilities fit labels of 0 and 1."""

from __future__ import annotations

import numpy.typing as npt

from shortlist import _core
from shortlist._arrays import require, to_rows
from shortlist._core import DataError
from shortlist.metrics._ratings import users_of


def log_loss(
    y_true: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    sample_weight: npt.ArrayLike | None = None,
    mask: npt.ArrayLike | None = None,
) -> float:
    """Return the mean negative logarithm of the probability of the labels.

    -Σ w log q / Σ w, with q = y_pred where y_true = 1, and 1 - y_pred where y_true = 0. Probabilities are clipped to
    [1e-7, 1 - 1e-7].

    Parameters
    ----------
    y_true : array_like, shape [rows]
        Labels, each 0 or 1.
    y_pred : array_like, shape [rows]
        Probabilities of the label 1.
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
        If an array is empty, has another shape, or contains a label that is not 0 or 1, or a
        prediction outside [0, 1].

    Examples
    --------
    >>> from shortlist import metrics
    >>> round(metrics.log_loss([1, 0], [0.5, 0.5]), 4)
    0.6931
    """
    return _class_figure("log_loss", y_true, y_pred, sample_weight, mask)


def accuracy(
    y_true: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    sample_weight: npt.ArrayLike | None = None,
    mask: npt.ArrayLike | None = None,
) -> float:
    """Return the share of rows whose label is the more likely one.

    Σ w [(y_pred > 0.5) = (y_true = 1)] / Σ w. A probability of exactly 0.5 predicts 0.

    Parameters
    ----------
    y_true : array_like, shape [rows]
        Labels, each 0 or 1.
    y_pred : array_like, shape [rows]
        Probabilities of the label 1.
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
        If an array is empty, has another shape, or contains a label that is not 0 or 1, or a
        prediction outside [0, 1].

    Notes
    -----
    Keras's ``BinaryAccuracy``.

    Examples
    --------
    >>> from shortlist import metrics
    >>> metrics.accuracy([1, 0, 1, 0], [0.9, 0.2, 0.5, 0.5])
    0.75
    """
    return _class_figure("accuracy", y_true, y_pred, sample_weight, mask)


def auc(
    y_true: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    sample_weight: npt.ArrayLike | None = None,
    mask: npt.ArrayLike | None = None,
) -> float:
    """Return the exact area under the ROC curve.

    Over all pairs of a row with the label 1 and a row with the label 0: the share, by product of weights, in which the
    first has the higher prediction. A tie counts half.

    Parameters
    ----------
    y_true : array_like, shape [rows]
        Labels, each 0 or 1.
    y_pred : array_like, shape [rows]
        Predictions, of which only the order matters.
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
        If an array is empty, has another shape, or contains a label that is not 0 or 1, or if only one of
        the labels has a positive weight.

    Examples
    --------
    >>> from shortlist import metrics
    >>> metrics.auc([1, 1, 0, 0], [0.9, 0.4, 0.4, 0.1])
    0.875
    """
    return _class_figure("auc", y_true, y_pred, sample_weight, mask)


def gauc(
    y_true: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    users: npt.ArrayLike,
    sample_weight: npt.ArrayLike | None = None,
    mask: npt.ArrayLike | None = None,
) -> float:
    """Return the AUC of each user's rows, weighted by the weight of the rows.

    Σ w_u AUC_u / Σ w_u over the users with both labels, with the weight w_u of the user's rows.

    Parameters
    ----------
    y_true : array_like, shape [rows]
        Labels, each 0 or 1.
    y_pred : array_like, shape [rows]
        Predictions, of which only the order within a user matters.
    users : array_like, shape [rows]
        The user of each row, or any other group of rows: numbers or texts.
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
        If an array is empty, has another shape, or contains a label that is not 0 or 1, or if no user has both labels.

    Examples
    --------
    >>> from shortlist import metrics
    >>> metrics.gauc([1, 0, 1, 0], [0.9, 0.4, 0.2, 0.3], ["ada", "ada", "bob", "bob"])
    0.5
    """
    return _class_figure("gauc", y_true, y_pred, sample_weight, mask, users)


def calibration_error(
    y_true: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    sample_weight: npt.ArrayLike | None = None,
    mask: npt.ArrayLike | None = None,
) -> float:
    """Return the expected calibration error of probabilities (ECE).

    Σ |Σ w (y_pred - y_true)| / Σ w, where the outer sum is over 15 bins of equal width, (i / 15, (i + 1) / 15], and the
    inner one over the rows whose prediction is in the bin.

    Parameters
    ----------
    y_true : array_like, shape [rows]
        Labels, each 0 or 1.
    y_pred : array_like, shape [rows]
        Probabilities of the label 1.
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
        If an array is empty, has another shape, or contains a label that is not 0 or 1, or a prediction outside [0, 1].

    Examples
    --------
    >>> from shortlist import metrics
    >>> metrics.calibration_error([1, 0, 1, 0], [0.5, 0.5, 1, 0])
    0.0
    """
    return _class_figure("calibration_error", y_true, y_pred, sample_weight, mask)


def keras_auc(
    y_true: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    sample_weight: npt.ArrayLike | None = None,
    mask: npt.ArrayLike | None = None,
) -> float:
    """Return the area under the ROC curve through 200 thresholds, by trapezoids.

    The thresholds are -1e-7, 1/199, ..., 198/199 and 1 + 1e-7. A prediction above a threshold counts as 1.

    Parameters
    ----------
    y_true : array_like, shape [rows]
        Labels, each 0 or 1.
    y_pred : array_like, shape [rows]
        Probabilities of the label 1.
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
        If an array is empty, has another shape, or contains a label that is not 0 or 1, a prediction
        outside [0, 1], or if only one of the labels has a positive weight.

    Notes
    -----
    Keras's ``AUC()``. Predictions between the same two thresholds are ties. See ``auc``.

    Examples
    --------
    >>> from shortlist import metrics
    >>> round(metrics.keras_auc([1, 1, 0, 0], [0.9, 0.4, 0.4, 0.1]), 4)
    0.875
    """
    return _class_figure("keras_auc", y_true, y_pred, sample_weight, mask)


def _class_figure(
    name: str,
    y_true: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    sample_weight: npt.ArrayLike | None,
    mask: npt.ArrayLike | None,
    users: npt.ArrayLike | None = None,
) -> float:
    rows = to_rows(y_true, y_pred, sample_weight, mask)
    if not len(rows.y_true):
        return 0.0
    labels, predictions = rows.y_true, rows.y_pred
    ones = labels == 1
    kept = "y_true" if rows.kept is None else "y_true[mask]"
    require(kept, labels, ones | (labels == 0), "the label 0 or 1")
    if name not in ("auc", "gauc"):
        kept = "y_pred" if rows.kept is None else "y_pred[mask]"
        require(kept, predictions, (predictions >= 0) & (predictions <= 1), "a probability from 0 to 1")
    figures = _core.rating_figures(labels, predictions, rows.weight, users_of(rows, users))
    if name in figures:
        return figures[name]
    if name == "gauc":
        raise DataError("y_true: no user has both labels with a positive weight, need one that has")
    counted = labels if not len(rows.weight) else labels[rows.weight > 0]
    found = f"only the label {counted[0]:g}" if len(counted) else "no label"
    raise DataError(f"y_true: got {found} with a positive weight, need both 0 and 1")
