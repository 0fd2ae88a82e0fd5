"""Losses that compare the rows of a list."""

from __future__ import annotations

import sys
from typing import Literal, overload

import numpy as np
import numpy.typing as npt

from shortlist import _core
from shortlist._arrays import NO_WEIGHTS, Array, Floats, to_flag, to_floats, to_mask, to_numbers, to_weights
from shortlist._arguments import shown
from shortlist._core import ConfigError, DataError
from shortlist.losses._rows import check_finite


def _lists(name: str, values: npt.ArrayLike, like: Array | None = None) -> Array:
    """Return numbers of the shape [lists, rows]; a single list becomes a row."""
    array = to_numbers(name, values)
    if array.ndim == 1:
        array = array[None, :]
    if array.ndim != 2 or (like is not None and array.shape != like.shape):
        needed = "[rows] or [lists, rows]" if like is None else f"{like.shape}, as y_true"
        raise DataError(f"{name}: got an array of the shape {np.shape(values)}, need {needed}")
    return array


def _weights(sample_weight: npt.ArrayLike | None, labels: Array) -> Floats:
    """Return one weight per row; a weight of a list is that of its rows."""
    if sample_weight is None:
        return NO_WEIGHTS
    array = to_numbers("sample_weight", sample_weight)
    if array.ndim == 1 and len(array) == len(labels) and labels.shape[0] > 1:
        array = array[:, None]
    try:
        array = np.broadcast_to(array, labels.shape)
    except ValueError:
        raise DataError(
            f"sample_weight: got an array of the shape {array.shape}, need {labels.shape}, as y_true, "
            f"or one weight for each list"
        ) from None
    return to_weights("sample_weight", array).ravel()


#: The largest float.
MOST = sys.float_info.max


def _loss_of_lists(
    name: str,
    y_true: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    sample_weight: npt.ArrayLike | None,
    mask: npt.ArrayLike | None,
    temperature: float,
    gradient: bool,
) -> float | tuple[float, Floats]:
    labels = _lists("y_true", y_true)
    scores = _lists("y_pred", y_pred, labels)
    ignored = labels < 0
    if mask is not None:
        ignored |= ~_lists("mask", to_mask("mask", mask), labels).astype(bool)
    labels = np.where(ignored, np.float32(-1), to_floats("y_true", labels, ignored)).astype(np.float32)
    scores = np.where(ignored, np.float32(0), to_floats("y_pred", scores, ignored)).astype(np.float32)
    if not (isinstance(temperature, (int, float)) and 0 < temperature < MOST):
        raise ConfigError(f"temperature: got {shown(temperature)}, need a number above 0")
    lists, rows = labels.shape
    groups = np.arange(lists + 1, dtype=np.uint32) * np.uint32(rows)
    settings = {"loss": name, "temperature": float(temperature)}
    loss, slopes = _core.ranking_loss(
        settings, labels.ravel(), scores.ravel(), _weights(sample_weight, labels), groups, to_flag("gradient", gradient)
    )
    check_finite(name, loss)
    return loss if slopes is None else (loss, slopes.reshape(np.shape(y_pred)))


@overload
def pairwise_hinge(
    y_true: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    sample_weight: npt.ArrayLike | None = None,
    mask: npt.ArrayLike | None = None,
    *,
    temperature: float = 1.0,
    gradient: Literal[False] = False,
) -> float: ...
@overload
def pairwise_hinge(
    y_true: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    sample_weight: npt.ArrayLike | None = None,
    mask: npt.ArrayLike | None = None,
    *,
    temperature: float = 1.0,
    gradient: Literal[True],
) -> tuple[float, Floats]: ...
@overload
def pairwise_hinge(
    y_true: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    sample_weight: npt.ArrayLike | None = None,
    mask: npt.ArrayLike | None = None,
    *,
    temperature: float = 1.0,
    gradient: bool,
) -> float | tuple[float, Floats]: ...
def pairwise_hinge(
    y_true: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    sample_weight: npt.ArrayLike | None = None,
    mask: npt.ArrayLike | None = None,
    *,
    temperature: float = 1.0,
    gradient: bool = False,
) -> float | tuple[float, Floats]:
    """Return the hinge loss of all pairs of rows of a list.

    The sum of w_i max(0, 1 - d) over the pairs with y_true_i > y_true_j, d = (y_pred_i - y_pred_j) / temperature.

    Parameters
    ----------
    y_true : array_like, shape [rows] or [lists, rows]
        Labels. Rows with a label below 0 are left out of their list, but count in the divisor.
    y_pred : array_like, of the shape of ``y_true``
        Scores.
    sample_weight : array_like, optional
        Weights of the rows, or one weight for each list. The weight of a row i is that of its pairs (i, j).
    mask : array_like of bool, of the shape of ``y_true``, optional
        Rows to keep; the others are treated like those with a label below 0.
    temperature : float
        Divides the scores; above 0.
    gradient : bool
        Whether to return the gradient as well.

    Returns
    -------
    loss : float
        The sum over all pairs, divided by the number of rows.
    gradient : ndarray of float32, of the shape of ``y_pred``
        The derivative of the loss by each score. Only with ``gradient=True``.

    Raises
    ------
    DataError
        If an array is empty, has another shape, or contains a value that is not finite.

    Notes
    -----
    keras-rs's ``PairwiseHingeLoss``.

    Examples
    --------
    >>> from shortlist import losses
    >>> losses.pairwise_hinge([2, 1, 0], [2.0, 1.5, 0.0])
    0.16666666666666666
    """
    return _loss_of_lists("pairwise_hinge", y_true, y_pred, sample_weight, mask, temperature, gradient)


@overload
def pairwise_logistic(
    y_true: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    sample_weight: npt.ArrayLike | None = None,
    mask: npt.ArrayLike | None = None,
    *,
    temperature: float = 1.0,
    gradient: Literal[False] = False,
) -> float: ...
@overload
def pairwise_logistic(
    y_true: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    sample_weight: npt.ArrayLike | None = None,
    mask: npt.ArrayLike | None = None,
    *,
    temperature: float = 1.0,
    gradient: Literal[True],
) -> tuple[float, Floats]: ...
@overload
def pairwise_logistic(
    y_true: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    sample_weight: npt.ArrayLike | None = None,
    mask: npt.ArrayLike | None = None,
    *,
    temperature: float = 1.0,
    gradient: bool,
) -> float | tuple[float, Floats]: ...
def pairwise_logistic(
    y_true: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    sample_weight: npt.ArrayLike | None = None,
    mask: npt.ArrayLike | None = None,
    *,
    temperature: float = 1.0,
    gradient: bool = False,
) -> float | tuple[float, Floats]:
    """Return the logistic loss of all pairs of rows of a list.

    The sum of w_i log(1 + exp(-d)) over the pairs with y_true_i > y_true_j, d = (y_pred_i - y_pred_j) / temperature.

    Parameters
    ----------
    y_true : array_like, shape [rows] or [lists, rows]
        Labels. Rows with a label below 0 are left out of their list, but count in the divisor.
    y_pred : array_like, of the shape of ``y_true``
        Scores.
    sample_weight : array_like, optional
        Weights of the rows, or one weight for each list. The weight of a row i is that of its pairs (i, j).
    mask : array_like of bool, of the shape of ``y_true``, optional
        Rows to keep; the others are treated like those with a label below 0.
    temperature : float
        Divides the scores; above 0.
    gradient : bool
        Whether to return the gradient as well.

    Returns
    -------
    loss : float
        The sum over all pairs, divided by the number of rows.
    gradient : ndarray of float32, of the shape of ``y_pred``
        The derivative of the loss by each score. Only with ``gradient=True``.

    Raises
    ------
    DataError
        If an array is empty, has another shape, or contains a value that is not finite.

    Notes
    -----
    keras-rs's ``PairwiseLogisticLoss``.

    Examples
    --------
    >>> from shortlist import losses
    >>> round(losses.pairwise_logistic([1, 0], [0.0, 0.0]), 4)
    0.3466
    """
    return _loss_of_lists("pairwise_logistic", y_true, y_pred, sample_weight, mask, temperature, gradient)


@overload
def pairwise_soft_zero_one(
    y_true: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    sample_weight: npt.ArrayLike | None = None,
    mask: npt.ArrayLike | None = None,
    *,
    temperature: float = 1.0,
    gradient: Literal[False] = False,
) -> float: ...
@overload
def pairwise_soft_zero_one(
    y_true: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    sample_weight: npt.ArrayLike | None = None,
    mask: npt.ArrayLike | None = None,
    *,
    temperature: float = 1.0,
    gradient: Literal[True],
) -> tuple[float, Floats]: ...
@overload
def pairwise_soft_zero_one(
    y_true: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    sample_weight: npt.ArrayLike | None = None,
    mask: npt.ArrayLike | None = None,
    *,
    temperature: float = 1.0,
    gradient: bool,
) -> float | tuple[float, Floats]: ...
def pairwise_soft_zero_one(
    y_true: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    sample_weight: npt.ArrayLike | None = None,
    mask: npt.ArrayLike | None = None,
    *,
    temperature: float = 1.0,
    gradient: bool = False,
) -> float | tuple[float, Floats]:
    """Return the smooth number of wrong pairs of rows of a list.

    The sum of w_i (1 - sigmoid(d)) over the pairs with y_true_i > y_true_j, d = (y_pred_i - y_pred_j) / temperature.

    Parameters
    ----------
    y_true : array_like, shape [rows] or [lists, rows]
        Labels. Rows with a label below 0 are left out of their list, but count in the divisor.
    y_pred : array_like, of the shape of ``y_true``
        Scores.
    sample_weight : array_like, optional
        Weights of the rows, or one weight for each list. The weight of a row i is that of its pairs (i, j).
    mask : array_like of bool, of the shape of ``y_true``, optional
        Rows to keep; the others are treated like those with a label below 0.
    temperature : float
        Divides the scores; above 0.
    gradient : bool
        Whether to return the gradient as well.

    Returns
    -------
    loss : float
        The sum over all pairs, divided by the number of rows.
    gradient : ndarray of float32, of the shape of ``y_pred``
        The derivative of the loss by each score. Only with ``gradient=True``.

    Raises
    ------
    DataError
        If an array is empty, has another shape, or contains a value that is not finite.

    Notes
    -----
    keras-rs's ``PairwiseSoftZeroOneLoss``.

    Examples
    --------
    >>> from shortlist import losses
    >>> losses.pairwise_soft_zero_one([1, 0], [0.0, 0.0])
    0.25
    """
    return _loss_of_lists("pairwise_soft_zero_one", y_true, y_pred, sample_weight, mask, temperature, gradient)


@overload
def pairwise_mean_squared_error(
    y_true: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    sample_weight: npt.ArrayLike | None = None,
    mask: npt.ArrayLike | None = None,
    *,
    gradient: Literal[False] = False,
) -> float: ...
@overload
def pairwise_mean_squared_error(
    y_true: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    sample_weight: npt.ArrayLike | None = None,
    mask: npt.ArrayLike | None = None,
    *,
    gradient: Literal[True],
) -> tuple[float, Floats]: ...
@overload
def pairwise_mean_squared_error(
    y_true: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    sample_weight: npt.ArrayLike | None = None,
    mask: npt.ArrayLike | None = None,
    *,
    gradient: bool,
) -> float | tuple[float, Floats]: ...
def pairwise_mean_squared_error(
    y_true: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    sample_weight: npt.ArrayLike | None = None,
    mask: npt.ArrayLike | None = None,
    *,
    gradient: bool = False,
) -> float | tuple[float, Floats]:
    """Return the squared errors of all differences of rows of a list.

    The sum of w_i ((y_true_i - y_true_j) - (y_pred_i - y_pred_j))² over all pairs of a list.

    Parameters
    ----------
    y_true : array_like, shape [rows] or [lists, rows]
        Labels. Rows with a label below 0 are left out of their list, but count in the divisor.
    y_pred : array_like, of the shape of ``y_true``
        Scores.
    sample_weight : array_like, optional
        Weights of the rows, or one weight for each list. The weight of a row i is that of its pairs (i, j).
    mask : array_like of bool, of the shape of ``y_true``, optional
        Rows to keep; the others are treated like those with a label below 0.
    gradient : bool
        Whether to return the gradient as well.

    Returns
    -------
    loss : float
        The sum over all pairs, divided by the number of rows.
    gradient : ndarray of float32, of the shape of ``y_pred``
        The derivative of the loss by each score. Only with ``gradient=True``.

    Raises
    ------
    DataError
        If an array is empty, has another shape, or contains a value that is not finite.

    Notes
    -----
    keras-rs's ``PairwiseMeanSquaredError``, which ignores its temperature.

    Examples
    --------
    >>> from shortlist import losses
    >>> losses.pairwise_mean_squared_error([1, 0, 1, 3], [1.0, 3.0, 2.0, 4.0])
    9.5
    """
    return _loss_of_lists("pairwise_mean_squared_error", y_true, y_pred, sample_weight, mask, 1.0, gradient)


@overload
def list_mle(
    y_true: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    sample_weight: npt.ArrayLike | None = None,
    mask: npt.ArrayLike | None = None,
    *,
    temperature: float = 1.0,
    gradient: Literal[False] = False,
) -> float: ...
@overload
def list_mle(
    y_true: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    sample_weight: npt.ArrayLike | None = None,
    mask: npt.ArrayLike | None = None,
    *,
    temperature: float = 1.0,
    gradient: Literal[True],
) -> tuple[float, Floats]: ...
@overload
def list_mle(
    y_true: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    sample_weight: npt.ArrayLike | None = None,
    mask: npt.ArrayLike | None = None,
    *,
    temperature: float = 1.0,
    gradient: bool,
) -> float | tuple[float, Floats]: ...
def list_mle(
    y_true: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    sample_weight: npt.ArrayLike | None = None,
    mask: npt.ArrayLike | None = None,
    *,
    temperature: float = 1.0,
    gradient: bool = False,
) -> float | tuple[float, Floats]:
    """Return the negative log likelihood of the labels' order.

    The sum of w_i (log Σ_{j ≥ i} exp z_j - z_i) over a list by descending label, z = y_pred / temperature. Equal labels
    keep their order.

    Parameters
    ----------
    y_true : array_like, shape [rows] or [lists, rows]
        Labels. Rows with a label below 0 are left out of their list, but count in the divisor.
    y_pred : array_like, of the shape of ``y_true``
        Scores.
    sample_weight : array_like, optional
        One weight for each list, or weights of the rows.
    mask : array_like of bool, of the shape of ``y_true``, optional
        Rows to keep; the others are treated like those with a label below 0.
    temperature : float
        Divides the scores; above 0.
    gradient : bool
        Whether to return the gradient as well.

    Returns
    -------
    loss : float
        The mean over the lists.
    gradient : ndarray of float32, of the shape of ``y_pred``
        The derivative of the loss by each score. Only with ``gradient=True``.

    Raises
    ------
    DataError
        If an array is empty, has another shape, or contains a value that is not finite.

    Notes
    -----
    keras-rs's ``ListMLELoss``.

    Examples
    --------
    >>> from shortlist import losses
    >>> round(losses.list_mle([0, 1], [0.0, 0.0]), 4)
    0.6931
    """
    return _loss_of_lists("list_mle", y_true, y_pred, sample_weight, mask, temperature, gradient)


@overload
def listwise_softmax(
    y_true: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    sample_weight: npt.ArrayLike | None = None,
    mask: npt.ArrayLike | None = None,
    *,
    temperature: float = 1.0,
    gradient: Literal[False] = False,
) -> float: ...
@overload
def listwise_softmax(
    y_true: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    sample_weight: npt.ArrayLike | None = None,
    mask: npt.ArrayLike | None = None,
    *,
    temperature: float = 1.0,
    gradient: Literal[True],
) -> tuple[float, Floats]: ...
@overload
def listwise_softmax(
    y_true: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    sample_weight: npt.ArrayLike | None = None,
    mask: npt.ArrayLike | None = None,
    *,
    temperature: float = 1.0,
    gradient: bool,
) -> float | tuple[float, Floats]: ...
def listwise_softmax(
    y_true: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    sample_weight: npt.ArrayLike | None = None,
    mask: npt.ArrayLike | None = None,
    *,
    temperature: float = 1.0,
    gradient: bool = False,
) -> float | tuple[float, Floats]:
    """Return the cross-entropy of the labels with the softmax of a list's scores.

    The sum of -w_i y_true_i log softmax(y_pred / temperature)_i over a list.

    Parameters
    ----------
    y_true : array_like, shape [rows] or [lists, rows]
        Labels. Rows with a label below 0 are left out of their list, but count in the divisor.
    y_pred : array_like, of the shape of ``y_true``
        Scores.
    sample_weight : array_like, optional
        One weight for each list, or weights of the rows.
    mask : array_like of bool, of the shape of ``y_true``, optional
        Rows to keep; the others are treated like those with a label below 0.
    temperature : float
        Divides the scores; above 0.
    gradient : bool
        Whether to return the gradient as well.

    Returns
    -------
    loss : float
        The mean over the lists.
    gradient : ndarray of float32, of the shape of ``y_pred``
        The derivative of the loss by each score. Only with ``gradient=True``.

    Raises
    ------
    DataError
        If an array is empty, has another shape, or contains a value that is not finite.

    Notes
    -----
    Keras's ``CategoricalCrossentropy(from_logits=True)``, with a list as a row.

    Examples
    --------
    >>> from shortlist import losses
    >>> round(losses.listwise_softmax([1, 0], [0.0, 0.0]), 4)
    0.6931
    """
    return _loss_of_lists("listwise_softmax", y_true, y_pred, sample_weight, mask, temperature, gradient)
