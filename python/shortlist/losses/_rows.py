"""Losses of one score and one label per row."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from shortlist import _core
from shortlist._arrays import Floats, to_flag, to_rows
from shortlist._core import DataError


def check_finite(name: str, loss: float) -> float:
    if math.isfinite(loss):
        return loss
    raise DataError(f"{name}: the loss is {loss}, because values are too large for float32: need smaller ones")


def loss_of_rows(
    settings: dict[str, Any],
    y_true: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    sample_weight: npt.ArrayLike | None,
    mask: npt.ArrayLike | None,
    gradient: bool,
) -> float | tuple[float, Floats]:
    rows = to_rows(y_true, y_pred, sample_weight, mask)
    if not len(rows.y_true):
        raise DataError("mask: is False in every row, need at least one row that is kept")
    slopes: Floats | None
    loss: float
    no_groups = np.empty(0, np.uint32)
    loss, slopes = _core.ranking_loss(
        settings, rows.y_true, rows.y_pred, rows.weight, no_groups, to_flag("gradient", gradient)
    )
    check_finite(settings["loss"], loss)
    if slopes is None:
        return loss
    if rows.kept is None:
        return loss, slopes
    all_slopes = np.zeros(len(rows.kept), np.float32)
    all_slopes[rows.kept] = slopes
    return loss, all_slopes
