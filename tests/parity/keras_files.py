#!/usr/bin/env python3
"""Writes fixtures/keras/: a small model in TensorFlow Recommenders, saved in every way that `shortlist import` reads.

    PYTHON tests/parity/keras_files.py

PYTHON is that of tests/parity/setup. tests/test_import.py imports the files and compares with expected.json: the
embeddings and predictions of each row, and the losses of three more steps over the whole table.
"""
import json
import os
import pathlib
import shutil

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy as np
import pandas
import tensorflow as tf
import tensorflow_recommenders as tfrs

from anime_model import AnimeModel, JointModel, UserModel, as_tensors, make_rating_task

keras = tf.keras
layers = keras.layers
FOLDER = pathlib.Path(__file__).parent / "fixtures/keras"
ROWS, MAX_TOKENS = 48, 30


def make_table():
    random = np.random.default_rng(7)
    words = ["Red", "Moon", "of the", "Sea", "Last", "Garden", "Iron", "Song"]
    names = [f"{words[i % 8]} {words[(3 * i + 1) % 8]} {i}" for i in range(12)]
    name = random.integers(12, size=ROWS)
    genres = np.array(["Drama, Comedy", "Drama", "Action, Sci-Fi", "Comedy"])
    return pandas.DataFrame({
        "name": np.array(names)[name], "genre": genres[name % 4], "type": np.array(["TV", "Movie", "OVA"])[name % 3],
        "Audience": np.array(["Kids", "Teens", "Adults"])[random.integers(3, size=ROWS)],
        "Feedback": random.integers(1, 11, size=ROWS)})


class SmallModel(JointModel):
    def __init__(self, table):
        super().__init__()
        self.user_model = keras.Sequential([UserModel(table, MAX_TOKENS, 4), layers.Dense(3)])
        self.anime_model = keras.Sequential([AnimeModel(table, MAX_TOKENS, 4), layers.Dense(3)])
        self._cross_layer = tfrs.layers.dcn.Cross(projection_dim=2)
        self._deep_layers = [layers.Dense(5, activation="relu", kernel_regularizer="l2"), layers.BatchNormalization(),
                             layers.Dropout(0.5), layers.Dense(4, activation="relu")]
        self._logit_layer = layers.Dense(1)
        self.rating_task = make_rating_task()
        self.retrieval_task = tfrs.tasks.Retrieval()


def fit(model, rows, steps):
    """Total losses before each step; a step is an epoch of one batch."""
    batch = tf.data.Dataset.from_tensors(rows)
    return [model.fit(batch, verbose=0).history["total_loss"][0] for _ in range(steps)]


def trained(table, optimizer):
    """Four steps from a fixed start; batch normalisation, which TFRS does not train, gets statistics of its own."""
    keras.utils.set_random_seed(3)
    model = SmallModel(table)
    model.compile(optimizer=optimizer)
    fit(model, as_tensors(table), 1)
    normalization = model._deep_layers[1]
    normalization.moving_mean.assign([0.1, -0.2, 0.3, 0.05, 0.2])
    normalization.moving_variance.assign([0.5, 1.5, 0.8, 1.2, 0.9])
    fit(model, as_tensors(table), 3)
    return model


def expectation(model, table):
    rows = as_tensors(table)
    query, candidate, rating = model({name: value for name, value in rows.items() if name != "Feedback"})
    return {"query": query.numpy().tolist(), "candidate": candidate.numpy().tolist(),
            "prediction": rating.numpy()[:, 0].tolist(), "next_losses": fit(model, rows, 3)}


def main():
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    table = make_table()
    table.to_csv(FOLDER / "ratings.csv", index=False)
    model = trained(table, keras.optimizers.Adam(0.01))
    model.save_weights(f"{FOLDER}/weights/", save_format="tf")
    model.save_weights(FOLDER / "model.weights.h5")
    tf.saved_model.save(model, str(FOLDER / "saved_model"))
    (FOLDER / "saved_model/saved_model.pb").unlink()  # large, and not read
    (FOLDER / "saved_model/fingerprint.pb").unlink()
    expected = {"weights": expectation(model, table)}
    for name, optimizer in {"legacy": keras.optimizers.legacy.Adam(0.01), "adagrad": keras.optimizers.Adagrad(0.1),
                            "momentum": keras.optimizers.SGD(0.001, momentum=0.9)}.items():
        model = trained(table, optimizer)
        model.save_weights(FOLDER / name / "model", save_format="tf")
        expected[name] = expectation(model, table)
    (FOLDER / "expected.json").write_text(json.dumps(expected) + "\n")


main()
