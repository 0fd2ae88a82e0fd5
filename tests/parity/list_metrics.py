#!/usr/bin/env python3
"""Writes fixtures/list_metrics_LIBRARY.safetensors: figures of lists and of clicks by another library. Run as
`list_metrics.py LIBRARY` with a Python that has the library: sklearn or keras_rs. shortlist/metrics/list_parity_test.cc
reads the results.

Both libraries get the same lists. No two scores of a list are equal, because the libraries treat ties in different ways: by
averages, or in a random order.
"""
import os
import sys

from fixture import Fixture, np

LISTS, ITEMS, KS = 40, 25, (1, 5, 10)


def lists(f):
    """Scores without ties, and gains of 0 to 3; each list has a relevant item."""
    scores = np.stack([f.random.permutation(ITEMS) for _ in range(LISTS)]).astype(np.float32) / ITEMS
    gains = np.maximum(f.random.integers(-4, 4, (LISTS, ITEMS)), 0).astype(np.float32)
    gains[np.arange(LISTS), f.random.integers(0, ITEMS, LISTS)] = 1
    return scores, gains


def figure(f, case, name, value):
    f.tensors[f"{case}/{name}"] = np.array([value], np.float32)


def sklearn(f):
    from sklearn.calibration import calibration_curve
    from sklearn.metrics import average_precision_score, log_loss, ndcg_score, roc_auc_score

    scores, gains = lists(f)
    f.add("lists", "", scores=scores, gains=gains)
    for k in KS:
        figure(f, "lists", f"ndcg@{k}", ndcg_score(gains, scores, k=k))
    figure(f, "lists", f"map@{ITEMS}", np.mean([average_precision_score(g > 0, s) for g, s in zip(gains, scores)]))
    figure(f, "lists", "list_auc", np.mean([roc_auc_score(g > 0, s) for g, s in zip(gains, scores)]))
    rows = 600
    labels = f.random.integers(0, 2, rows).astype(np.float32)
    predictions = np.clip(f.random.beta(2, 3, rows) + 0.2 * labels, 0, 1).astype(np.float32)
    predictions[::7] = np.round(predictions[::7] * 4) / 4  # ties
    users = f.random.integers(0, 31, rows).astype(np.int32)
    f.add("clicks", "", predictions=predictions, labels=labels, users=users)
    figure(f, "clicks", "auc", roc_auc_score(labels, predictions))
    figure(f, "clicks", "log_loss", log_loss(labels, np.clip(predictions.astype(np.float64), 1e-7, 1 - 1e-7)))
    both = [u for u in range(31) if len(set(labels[users == u])) == 2]
    of_user = [roc_auc_score(labels[users == u], predictions[users == u]) for u in both]
    figure(f, "clicks", "gauc", np.average(of_user, weights=[np.sum(users == u) for u in both]))
    true, predicted = calibration_curve(labels, predictions, n_bins=15)
    bins = np.searchsorted(np.linspace(0, 1, 16)[1:-1], predictions)
    counts = np.bincount(bins, minlength=15)
    figure(f, "clicks", "calibration_error", np.average(np.abs(true - predicted), weights=counts[counts > 0]))


def keras_rs(f):
    os.environ["KERAS_BACKEND"] = "jax"
    import keras_rs

    scores, gains = lists(f)
    # keras-rs has gains 2^y - 1 in NDCG, and any label above 0 is relevant in the others, with labels of 0 and 1.
    f.add("exponential", "", scores=scores, gains=gains)
    f.add("lists", "", scores=scores, gains=(gains > 0).astype(np.float32))
    kinds = {"mrr": keras_rs.metrics.MeanReciprocalRank, "precision": keras_rs.metrics.PrecisionAtK,
             "recall": keras_rs.metrics.RecallAtK}
    for k in KS:
        for name, kind in kinds.items():
            metric = kind(k=k)
            metric.update_state((gains > 0).astype(np.float32), scores)
            figure(f, "lists", f"{name}@{k}", float(metric.result()))
        metric = keras_rs.metrics.NDCG(k=k)
        metric.update_state(gains, scores)
        figure(f, "exponential", f"ndcg@{k}", float(metric.result()))
    metric = keras_rs.metrics.MeanAveragePrecision(k=ITEMS)
    metric.update_state((gains > 0).astype(np.float32), scores)
    figure(f, "lists", f"map@{ITEMS}", float(metric.result()))


def main():
    library = sys.argv[1]
    f = Fixture(f"list_metrics_{library}")
    {"sklearn": sklearn, "keras_rs": keras_rs}[library](f)
    f.write()


main()
