#!/usr/bin/env python3
"""Writes fixtures/list_losses.safetensors: the losses over lists of keras-rs 0.4, and their gradients. Run with a Python
that has keras-rs 0.4, Keras 3 and jax. shortlist/losses/parity_test.cc and tests/python/test_losses.py read the result.
"""
import os

os.environ["KERAS_BACKEND"] = "jax"
import jax
import keras
import keras_rs

from fixture import Fixture, np

LOSSES = {"pairwise_hinge": keras_rs.losses.PairwiseHingeLoss, "pairwise_logistic": keras_rs.losses.PairwiseLogisticLoss,
          "pairwise_soft_zero_one": keras_rs.losses.PairwiseSoftZeroOneLoss,
          "pairwise_mean_squared_error": keras_rs.losses.PairwiseMeanSquaredError, "list_mle": keras_rs.losses.ListMLELoss}


def softmax(temperature):
    crossentropy = keras.losses.CategoricalCrossentropy(from_logits=True)

    def loss(y_true, y_pred, sample_weight=None):
        labels = y_true["labels"] * (y_true["mask"] if "mask" in y_true else 1)
        scores = y_pred / temperature
        if "mask" in y_true:
            scores = keras.ops.where(y_true["mask"], scores, -1e9)
        return crossentropy(labels, scores, sample_weight=sample_weight)
    return loss


def add(f, name, lists, rows, temperature, masked, weighted):
    per_list = name in ("list_mle", "listwise_softmax")
    labels = f.random.integers(0, 5, (lists, rows)).astype(np.float32)
    scores = f.normal(lists, rows, scale=2)
    mask = f.random.uniform(size=(lists, rows)) < 0.7 if masked else np.ones((lists, rows), bool)
    weights = f.random.uniform(0, 3, (lists, 1 if per_list else rows)).astype(np.float32)
    weights[0] = 0  # is not the same as a mask
    loss = softmax(temperature) if name == "listwise_softmax" else LOSSES[name](temperature=temperature)
    y_true = {"labels": labels, "mask": mask} if masked else {"labels": labels}
    weight = (weights[:, 0] if per_list else weights) if weighted else None
    value, slopes = jax.value_and_grad(lambda s: loss(y_true, s, sample_weight=weight))(scores)
    all_weights = np.broadcast_to(weights, (lists, rows)) if weighted else np.ones((lists, rows))
    f.add(f"{name}/{lists}_{rows}/{temperature}/{'masked' if masked else 'all'}/{'weighted' if weighted else 'plain'}",
          f'loss = "{name}"\ntemperature = {temperature}', labels=np.where(mask, labels, -1).astype(np.float32),
          predictions=scores, weights=np.ascontiguousarray(all_weights, np.float32),
          loss=np.array([value], np.float32), dpredictions=np.asarray(slopes, np.float32))


f = Fixture("list_losses")
for name in [*LOSSES, "listwise_softmax"]:
    for lists, rows in [(1, 1), (1, 5), (7, 6)]:
        for temperature in (1.0, 0.3):
            for masked in (False, True):
                for weighted in (False, True):
                    add(f, name, lists, rows, temperature, masked, weighted)
f.write()
