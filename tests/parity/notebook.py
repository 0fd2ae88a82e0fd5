#!/usr/bin/env python3
"""Trains the reference notebook's model in TensorFlow Recommenders and scores it on the notebook's test rows.

    PYTHON tests/parity/notebook.py clean_data.csv --mode inert --seed 1 --out FILE.json

PYTHON is that of tests/parity/setup. Modes:
  inert   as the notebook ran: batch normalisation and dropout in inference mode, the same batches every epoch
  active  both at work in training, new batches every epoch

What differs from the notebook: top-k is not computed in training steps (most of their time, without effect on the
weights); validation and test are scored by exact rank, in float64 from the float32 embeddings; all epochs run, and the
epoch that its early stopping would have kept is told beside them. The split is the notebook's, whatever the seed.
"""
import argparse
import json
import os
import pathlib

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy as np
import pandas
import tensorflow as tf
import tensorflow_recommenders as tfrs

keras = tf.keras
BATCH = 2_000
KS = (1, 5, 10, 50, 100)
MONITOR = "val_factorized_top_k/top_10_categorical_accuracy"


def notebook_split(rows):
    """Train, validation and test rows as the notebook's seed draws them."""
    tf.random.set_seed(42)
    order = tf.data.Dataset.range(rows).shuffle(500_000, seed=42, reshuffle_each_iteration=False)
    return np.split(np.array(list(order.batch(10_000).unbatch().as_numpy_iterator()), np.int32), [240_000, 295_000])


def embedded_category(values):
    return keras.Sequential([keras.layers.StringLookup(vocabulary=np.unique(values), mask_token=None),
                             keras.layers.Embedding(len(np.unique(values)) + 1, 32)])


def embedded_words(texts):
    words = keras.layers.TextVectorization(max_tokens=10_000)
    words.adapt(np.unique(texts))
    return keras.Sequential([words, keras.layers.Embedding(10_000, 32, mask_zero=True),
                             keras.layers.GlobalAveragePooling1D()])


class Tower(keras.Model):
    """Some columns, each embedded, side by side; then a dense layer."""

    def __init__(self, columns):
        super().__init__()
        self.columns = columns
        self.parts = [part for _, part in columns]
        self.dense = keras.layers.Dense(32)

    def call(self, rows):
        return self.dense(tf.concat([part(rows[name]) for name, part in self.columns], axis=1))


def ranking_network():
    layers = keras.layers
    dense = lambda units: layers.Dense(units, activation="relu", kernel_regularizer="l2")
    return keras.Sequential([
        tfrs.layers.dcn.Cross(kernel_initializer="he_normal"),
        dense(512), dense(256), layers.BatchNormalization(), layers.Dropout(0.2),
        dense(128), layers.BatchNormalization(), layers.Dropout(0.3), dense(64), dense(32), layers.Dense(1)])


class AnimeModel(tfrs.Model):
    def __init__(self, table, active):
        super().__init__()
        self.active = active
        self.query = Tower([("genre", embedded_words(table["genre"])), ("type", embedded_category(table["type"])),
                            ("Audience", embedded_category(table["Audience"]))])
        self.candidate = Tower([("name", embedded_category(table["name"])), ("name", embedded_words(table["name"]))])
        self.ranking = ranking_network()
        self.rating_task = tfrs.tasks.Ranking(loss=keras.losses.MeanSquaredError())
        self.retrieval_task = tfrs.tasks.Retrieval()

    def call(self, rows, training=False):
        query, candidate = self.query(rows), self.candidate(rows)
        return query, candidate, self.ranking(tf.concat([query, candidate], axis=1), training=training)

    def compute_loss(self, rows, training=False):
        query, candidate, rating = self(rows, training=training and self.active)
        return (0.5 * self.rating_task(labels=rows["Feedback"], predictions=rating) +
                0.5 * self.retrieval_task(query, candidate, compute_metrics=False))


def batches(columns, rows, new_every_epoch):
    """The rows in a shuffled order, which stays the same from epoch to epoch unless said."""
    order = tf.data.Dataset.from_tensor_slices(rows).shuffle(len(rows), reshuffle_each_iteration=new_every_epoch)
    return order.batch(BATCH).map(lambda batch: {name: tf.gather(values, batch) for name, values in columns.items()})


class Scores(keras.callbacks.Callback):
    """After each epoch: RMSE and top-k of validation and test, over their distinct pairs of query and candidate."""

    def __init__(self, table, parts):
        super().__init__()
        self.names, candidate = np.unique(table["name"], return_inverse=True)
        query_columns = table[["genre", "type", "Audience"]]
        self.queries = query_columns.drop_duplicates()
        query = pandas.merge(query_columns, self.queries.reset_index(drop=True).reset_index(), how="left")["index"].to_numpy()
        self.pairs, pair = np.unique(query * len(self.names) + candidate, return_inverse=True)
        self.labels = table["Feedback"].to_numpy(np.float64)
        self.parts = {name: (rows, pair[rows]) for name, rows in parts.items()}
        self.epochs = []

    def on_epoch_end(self, epoch, logs):
        figures = self.figures()
        logs[MONITOR] = figures["validation"]["keras_top_10"]
        rate = float(keras.backend.get_value(self.model.optimizer.learning_rate))
        self.epochs.append({"epoch": epoch + 1, "learning_rate": rate, **figures})

    def figures(self):
        query = self.model.query({name: tf.constant(self.queries[name].to_numpy(str)) for name in self.queries}).numpy()
        candidate = self.model.candidate({"name": tf.constant(self.names)}).numpy()
        q, c = self.pairs // len(self.names), self.pairs % len(self.names)
        rating = self.model.ranking(np.concatenate([query[q], candidate[c]], axis=1), training=False).numpy()[:, 0]
        scores = query.astype(np.float64) @ candidate.astype(np.float64).T
        own = scores[q, c][:, None]
        greater, equal = (scores[q] > own).sum(axis=1), (scores[q] == own).sum(axis=1) - 1
        return {name: self.part(rows, rating[pair], greater[pair], equal[pair])
                for name, (rows, pair) in self.parts.items()}

    def part(self, rows, rating, greater, equal):
        figures = {"rmse": float(np.sqrt(np.mean((rating - self.labels[rows]) ** 2)))}
        for k in KS:
            figures[f"top_{k}"] = float(np.mean(greater + equal < k))
            figures[f"keras_top_{k}"] = float(np.mean(greater < k))
        return figures


def printed_top_k(model, table, rows):
    """What FactorizedTopK says, as the notebook uses it: without ids."""
    names = tf.data.Dataset.from_tensor_slices(np.unique(table["name"])).batch(128)
    metric = tfrs.metrics.FactorizedTopK(candidates=names.map(lambda name: model.candidate({"name": name})), ks=KS)
    for batch in np.array_split(rows, range(BATCH, len(rows), BATCH)):
        columns = {name: tf.constant(table[name].to_numpy()[batch].astype(str)) for name in table if name != "Feedback"}
        metric.update_state(model.query(columns), model.candidate(columns))
    return {f"top_{k}": float(hits) for k, hits in zip(KS, metric.result())}


def kept_epoch(monitored, patience=10):
    """The epoch, from 1, whose weights EarlyStopping restores; None where it does not stop."""
    best = 0
    for epoch, value in enumerate(monitored):
        if value > monitored[best]:
            best = epoch
        if epoch - best >= patience:
            return best + 1
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("table")
    parser.add_argument("--mode", choices=["inert", "active"], default="inert")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--split", help="write the split's rows to this .npy file, for data.split.rows, and stop")
    parser.add_argument("--out", help="write the figures of each epoch to this JSON file")
    options = parser.parse_args()
    tf.config.threading.set_intra_op_parallelism_threads(options.threads)
    tf.config.threading.set_inter_op_parallelism_threads(options.threads)

    table = pandas.read_csv(options.table)
    parts = dict(zip(("train", "validation", "test"), notebook_split(len(table))))
    if options.split:
        np.save(options.split, np.concatenate(list(parts.values())))
        return
    columns = {name: tf.constant(table[name].to_numpy(str)) for name in ("name", "genre", "type", "Audience")}
    columns["Feedback"] = tf.constant(table["Feedback"].to_numpy(np.float32))
    keras.utils.set_random_seed(options.seed)
    active = options.mode == "active"
    model = AnimeModel(table, active)
    model.compile(optimizer=keras.optimizers.Adam(0.01))
    scores = Scores(table, {name: parts[name] for name in ("validation", "test")})
    plateau = keras.callbacks.ReduceLROnPlateau(monitor=MONITOR, patience=5)
    model.fit(batches(columns, parts["train"], active), epochs=options.epochs, verbose=2, callbacks=[scores, plateau])

    result = {"mode": options.mode, "seed": options.seed, "epochs": scores.epochs,
              "kept_epoch": kept_epoch([epoch["validation"]["keras_top_10"] for epoch in scores.epochs]),
              "printed_at_the_end": printed_top_k(model, table, parts["test"])}
    print(json.dumps({**result, "epochs": scores.epochs[-1:]}, indent=1))
    if options.out:
        pathlib.Path(options.out).write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
