"""A loss of lists, given as matrices of rows."""

from __future__ import annotations

import sys

import numpy as np
import numpy.typing as npt

from shortlist import _core
from shortlist._arguments import shown
from shortlist._arrays import (
    NO_WEIGHTS,
    Array,
    Floats,
    to_flag,
    to_floats,
    to_mask,
    to_numbers,
    to_weights,
)
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


#: The largest float.
MOST = sys.float_info.max


def loss_of_lists(
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
