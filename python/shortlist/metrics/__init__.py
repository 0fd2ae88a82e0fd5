"""The metrics of evaluation, on NumPy arrays.

Each function calls the code that ``evaluate`` and ``train`` call, and the names are those of their reports.
Arguments are those of Keras's and keras-rs's metrics: anything that ``numpy.asarray`` converts to numbers. Values
are converted to float32, as in the engine, so scores that differ only beyond float32 are ties. Sums are in float64.
A mean over rows without weight is 0, as in Keras.

Metrics of retrieval rank an item by the scores of all items in one of two ways. ``top_k_accuracy``, ``mrr`` and
``mean_rank`` count ties against the model; ``keras_top_k_accuracy`` counts them for the model, as TensorFlow does.
"""

from __future__ import annotations

from shortlist.metrics._catalogue import coverage, diversity, gini, novelty
from shortlist.metrics._classes import (
    accuracy,
    auc,
    calibration_error,
    gauc,
    keras_auc,
    log_loss,
)
from shortlist.metrics._intervals import bootstrap_interval
from shortlist.metrics._lists import hit, precision, recall, user_figures
from shortlist.metrics._positions import average_precision, ndcg, reciprocal_rank
from shortlist.metrics._ranks import Ranks, factorized_ranks, rank_figures, ranks
from shortlist.metrics._ratings import group_figures, mae, rating_figures, rmse
from shortlist.metrics._top_k import (
    keras_top_k_accuracy,
    mean_rank,
    mrr,
    top_k_accuracy,
)

__all__ = [
    "Ranks",
    "accuracy",
    "auc",
    "average_precision",
    "bootstrap_interval",
    "calibration_error",
    "coverage",
    "diversity",
    "factorized_ranks",
    "gauc",
    "gini",
    "group_figures",
    "hit",
    "keras_auc",
    "keras_top_k_accuracy",
    "log_loss",
    "mae",
    "mean_rank",
    "mrr",
    "ndcg",
    "novelty",
    "precision",
    "rank_figures",
    "ranks",
    "rating_figures",
    "recall",
    "reciprocal_rank",
    "rmse",
    "top_k_accuracy",
    "user_figures",
]
