"""Losses that compare the rows of a list in pairs."""

from __future__ import annotations

from typing import Literal, overload

import numpy.typing as npt

from shortlist._arrays import Floats
from shortlist.losses._loss_of_lists import loss_of_lists


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
    return loss_of_lists("pairwise_hinge", y_true, y_pred, sample_weight, mask, temperature, gradient)


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
    return loss_of_lists("pairwise_logistic", y_true, y_pred, sample_weight, mask, temperature, gradient)


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
    return loss_of_lists("pairwise_soft_zero_one", y_true, y_pred, sample_weight, mask, temperature, gradient)


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
    return loss_of_lists("pairwise_mean_squared_error", y_true, y_pred, sample_weight, mask, 1.0, gradient)
