"""Losses of the error, the prediction minus the label."""

from __future__ import annotations

from typing import Literal, overload

import numpy.typing as npt

from shortlist._arrays import Floats
from shortlist.losses._rows import loss_of_rows


@overload
def mean_squared_error(
    y_true: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    sample_weight: npt.ArrayLike | None = None,
    mask: npt.ArrayLike | None = None,
    *,
    gradient: Literal[False] = False,
) -> float: ...
@overload
def mean_squared_error(
    y_true: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    sample_weight: npt.ArrayLike | None = None,
    mask: npt.ArrayLike | None = None,
    *,
    gradient: Literal[True],
) -> tuple[float, Floats]: ...
@overload
def mean_squared_error(
    y_true: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    sample_weight: npt.ArrayLike | None = None,
    mask: npt.ArrayLike | None = None,
    *,
    gradient: bool,
) -> float | tuple[float, Floats]: ...
def mean_squared_error(
    y_true: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    sample_weight: npt.ArrayLike | None = None,
    mask: npt.ArrayLike | None = None,
    *,
    gradient: bool = False,
) -> float | tuple[float, Floats]:
    """Return the mean of the squared errors.

    loss = Σ w (y_pred - y_true)² / rows, and its gradient is 2 w (y_pred - y_true) / rows.

    Parameters
    ----------
    y_true : array_like, shape [rows]
        Labels.
    y_pred : array_like, shape [rows]
        Predictions of the labels.
    sample_weight : array_like, shape [rows], optional
        Weights of at least 0; 1 by default. As in Keras, they do not change the divisor of the mean.
    mask : array_like of bool, shape [rows], optional
        Rows to keep. The loss is that of these rows alone, as if the others were not there.
    gradient : bool
        Whether to return the gradient as well.

    Returns
    -------
    loss : float
        The mean over the rows.
    gradient : ndarray of float32, shape [rows]
        The derivative of the loss by each of ``y_pred``, 0 for masked rows. Only with ``gradient=True``.

    Raises
    ------
    DataError
        If an array is empty, has another shape, or contains a value that is not finite.

    Notes
    -----
    Keras's ``MeanSquaredError``.

    Examples
    --------
    >>> from shortlist import losses
    >>> losses.mean_squared_error([1, 2], [1.5, 4])
    2.125
    >>> losses.mean_squared_error([1, 2], [1.5, 4], gradient=True)
    (2.125, array([0.5, 2. ], dtype=float32))
    """
    settings = {"loss": "mean_squared_error"}
    return loss_of_rows(settings, y_true, y_pred, sample_weight, mask, gradient)


@overload
def mean_absolute_error(
    y_true: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    sample_weight: npt.ArrayLike | None = None,
    mask: npt.ArrayLike | None = None,
    *,
    gradient: Literal[False] = False,
) -> float: ...
@overload
def mean_absolute_error(
    y_true: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    sample_weight: npt.ArrayLike | None = None,
    mask: npt.ArrayLike | None = None,
    *,
    gradient: Literal[True],
) -> tuple[float, Floats]: ...
@overload
def mean_absolute_error(
    y_true: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    sample_weight: npt.ArrayLike | None = None,
    mask: npt.ArrayLike | None = None,
    *,
    gradient: bool,
) -> float | tuple[float, Floats]: ...
def mean_absolute_error(
    y_true: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    sample_weight: npt.ArrayLike | None = None,
    mask: npt.ArrayLike | None = None,
    *,
    gradient: bool = False,
) -> float | tuple[float, Floats]:
    """Return the mean of the absolute errors.

    loss = Σ w abs(y_pred - y_true) / rows. Its gradient is w sign(y_pred - y_true) / rows, 0 without an error.

    Parameters
    ----------
    y_true : array_like, shape [rows]
        Labels.
    y_pred : array_like, shape [rows]
        Predictions of the labels.
    sample_weight : array_like, shape [rows], optional
        Weights of at least 0; 1 by default. As in Keras, they do not change the divisor of the mean.
    mask : array_like of bool, shape [rows], optional
        Rows to keep. The loss is that of these rows alone, as if the others were not there.
    gradient : bool
        Whether to return the gradient as well.

    Returns
    -------
    loss : float
        The mean over the rows.
    gradient : ndarray of float32, shape [rows]
        The derivative of the loss by each of ``y_pred``, 0 for masked rows. Only with ``gradient=True``.

    Raises
    ------
    DataError
        If an array is empty, has another shape, or contains a value that is not finite.

    Notes
    -----
    Keras's ``MeanAbsoluteError``.

    Examples
    --------
    >>> from shortlist import losses
    >>> losses.mean_absolute_error([1, 2], [1.5, 4])
    1.25
    """
    settings = {"loss": "mean_absolute_error"}
    return loss_of_rows(settings, y_true, y_pred, sample_weight, mask, gradient)


@overload
def huber(
    y_true: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    sample_weight: npt.ArrayLike | None = None,
    mask: npt.ArrayLike | None = None,
    *,
    delta: float = 1.0,
    gradient: Literal[False] = False,
) -> float: ...
@overload
def huber(
    y_true: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    sample_weight: npt.ArrayLike | None = None,
    mask: npt.ArrayLike | None = None,
    *,
    delta: float = 1.0,
    gradient: Literal[True],
) -> tuple[float, Floats]: ...
@overload
def huber(
    y_true: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    sample_weight: npt.ArrayLike | None = None,
    mask: npt.ArrayLike | None = None,
    *,
    delta: float = 1.0,
    gradient: bool,
) -> float | tuple[float, Floats]: ...
def huber(
    y_true: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    sample_weight: npt.ArrayLike | None = None,
    mask: npt.ArrayLike | None = None,
    *,
    delta: float = 1.0,
    gradient: bool = False,
) -> float | tuple[float, Floats]:
    """Return the mean of the Huber losses: squared for small errors, linear for large ones.

    With e = y_pred - y_true, a row adds w e² / 2 if abs(e) <= delta, and w delta (abs(e) - delta / 2) otherwise.

    Parameters
    ----------
    y_true : array_like, shape [rows]
        Labels.
    y_pred : array_like, shape [rows]
        Predictions of the labels.
    sample_weight : array_like, shape [rows], optional
        Weights of at least 0; 1 by default. As in Keras, they do not change the divisor of the mean.
    mask : array_like of bool, shape [rows], optional
        Rows to keep. The loss is that of these rows alone, as if the others were not there.
    delta : float
        The error above 0 at which the loss becomes linear.
    gradient : bool
        Whether to return the gradient as well.

    Returns
    -------
    loss : float
        The mean over the rows.
    gradient : ndarray of float32, shape [rows]
        The derivative of the loss by each of ``y_pred``, 0 for masked rows. Only with ``gradient=True``.

    Raises
    ------
    DataError
        If an array is empty, has another shape, or contains a value that is not finite.
    ConfigError
        If ``delta`` is not above 0.

    Notes
    -----
    Keras's ``Huber``.

    Examples
    --------
    >>> from shortlist import losses
    >>> losses.huber([1, 2], [1.5, 4], delta=1)
    0.8125
    """
    settings = {"loss": "huber", "delta": delta}
    return loss_of_rows(settings, y_true, y_pred, sample_weight, mask, gradient)


@overload
def log_cosh(
    y_true: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    sample_weight: npt.ArrayLike | None = None,
    mask: npt.ArrayLike | None = None,
    *,
    gradient: Literal[False] = False,
) -> float: ...
@overload
def log_cosh(
    y_true: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    sample_weight: npt.ArrayLike | None = None,
    mask: npt.ArrayLike | None = None,
    *,
    gradient: Literal[True],
) -> tuple[float, Floats]: ...
@overload
def log_cosh(
    y_true: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    sample_weight: npt.ArrayLike | None = None,
    mask: npt.ArrayLike | None = None,
    *,
    gradient: bool,
) -> float | tuple[float, Floats]: ...
def log_cosh(
    y_true: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    sample_weight: npt.ArrayLike | None = None,
    mask: npt.ArrayLike | None = None,
    *,
    gradient: bool = False,
) -> float | tuple[float, Floats]:
    """Return the mean of the logarithms of the hyperbolic cosine of the errors.

    loss = Σ w log(cosh(y_pred - y_true)) / rows, and its gradient is w tanh(y_pred - y_true) / rows.

    Parameters
    ----------
    y_true : array_like, shape [rows]
        Labels.
    y_pred : array_like, shape [rows]
        Predictions of the labels.
    sample_weight : array_like, shape [rows], optional
        Weights of at least 0; 1 by default. As in Keras, they do not change the divisor of the mean.
    mask : array_like of bool, shape [rows], optional
        Rows to keep. The loss is that of these rows alone, as if the others were not there.
    gradient : bool
        Whether to return the gradient as well.

    Returns
    -------
    loss : float
        The mean over the rows.
    gradient : ndarray of float32, shape [rows]
        The derivative of the loss by each of ``y_pred``, 0 for masked rows. Only with ``gradient=True``.

    Raises
    ------
    DataError
        If an array is empty, has another shape, or contains a value that is not finite.

    Notes
    -----
    Keras's ``LogCosh``.

    Examples
    --------
    >>> from shortlist import losses
    >>> round(losses.log_cosh([1, 2], [1.5, 4]), 4)
    0.7226
    """
    settings = {"loss": "log_cosh"}
    return loss_of_rows(settings, y_true, y_pred, sample_weight, mask, gradient)
