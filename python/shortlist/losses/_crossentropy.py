"""Losses of the logit of a probability."""

from __future__ import annotations

from typing import Literal, overload

import numpy.typing as npt

from shortlist._arrays import Floats
from shortlist.losses._rows import loss_of_rows


@overload
def binary_crossentropy(
    y_true: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    sample_weight: npt.ArrayLike | None = None,
    mask: npt.ArrayLike | None = None,
    *,
    gradient: Literal[False] = False,
) -> float: ...
@overload
def binary_crossentropy(
    y_true: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    sample_weight: npt.ArrayLike | None = None,
    mask: npt.ArrayLike | None = None,
    *,
    gradient: Literal[True],
) -> tuple[float, Floats]: ...
@overload
def binary_crossentropy(
    y_true: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    sample_weight: npt.ArrayLike | None = None,
    mask: npt.ArrayLike | None = None,
    *,
    gradient: bool,
) -> float | tuple[float, Floats]: ...
def binary_crossentropy(
    y_true: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    sample_weight: npt.ArrayLike | None = None,
    mask: npt.ArrayLike | None = None,
    *,
    gradient: bool = False,
) -> float | tuple[float, Floats]:
    """Return the mean cross-entropy of labels and logits.

    With x = y_pred, loss = Σ w (max(x, 0) - x y_true + log(1 + exp(-abs(x)))) / rows. Its gradient is
    w (sigmoid(x) - y_true) / rows.

    Parameters
    ----------
    y_true : array_like, shape [rows]
        Labels from 0 to 1.
    y_pred : array_like, shape [rows]
        Logits, not probabilities.
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
    Keras's ``BinaryCrossentropy(from_logits=True)``.

    Examples
    --------
    >>> from shortlist import losses
    >>> round(losses.binary_crossentropy([1, 0], [0.0, 0.0]), 4)
    0.6931
    """
    settings = {"loss": "binary_crossentropy"}
    return loss_of_rows(settings, y_true, y_pred, sample_weight, mask, gradient)
