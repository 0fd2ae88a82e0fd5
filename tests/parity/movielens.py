#!/usr/bin/env python3
"""Trains the models of TensorFlow Recommenders' tutorials on MovieLens 100K and scores them on the tutorials' test rows.

    PYTHON tests/parity/movielens.py ml-100k dcn --seeds 1 2 3

PYTHON is that of tests/parity/setup. As examples/movielens/README.md says, the configs beside it make the same models.
Top-k is not computed in training steps; test rows are scored against the distinct titles by exact rank, ties for the model.
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
AGES = [18.0, 25.0, 35.0, 45.0, 50.0, 56.0]


def read_ratings(folder):
    ratings = pandas.read_csv(folder / "u.data", sep="\t", names=["user_id", "movie_id", "user_rating", "timestamp"])
    items = pandas.read_csv(folder / "u.item", sep="|", header=None, encoding="latin-1", usecols=[0, 1],
                            names=["movie_id", "movie_title"])
    users = pandas.read_csv(folder / "u.user", sep="|", names=["user_id", "user_age", "user_gender", "user_occupation_text",
                                                               "user_zip_code"])
    return ratings.merge(items, "left", on="movie_id").merge(users, "left", on="user_id")


def tutorial_split(rows):
    """Train and test rows, of the table in the files' order, as the tutorials' seed draws them."""
    tf.random.set_seed(42)
    order = tf.data.Dataset.range(rows).shuffle(100_000, seed=42, reshuffle_each_iteration=False)
    return np.split(np.array(list(order.as_numpy_iterator())), [80_000])


def embedded(values):
    vocabulary = np.unique(values.astype(str))
    return keras.Sequential([keras.layers.StringLookup(vocabulary=vocabulary, mask_token=None),
                             keras.layers.Embedding(len(vocabulary) + 1, 32)])


def dense_layers(*units):
    return keras.Sequential([keras.layers.Dense(n, activation="relu") for n in units] + [keras.layers.Dense(1)])


class TwoTowers(tfrs.Model):
    """basic_retrieval, basic_ranking and multitask, by the weights of the two tasks."""
    epochs, columns = 3, ["user_id", "movie_title"]

    def __init__(self, ratings, retrieval, ranking, units):
        super().__init__()
        self.users, self.movies = embedded(ratings["user_id"]), embedded(ratings["movie_title"])
        self.rating = dense_layers(*units)
        self.weights_of_tasks = retrieval, ranking
        self.retrieval_task = tfrs.tasks.Retrieval()
        self.ranking_task = tfrs.tasks.Ranking(loss=keras.losses.MeanSquaredError())

    def call(self, rows):
        user, movie = self.users(rows["user_id"]), self.movies(rows["movie_title"])
        return user, movie, self.rating(tf.concat([user, movie], axis=1))

    def compute_loss(self, rows, training=False):
        user, movie, rating = self(rows)
        retrieval, ranking = self.weights_of_tasks
        return (retrieval * self.retrieval_task(user, movie, compute_metrics=False) +
                ranking * self.ranking_task(labels=rows["user_rating"], predictions=rating))

    def predict_rating(self, rows):
        return self(rows)[2]

    def optimizer_of_tutorial(self):
        return keras.optimizers.Adagrad(0.1)


class Crossed(tfrs.Model):
    """dcn: six embedded features, a cross or none, a deep network."""
    epochs = 8
    columns = ["movie_id", "user_id", "user_gender", "user_zip_code", "user_occupation_text"]

    def __init__(self, ratings, cross, units):
        super().__init__()
        self.embeddings = {name: embedded(ratings[name]) for name in self.columns}
        self.ages = keras.Sequential([keras.layers.Discretization(AGES), keras.layers.Embedding(len(AGES) + 1, 32)])
        self.cross, self.deep = cross, dense_layers(*units)
        self.task = tfrs.tasks.Ranking(loss=keras.losses.MeanSquaredError())

    def predict_rating(self, rows):
        x = tf.concat([self.embeddings[name](rows[name]) for name in self.columns] + [self.ages(rows["user_age"])], axis=1)
        return self.deep(x if self.cross is None else self.cross(x))

    def compute_loss(self, rows, training=False):
        return self.task(labels=rows["user_rating"], predictions=self.predict_rating(rows))

    def optimizer_of_tutorial(self):
        return keras.optimizers.Adam(0.01)


MODELS = {
    "retrieval": lambda ratings: TwoTowers(ratings, 1, 0, (256, 128)),
    "ranking": lambda ratings: TwoTowers(ratings, 0, 1, (256, 64)),
    "multitask": lambda ratings: TwoTowers(ratings, 1, 1, (256, 128)),
    "multitask_ranking_only": lambda ratings: TwoTowers(ratings, 0, 1, (256, 128)),
    "dcn": lambda ratings: Crossed(ratings, tfrs.layers.dcn.Cross(kernel_initializer="glorot_uniform"), (192, 192)),
    "dcn_low_rank": lambda ratings: Crossed(
        ratings, tfrs.layers.dcn.Cross(projection_dim=20, kernel_initializer="glorot_uniform"), (192, 192)),
    "deep_net": lambda ratings: Crossed(ratings, None, (192, 192, 192)),
}


def scores(model, ratings, columns, test):
    rows = {name: tf.gather(values, test) for name, values in columns.items()}
    error = model.predict_rating(rows).numpy()[:, 0].astype(np.float64) - rows["user_rating"].numpy()
    figures = {"rmse": float(np.sqrt(np.mean(error**2)))}
    if isinstance(model, TwoTowers):
        titles, own = np.unique(ratings["movie_title"].astype(str), return_inverse=True)
        all_scores = model.users(rows["user_id"]).numpy() @ model.movies(tf.constant(titles)).numpy().T
        own_scores = all_scores[np.arange(len(test)), own[test]]
        greater = (all_scores > own_scores[:, None]).sum(axis=1)
        figures |= {f"top_{k}": float(np.mean(greater < k)) for k in (1, 5, 10, 50, 100)}
    return figures


def train(ratings, name, seed, batch, train_rows, test_rows):
    keras.utils.set_random_seed(seed)
    model = MODELS[name](ratings)
    columns = {column: tf.constant(ratings[column].to_numpy(str)) for column in model.columns}
    columns["user_age"] = tf.constant(ratings["user_age"].to_numpy(np.float32))
    columns["user_rating"] = tf.constant(ratings["user_rating"].to_numpy(np.float32))
    order = tf.data.Dataset.from_tensor_slices(train_rows).shuffle(100_000, reshuffle_each_iteration=False).batch(batch)
    model.compile(optimizer=model.optimizer_of_tutorial())
    model.fit(order.map(lambda rows: {name: tf.gather(values, rows) for name, values in columns.items()}).cache(),
              epochs=model.epochs, verbose=0)
    return scores(model, ratings, columns, test_rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("tutorial", choices=MODELS, nargs="?")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--batch", type=int, default=8192)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--split", help="write the split's rows, as the configs order them, to this .npy file, and stop")
    options = parser.parse_args()
    tf.config.threading.set_intra_op_parallelism_threads(options.threads)
    ratings = read_ratings(options.folder)
    train_rows, test_rows = tutorial_split(len(ratings))
    if options.split:
        place = ratings.sort_values(["timestamp", "user_id", "movie_id"]).index.argsort()
        np.save(options.split, place[np.concatenate([train_rows, test_rows])].astype(np.int32))
        return
    runs = []
    for seed in options.seeds:
        runs.append(train(ratings, options.tutorial, seed, options.batch, train_rows, test_rows))
        print(json.dumps({"tutorial": options.tutorial, "seed": seed, **runs[-1]}), flush=True)
    for figure in runs[0]:
        values = [run[figure] for run in runs]
        print(f"{figure:8} {np.mean(values):.4f} ± {np.std(values, ddof=1) if len(values) > 1 else 0:.4f}")


main()
