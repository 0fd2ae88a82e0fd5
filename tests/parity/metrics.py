#!/usr/bin/env python3
"""Writes fixtures/metrics.safetensors: Keras 2.15's metrics of ratings, and TensorFlow Recommenders' FactorizedTopK. Run with
the Python of tests/parity/setup. shortlist/metrics/parity_test.cc reads the result.
"""
from fixture import Fixture, np, tf
import tensorflow_recommenders as tfrs

metrics = tf.keras.metrics


def add_rating(f, case, predictions, labels, weights, figures):
    f.add(case, "", predictions=predictions, labels=labels, weights=weights)
    for name, metric in figures.items():
        metric.update_state(labels[:, None], predictions[:, None], sample_weight=weights)
        f.tensors[f"{case}/{name}"] = metric.result().numpy().reshape(1)


def add_top_k(f, case, scores, own, weights):
    """Vectors whose products are exactly `scores`, so that neither side rounds and ties are ties."""
    rows, candidates = scores.shape
    layer = tfrs.layers.factorized_top_k.BruteForce(k=candidates)
    layer.index(tf.constant(np.eye(candidates, dtype=np.float32)))
    metric = tfrs.metrics.FactorizedTopK(candidates=layer, ks=(1, 2, 5))
    metric.update_state(tf.constant(scores), tf.constant(np.eye(candidates, dtype=np.float32)[own]), sample_weight=weights)
    f.add(case, "", scores=scores, own=own.astype(np.int32), weights=weights)
    for k, hits in zip((1, 2, 5), metric.result()):
        f.tensors[f"{case}/keras_top_{k}"] = hits.numpy().reshape(1)


def main():
    f = Fixture("metrics")
    for weighted in (False, True):
        rows, word = 301, "weighted" if weighted else "plain"
        draw = lambda: (f.random.uniform(0, 3, rows) if weighted else np.ones(rows)).astype(np.float32)
        add_rating(f, f"ratings/{word}", f.normal(rows) + 4, f.random.integers(1, 6, rows).astype(np.float32), draw(),
                   {"rmse": metrics.RootMeanSquaredError(), "mae": metrics.MeanAbsoluteError()})
        classes = f.random.integers(0, 2, rows).astype(np.float32)
        probabilities = np.clip(f.random.beta(2, 3, rows) + 0.2 * classes, 0, 1).astype(np.float32)
        probabilities[::7] = np.round(probabilities[::7] * 4) / 4  # ties, and exactly 0, .5 and 1
        add_rating(f, f"classes/{word}", probabilities, classes, draw(),
                   {"accuracy": metrics.BinaryAccuracy(), "keras_auc": metrics.AUC(), "rmse": metrics.RootMeanSquaredError()})
        scores = f.random.integers(0, 6, (rows, 11)).astype(np.float32)  # many ties
        add_top_k(f, f"top_k/{word}", scores, f.random.integers(0, 11, rows), draw())
    f.write()


main()
