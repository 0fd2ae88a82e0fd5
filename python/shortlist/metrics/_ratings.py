"""Errors of predicted labels, and how well labels of 0 and 1 are separated."""

from __future__ import annotations

import numpy.typing as npt

from shortlist import _core
from shortlist._arrays import require, to_rows
from shortlist._core import DataError


def rating_figures(
    y_true: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    sample_weight: npt.ArrayLike | None = None,
    mask: npt.ArrayLike | None = None,
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

    Returns
    -------
    dict
        ``rmse`` and ``mae``. If every label is 0 or 1, also ``log_loss`` and ``accuracy``, and if both labels
        have a positive weight, ``auc`` and ``keras_auc``.

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
    return _core.rating_figures(rows.y_true, rows.y_pred, rows.weight)


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
) -> float:
    rows = to_rows(y_true, y_pred, sample_weight, mask)
    if not len(rows.y_true):
        return 0.0
    labels, predictions = rows.y_true, rows.y_pred
    ones = labels == 1
    kept = "y_true" if rows.kept is None else "y_true[mask]"
    require(kept, labels, ones | (labels == 0), "the label 0 or 1")
    if name != "auc":
        kept = "y_pred" if rows.kept is None else "y_pred[mask]"
        require(kept, predictions, (predictions >= 0) & (predictions <= 1), "a probability from 0 to 1")
    figures = _core.rating_figures(labels, predictions, rows.weight)
    if name in figures:
        return figures[name]
    counted = labels if not len(rows.weight) else labels[rows.weight > 0]
    found = f"only the label {counted[0]:g}" if len(counted) else "no label"
    raise DataError(f"y_true: got {found} with a positive weight, need both 0 and 1")
