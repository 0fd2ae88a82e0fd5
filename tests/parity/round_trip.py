#!/usr/bin/env python3
"""The reference notebook's model to Shortlist and back: TensorFlow's own load_weights reads what
`shortlist export --to tensorflow` wrote, predicts the same, and trains on.

    PYTHON tests/parity/round_trip.py PROGRAM RUN TABLE

PYTHON is that of tests/parity/setup, PROGRAM build/shortlist, RUN the folder of a real run of the notebook (its README
says what is in it), TABLE clean_data.csv. Exits with 1 where something differs.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy as np
import pandas
import tensorflow as tf
import tensorflow_recommenders as tfrs

from anime_model import AnimeModel, JointModel, UserModel, as_tensors, make_rating_task

tf.get_logger().setLevel("ERROR")  # optimizer state that a model does not use is no news
keras = tf.keras
layers = keras.layers
PROGRAM, RUN, TABLE = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve(), pathlib.Path(sys.argv[3]).resolve()
CONFIG = pathlib.Path(__file__).resolve().parent.parent.parent / "examples/anime/anime.toml"
NAMES = {"query": "user_model", "item": "anime_model", "features.genre": "genre_text_embedding",
         "features.name": "anime_embedding", "features.name_words": "anime_text_embedding"}


class NotebookModel(JointModel):
    def __init__(self, table):
        super().__init__()
        dense = lambda units: layers.Dense(units, activation="relu", kernel_regularizer="l2")
        self.user_model = keras.Sequential([UserModel(table, 10_000, 32), layers.Dense(32)])
        self.anime_model = keras.Sequential([AnimeModel(table, 10_000, 32), layers.Dense(32)])
        self._cross_layer = tfrs.layers.dcn.Cross(kernel_initializer="he_normal")
        self._deep_layers = [dense(512), dense(256), layers.BatchNormalization(), layers.Dropout(0.2), dense(128),
                             layers.BatchNormalization(), layers.Dropout(0.3), dense(64), dense(32)]
        self._logit_layer = layers.Dense(1)
        names = tf.data.Dataset.from_tensor_slices(np.unique(table["name"])).batch(128)
        self.rating_task = make_rating_task()
        self.retrieval_task = tfrs.tasks.Retrieval(
            metrics=tfrs.metrics.FactorizedTopK(candidates=names.map(self.anime_model)))


def program(*arguments):
    subprocess.run([PROGRAM, *map(str, arguments)], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


class Check:
    """What a checkpoint gives in TensorFlow, held against the run's."""

    def __init__(self):
        self.table = pandas.read_csv(TABLE)
        self.rows = json.loads((RUN / "expected.json").read_text())["rows"]
        self.bad = 0

    def load(self, path, whole):
        model = NotebookModel(self.table)
        model.compile(optimizer=keras.optimizers.Adam(0.01))
        status = model.load_weights(path)
        query, candidate, rating = model(as_tensors(self.table.iloc[[row["row"] for row in self.rows]]))
        if whole:
            status.assert_existing_objects_matched()
        return model, query.numpy(), candidate.numpy(), rating.numpy()[:, 0]

    def predicts_the_same(self, name, path, whole=True):
        model, *ours = self.load(path, whole)
        theirs = [np.array([row[key] for row in self.rows], np.float32)
                  for key in ("user_embedding", "anime_embedding", "predicted_rating")]
        most = [float(np.abs(a - b).max()) for a, b in zip(ours, theirs)]
        self.say(name, "query {:.1e} candidate {:.1e} rating {:.1e}".format(*most), max(most) < 1e-5)
        return model

    def losses(self, model):
        """Of three more steps over the first 6,000 rows."""
        batches = tf.data.Dataset.from_tensor_slices(as_tensors(self.table.iloc[:6_000])).batch(2_000)
        return [float(model.train_step(batch)["total_loss"]) for batch in batches]

    def trains_on_the_same(self, name, model, expected):
        most = max(abs(a - b) / b for a, b in zip(self.losses(model), expected))
        self.say(name, f"losses of three more steps, relative {most:.1e}", most < 1e-5)

    def say(self, name, what, good):
        print(f"{name:<44} {what:<60} {'ok' if good else 'DIFFERS'}")
        self.bad += not good


def main():
    check = Check()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="round_trip"))
    train = [CONFIG, "--data", TABLE, "--set", 'data.split.by="rows"', "--set", f'data.split.rows="{RUN}/split.npy"',
             "--set", "training.keras_compatible=true", "--out", folder / "bundle"]
    program("import", f"{RUN}/model_weights/", "--config", *train)
    export = ["export", folder / "bundle", "--to", "tensorflow", "--out"]

    expected = check.losses(check.predicts_the_same("the run's checkpoint", f"{RUN}/model_weights/"))
    program(*export, f"{folder}/kept/")
    check.trains_on_the_same("export", check.predicts_the_same("export", f"{folder}/kept/"), expected)
    program(*export, folder / "like", "--like", RUN / "model_weights")
    check.trains_on_the_same("export --like", check.predicts_the_same("export --like", str(folder / "like")), expected)
    names = [part for ours, theirs in NAMES.items() for part in ("--name", f"{ours}={theirs}")]
    program(*export, folder / "names", *names)
    check.predicts_the_same("export --name, without an optimizer", str(folder / "names"), whole=False)

    program("train", *train, "--resume", "--epochs", 2, "--quiet")
    program("predict", folder / "bundle", "--data", TABLE, "--raw", "--out", folder / "predicted.csv", "--quiet")
    predicted = pandas.read_csv(folder / "predicted.csv")["predicted_Feedback"].to_numpy()
    program(*export, folder / "trained/model")
    model, _, _, rating = check.load(str(folder / "trained/model"), True)
    most = float(np.abs(rating - predicted[[row["row"] for row in check.rows]]).max())
    steps = int(model.optimizer.iterations)
    check.say("trained on by Shortlist, then exported", f"rating {most:.1e}, {steps} steps", most < 1e-5 and steps == 240)
    sys.exit(check.bad > 0)


if not (RUN.exists() and TABLE.exists()):
    sys.exit(f"skipped: {RUN} or {TABLE} is not here")
main()
