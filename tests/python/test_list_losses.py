"""Losses over lists on arrays: against keras-rs's fixtures, and their properties."""

import json
import pathlib
import struct

import numpy as np
import pytest

import shortlist as sl
from shortlist import losses

FIXTURES = pathlib.Path(__file__).parents[1] / "parity/fixtures"
LOSSES = [
    losses.pairwise_hinge,
    losses.pairwise_logistic,
    losses.pairwise_soft_zero_one,
    losses.pairwise_mean_squared_error,
    losses.list_mle,
    losses.listwise_softmax,
]
each_loss = pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: loss.__name__)


def cases():
    data = (FIXTURES / "list_losses.safetensors").read_bytes()
    size = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8 : 8 + size])
    found = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        begin, end = entry["data_offsets"]
        values = np.frombuffer(data[8 + size + begin : 8 + size + end], np.float32).reshape(entry["shape"])
        case, tensor = name.rsplit("/", 1)
        found.setdefault(case, {})[tensor] = values
    return found


def test_they_are_those_of_keras_rs():
    for name, case in cases().items():
        loss = getattr(losses, name.split("/")[0])
        settings = {} if loss is losses.pairwise_mean_squared_error else {"temperature": float(name.split("/")[2])}
        value, gradient = loss(case["labels"], case["predictions"], case["weights"], gradient=True, **settings)
        assert value == pytest.approx(case["loss"][0], rel=1e-5, abs=1e-5), name
        assert gradient == pytest.approx(case["dpredictions"], rel=1e-4, abs=1e-5), name


@each_loss
def test_a_mask_is_the_same_as_a_label_below_zero(loss):
    labels, scores = [[2, 1, 3], [0, 2, 1]], [[0.5, 1, -1], [0, 0.3, 2]]
    masked = [[2, -1, 3], [0, 2, -1]]
    assert loss(labels, scores, mask=[[1, 0, 1], [1, 1, 0]], gradient=True)[0] == loss(masked, scores)


@each_loss
def test_one_list_may_be_a_vector(loss):
    assert loss([2, 1, 3], [0.5, 1, -1]) == loss([[2, 1, 3]], [[0.5, 1, -1]])


@each_loss
def test_arrays_that_do_not_fit_are_errors(loss):
    with pytest.raises(sl.DataError, match="y_pred"):
        loss([1, 2], [1, 2, 3])
    with pytest.raises(sl.DataError, match="finite"):
        loss([1, 2], [1, np.nan])


def test_the_temperature_is_above_zero():
    with pytest.raises(sl.ConfigError, match="temperature"):
        losses.list_mle([1, 0], [0.0, 1.0], temperature=0)
