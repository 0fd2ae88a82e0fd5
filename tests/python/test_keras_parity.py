"""Metrics and losses against Keras 3 and keras-rs, where they are installed: pip install keras keras-rs jax."""

import os

import numpy as np
import pytest

from shortlist import losses, metrics

os.environ.setdefault("KERAS_BACKEND", "jax")
keras = pytest.importorskip("keras", reason="needs Keras: pip install keras keras-rs jax")
keras_rs = pytest.importorskip("keras_rs", reason="needs keras-rs: pip install keras-rs")

ROWS, ITEMS = 300, 12


@pytest.fixture
def random():
    return np.random.default_rng(20)


def measured(metric, y_true, y_pred, **arguments):
    metric.update_state(y_true, y_pred, **arguments)
    return float(metric.result())


def float32(values):
    return np.asarray(values, np.float32)


# Ratings


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        (metrics.rmse, keras.metrics.RootMeanSquaredError),
        (metrics.mae, keras.metrics.MeanAbsoluteError),
        (metrics.accuracy, keras.metrics.BinaryAccuracy),
        (metrics.keras_auc, keras.metrics.AUC),
    ],
)
def test_rating_metrics_are_those_of_keras(mine, theirs, weighted, random):
    y_true = float32(random.integers(0, 2, ROWS))
    y_pred = float32(np.clip(random.beta(2, 3, ROWS) + 0.2 * y_true, 0, 1))
    y_pred[::7] = np.round(y_pred[::7] * 4) / 4
    arguments = {"sample_weight": float32(random.uniform(0, 3, ROWS))} if weighted else {}
    expected = measured(theirs(), y_true[:, None], y_pred[:, None], **arguments)
    assert mine(y_true, y_pred, **arguments) == pytest.approx(expected, rel=1e-5)


def test_log_loss_is_that_of_keras(random):
    y_true, y_pred = float32(random.integers(0, 2, ROWS)), float32(random.uniform(0.01, 0.99, ROWS))
    expected = measured(keras.metrics.BinaryCrossentropy(), y_true, y_pred)
    assert metrics.log_loss(y_true, y_pred) == pytest.approx(expected, rel=1e-5)


# Retrieval


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("k", [1, 3, 10])
def test_top_k_accuracy_is_that_of_keras(k, weighted, random):
    own, scores = random.integers(0, ITEMS, ROWS), float32(random.normal(size=(ROWS, ITEMS)))
    arguments = {"sample_weight": float32(random.uniform(0, 3, ROWS))} if weighted else {}
    matrix = float32(np.eye(ITEMS)[own])
    for theirs, labels in (
        (keras.metrics.SparseTopKCategoricalAccuracy(k), own),
        (keras.metrics.TopKCategoricalAccuracy(k), matrix),
    ):
        expected = measured(theirs, labels, scores, **arguments)
        assert metrics.top_k_accuracy(labels, scores, k, **arguments) == pytest.approx(expected, rel=1e-5)
        assert metrics.keras_top_k_accuracy(labels, scores, k, **arguments) == pytest.approx(expected, rel=1e-5)


def test_mrr_is_that_of_keras_rs(random):
    own, scores = random.integers(0, ITEMS, ROWS), float32(random.normal(size=(ROWS, ITEMS)))
    expected = measured(keras_rs.metrics.MeanReciprocalRank(), float32(np.eye(ITEMS)[own]), scores)
    assert metrics.mrr(own, scores) == pytest.approx(expected, rel=1e-5)


def lists(random, grades):
    """Relevance with at least one relevant item per list, scores without ties, and a mask that keeps that item."""
    relevance = random.integers(1, grades + 1, (ROWS, ITEMS)) * (random.uniform(size=(ROWS, ITEMS)) < 0.3)
    first = random.integers(0, ITEMS, ROWS)
    relevance[np.arange(ROWS), first] = 1
    mask = random.uniform(size=(ROWS, ITEMS)) < 0.7
    mask[np.arange(ROWS), first] = True
    return float32(relevance), float32(random.normal(size=(ROWS, ITEMS))), mask


@pytest.mark.parametrize("k", [1, 4, ITEMS])
def test_recall_is_that_of_keras_rs(k, random):
    relevance, scores, mask = lists(random, 1)
    expected = measured(keras_rs.metrics.RecallAtK(k=k), relevance, scores)
    assert metrics.recall(relevance, scores, k) == pytest.approx(expected, rel=1e-5)
    expected = measured(keras_rs.metrics.RecallAtK(k=k), {"labels": relevance, "mask": mask}, scores)
    assert metrics.recall(relevance, scores, k, mask=mask) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("k", [1, 4, ITEMS])
def test_ndcg_is_that_of_keras_rs(k, random):
    relevance, scores, mask = lists(random, 3)
    gains = 2**relevance - 1
    expected = measured(keras_rs.metrics.NDCG(k=k), relevance, scores)
    assert metrics.ndcg(gains, scores, k) == pytest.approx(expected, rel=1e-5)
    expected = measured(keras_rs.metrics.NDCG(k=k), {"labels": relevance, "mask": mask}, scores)
    assert metrics.ndcg(gains, scores, k, mask=mask) == pytest.approx(expected, rel=1e-5)
    left_out = np.where(mask, relevance, -1)
    assert metrics.ndcg(np.where(mask, gains, -1), scores, k) == pytest.approx(
        measured(keras_rs.metrics.NDCG(k=k), left_out, scores), rel=1e-5
    )


# Losses


def gradient_of(function, *arrays):
    jax = pytest.importorskip("jax", reason="gradients need jax")
    return [np.asarray(each) for each in jax.grad(function, argnums=tuple(range(len(arrays))))(*arrays)]


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        (losses.mean_squared_error, keras.losses.MeanSquaredError()),
        (losses.mean_absolute_error, keras.losses.MeanAbsoluteError()),
        (losses.huber, keras.losses.Huber()),
        (lambda *a, **b: losses.huber(*a, **b, delta=0.3), keras.losses.Huber(delta=0.3)),
        (losses.log_cosh, keras.losses.LogCosh()),
        (losses.binary_crossentropy, keras.losses.BinaryCrossentropy(from_logits=True)),
    ],
)
def test_losses_of_labels_are_those_of_keras(mine, theirs, weighted, random):
    y_true, y_pred = float32(random.uniform(0, 1, ROWS)), float32(random.normal(0, 2, ROWS))
    weight = float32(random.uniform(0, 3, ROWS)) if weighted else None
    columns = None if weight is None else weight[:, None]
    value, gradient = mine(y_true, y_pred, weight, gradient=True)

    def expected(predictions):
        return theirs(y_true[:, None], predictions[:, None], sample_weight=columns)

    assert value == pytest.approx(float(expected(y_pred)), rel=1e-5)
    np.testing.assert_allclose(gradient, gradient_of(expected, y_pred)[0], rtol=1e-4, atol=1e-7)


def test_a_mask_of_a_loss_is_that_of_keras(random):
    y_true, y_pred = float32(random.uniform(0, 1, (ROWS, 1))), float32(random.normal(0, 2, (ROWS, 1)))
    mask = random.uniform(size=ROWS) < 0.6
    predictions = keras.ops.convert_to_tensor(y_pred)
    keras.src.backend.set_keras_mask(predictions, keras.ops.convert_to_tensor(mask))
    expected = float(keras.losses.MeanSquaredError()(y_true, predictions))
    assert losses.mean_squared_error(y_true, y_pred, mask=mask) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("reduction", ["sum", "mean"])
def test_in_batch_softmax_is_that_of_keras_rs(reduction, random):
    """The steps of a retrieval model of keras-rs: products, temperature, sampling correction, cross-entropy."""
    queries, candidates = float32(random.normal(size=(60, 8))), float32(random.normal(size=(75, 8)))
    weight, share = float32(random.uniform(0, 2, 60)), float32(random.uniform(1e-3, 0.1, 75))
    correct = keras_rs.layers.SamplingProbabilityCorrection()
    theirs = keras.losses.CategoricalCrossentropy(
        from_logits=True, reduction="sum" if reduction == "sum" else "sum_over_batch_size"
    )

    def expected(q, c):
        logits = correct(keras.ops.matmul(q, keras.ops.transpose(c)) / 0.2, share)
        return theirs(np.eye(60, 75, dtype=np.float32), logits, sample_weight=weight)

    value, dqueries, dcandidates = losses.in_batch_softmax(
        queries,
        candidates,
        weight,
        candidate_sampling_probability=share,
        temperature=0.2,
        reduction=reduction,
        gradient=True,
    )
    assert value == pytest.approx(float(expected(queries, candidates)), rel=1e-5)
    for mine, other in zip((dqueries, dcandidates), gradient_of(expected, queries, candidates), strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-3, atol=1e-4 * np.abs(other).max())
