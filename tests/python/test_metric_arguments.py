"""Arguments of the metrics: kinds of arrays, errors that name them, and the examples of the docstrings."""

import doctest
import importlib
import inspect
import pkgutil

import numpy as np
import pandas as pd
import polars as pl
import pytest

import shortlist as sl
from shortlist import metrics

RATING_METRICS = [metrics.rmse, metrics.mae, metrics.log_loss, metrics.accuracy, metrics.auc, metrics.keras_auc]


@pytest.mark.parametrize(
    "convert",
    [
        list,
        pd.Series,
        pl.Series,
        lambda values: np.array(values, np.float64)[:, None],
        lambda values: np.array(values, ">f8"),
        lambda values: np.repeat(np.array(values, np.float16), 2)[::2],
        lambda values: pd.Series(values, dtype="Float64"),
        lambda values: [str(value) == "1" for value in values],
    ],
)
def test_arrays_of_all_kinds_are_read(convert):
    assert metrics.rmse(convert([1, 0, 1]), convert([1, 1, 1])) == pytest.approx(np.sqrt(1 / 3))


def test_arguments_are_not_changed():
    scores, own, gains = np.float32([[1, 2], [4, 3]]), np.array([0, 1]), np.float32([[1, 0], [2, 1]])
    for array in (scores, own, gains):
        array.flags.writeable = False
    before = scores.copy(), own.copy(), gains.copy()
    metrics.ranks(own, scores), metrics.ndcg(gains, scores, k=3), metrics.rmse(own, own, own)
    for array, copy in zip((scores, own, gains), before, strict=True):
        assert (array == copy).all()


SQUARE = np.arange(9.0).reshape(3, 3)
WRONG = [
    (sl.DataError, "y_true: is empty", lambda: metrics.rmse([], [])),
    (sl.DataError, r"y_pred: got an array of the shape \(2,\), need \(3,\)", lambda: metrics.rmse([1, 2, 3], [1, 2])),
    (sl.DataError, r"y_pred\[1\]: got nan, need a finite", lambda: metrics.mae([1, 2], [1, np.nan])),
    (sl.DataError, r"y_true\[0\]: got 1e\+300", lambda: metrics.mae([1e300, 2], [1, 2])),
    (sl.DataError, r"sample_weight\[1\]: got -1", lambda: metrics.rmse([1, 2], [1, 2], [1, -1])),
    (sl.DataError, r"mask\[1\]: got 2, need True or False", lambda: metrics.rmse([1, 2], [1, 2], mask=[1, 2])),
    (sl.DataError, r"mask: .*need \(2,\)", lambda: metrics.rmse([1, 2], [1, 2], mask=[True])),
    (sl.DataError, "y_true: got values of the type", lambda: metrics.rmse(["a", "b"], [1, 2])),
    (sl.DataError, "y_true: is not an array of numbers", lambda: metrics.rmse([[1, 2], [3]], [1, 2])),
    (sl.DataError, r"y_true\[1\]: got nan", lambda: metrics.rmse([1, None], [1, 2])),
    (sl.DataError, r"y_true: got a single value", lambda: metrics.rmse(1, 2)),
    (sl.DataError, r"y_true: .*need \[rows\]", lambda: metrics.rmse(SQUARE, SQUARE)),
    (sl.DataError, r"y_true\[1\]: got 2.0, need the label 0 or 1", lambda: metrics.auc([1, 2], [0.5, 0.5])),
    (sl.DataError, r"y_pred\[0\]: got 1.5, need a probability", lambda: metrics.log_loss([1, 0], [1.5, 0.5])),
    (sl.DataError, "only the label 1 with a positive", lambda: metrics.auc([1, 1, 0], [1, 0, 1], [1, 1, 0])),
    (
        sl.DataError,
        r"y_true\[1\]: got 3, need the position of one of the 3 items",
        lambda: metrics.ranks([0, 3, 0], SQUARE),
    ),
    (sl.DataError, r"y_true\[0\]: got 0.5", lambda: metrics.ranks([0.5, 1, 0], SQUARE)),
    (sl.DataError, r"y_true\[0\]: got -1", lambda: metrics.mrr([-1, 1, 0], SQUARE)),
    (
        sl.DataError,
        r"y_true\[1\]: marks 2 items, need one",
        lambda: metrics.mrr(np.eye(3) + [[0] * 3, [1, 0, 0], [0] * 3], SQUARE),
    ),
    (sl.DataError, r"y_true\[0\]: marks 0 items", lambda: metrics.mrr(np.zeros((3, 3)), SQUARE)),
    (sl.DataError, r"y_pred\[1, 2\]: got inf", lambda: metrics.ranks([0, 0], [[1, 2, 3], [1, 2, np.inf]])),
    (sl.DataError, r"y_pred: .*need \[rows, items\]", lambda: metrics.ranks([0, 1], [1, 2])),
    (sl.DataError, r"mask: .*need \(3, 3\)", lambda: metrics.ranks([0, 1, 2], SQUARE, mask=[[True]])),
    (
        sl.DataError,
        "candidate_embeddings: got the width 2, need 3",
        lambda: metrics.factorized_ranks([0, 1, 2], SQUARE, SQUARE[:, :2]),
    ),
    (sl.ConfigError, "k: got 0, need a whole number from 1", lambda: metrics.top_k_accuracy([0, 1, 2], SQUARE, k=0)),
    (sl.ConfigError, "k: got 1.5, need a whole number", lambda: metrics.ndcg([0, 1, 2], SQUARE, k=1.5)),
    (sl.ConfigError, "k: got 4294967296", lambda: metrics.recall([0, 1, 2], SQUARE, k=2**32)),
    (sl.ConfigError, "ks: is empty", lambda: metrics.rank_figures(metrics.ranks([0], [[1]]), [])),
    (sl.ConfigError, "ks: got 10, need a list", lambda: metrics.rank_figures(metrics.ranks([0], [[1]]), 10)),
    (sl.DataError, "ranks: got no Ranks", lambda: metrics.rank_figures([1, 2])),
    (sl.DataError, r"users: .*need \(3,\)", lambda: metrics.recall([0, 1, 2], SQUARE, 1, users=["a"])),
    (
        sl.DataError,
        "query: is not an array",
        lambda: metrics.user_figures(metrics.ranks([0, 1], SQUARE[:2]), [[1], [2, 3]], [0, 1]),
    ),
    (
        sl.DataError,
        r"y_true \* sample_weight\[0, 0\]",
        lambda: metrics.recall([[1e30, 0]], [[1, 2]], 1, sample_weight=[1e30]),
    ),
    (sl.DataError, r"minus: .*need \(2,\)", lambda: metrics.bootstrap_interval([1, 2], [1, 2, 3])),
    (sl.DataError, "no user has both labels", lambda: metrics.gauc([1, 0], [1, 0], ["a", "b"])),
    (sl.DataError, r"users: .*need \(2,\)", lambda: metrics.gauc([1, 0], [1, 0], ["a"])),
    (sl.DataError, r"y_true\[1\]: got -1", lambda: metrics.group_figures([1, -1], [1, 0], [0, 0])),
    (sl.DataError, r"lists\[1\]\[0\]: got 3, need the position", lambda: metrics.coverage([[0], [3]], 2, items=3)),
    (sl.DataError, "counts: the sum is 0", lambda: metrics.novelty([[0]], 1, counts=[0, 0])),
    (sl.DataError, r"lists\[0\]: got an array", lambda: metrics.gini([[[0, 1]]], 1, items=3)),
    (sl.ConfigError, "seed: got -1", lambda: metrics.bootstrap_interval([1, 2], seed=-1)),
]


@pytest.mark.parametrize(("error", "message", "call"), WRONG, ids=[message for _, message, _ in WRONG])
def test_wrong_arguments_are_named(error, message, call):
    with pytest.raises(error, match=message):
        call()


ODD = [None, 1, "text", [], [[]], [None], np.nan, [np.nan, 1], [1, 2], [[1, 2], [3, 4]], np.ones((2, 2, 2)), [1j, 2],
       {"a": 1}, [[1], [2, 3]], ["1", "2"], object(), np.array(["2020-01-01"], "M8[D]"), [True, False],
       [1e39, 1], b"x"]  # fmt: skip


@pytest.mark.parametrize("name", [name for name in metrics.__all__ if name != "Ranks"])
def test_odd_arguments_raise_errors_of_the_package(name):
    """Each odd value in the place of each argument, whose others are good."""
    function = getattr(metrics, name)
    good = {
        "y_true": [1, 0], "y_pred": [[0.5, 0.2], [0.1, 0.3]], "sample_weight": [1, 2], "mask": [True, True], "k": 1,
        "ks": [1], "ranks": metrics.ranks([1, 0], [[0.5, 0.2], [0.1, 0.3]]), "query": [1, 2], "item": [1, 2],
        "user": [1, 1], "users": [1, 1], "query_embeddings": [[1, 2], [3, 4]], "candidate_embeddings": [[1, 2], [3, 4]],
        "values": [1, 2], "minus": [2, 3], "square_root": False, "seed": 1, "lists": [[0, 1], [1, 0]],
        "items": None if name == "user_figures" else 2, "embeddings": [[1, 2], [3, 4]], "counts": [1, 2],
        "groups": [1, 1], "exponential": False,
    }  # fmt: skip
    if function in RATING_METRICS or name in ("rating_figures", "calibration_error", "gauc", "group_figures"):
        good["y_pred"] = [0.4, 0.6]
    if name in ("ranks", "factorized_ranks"):
        good["mask"] = [[True, True], [True, True]]
    names = list(inspect.signature(function).parameters)
    arguments = {each: good[each] for each in names}
    function(**arguments)
    for each in names:
        for odd in ODD:
            try:
                function(**{**arguments, each: odd})
            except sl.Error as error:
                assert str(error)


def modules_with_examples():
    for package in (metrics, sl.losses):
        for module in pkgutil.iter_modules(package.__path__, package.__name__ + "."):
            yield module.name


@pytest.mark.parametrize("name", list(modules_with_examples()))
def test_examples_of_the_docstrings_run(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_every_function_has_an_example():
    for package in (metrics, sl.losses):
        for name in package.__all__:
            assert ">>> " in getattr(package, name).__doc__ or name == "Ranks", name
