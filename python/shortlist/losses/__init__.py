"""The losses that training minimises, on NumPy arrays.

Each function calls the code that training calls. Arguments are those of Keras's losses: anything that
``numpy.asarray`` converts to numbers. Values are converted to float32, as in training; sums are in float64.
With ``gradient=True`` a function also returns the gradient that training would propagate, in float32.
"""

from __future__ import annotations

from shortlist.losses._crossentropy import binary_crossentropy
from shortlist.losses._errors import (
    huber,
    log_cosh,
    mean_absolute_error,
    mean_squared_error,
)
from shortlist.losses._in_batch_softmax import in_batch_softmax
from shortlist.losses._lists import list_mle, listwise_softmax
from shortlist.losses._pairs import (
    pairwise_hinge,
    pairwise_logistic,
    pairwise_mean_squared_error,
    pairwise_soft_zero_one,
)

__all__ = [
    "binary_crossentropy",
    "huber",
    "in_batch_softmax",
    "list_mle",
    "listwise_softmax",
    "log_cosh",
    "mean_absolute_error",
    "mean_squared_error",
    "pairwise_hinge",
    "pairwise_logistic",
    "pairwise_mean_squared_error",
    "pairwise_soft_zero_one",
]
