"""Losses that compare the rows of a list as a whole."""

from __future__ import annotations

from typing import Literal, overload

import numpy.typing as npt

from shortlist._arrays import Floats
from shortlist.losses._loss_of_lists import loss_of_lists


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
    return loss_of_lists("list_mle", y_true, y_pred, sample_weight, mask, temperature, gradient)


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
    return loss_of_lists("listwise_softmax", y_true, y_pred, sample_weight, mask, temperature, gradient)
