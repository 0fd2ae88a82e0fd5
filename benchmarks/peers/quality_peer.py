"""Lists or predictions of a peer, for benchmarks/quality.py.

quality_peer.py NAME TABLE OUT SEED USER ITEM LABEL LENGTH EASE_L2. TABLE has a column `part`; the peer learns from the rows of
"train". OUT becomes rows of a user and an item, best first, without the user's training items; or for surprise_svd the
predicted label of each test row. Prints the name to show, with the version. Exits with 3 if the library is missing."""

import csv
import sys

import numpy as np

name, table, out, seed, user_column, item_column, label_column, length, ease_l2 = sys.argv[1:]
seed, length = int(seed), int(length)
with open(table, newline="") as file:
    rows = list(csv.DictReader(file))
train = [row for row in rows if row["part"] == "train"]
users = sorted({row[user_column] for row in train})
items = sorted({row[item_column] for row in train})
user_at = {user: i for i, user in enumerate(users)}
item_at = {item: i for i, item in enumerate(items)}


def matrix():
    from scipy.sparse import csr_matrix

    ones = np.ones(len(train), np.float32)
    at = [user_at[row[user_column]] for row in train], [item_at[row[item_column]] for row in train]
    known = csr_matrix((ones, at), shape=(len(users), len(items)))
    known.data[:] = 1  # an item that occurs twice counts once
    return known


def write(lists):
    with open(out, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["user", "item"])
        for user, found in lists:
            writer.writerows((user, item) for item in found)


def write_scores(known, score):
    def lists():
        for begin in range(0, len(users), 500):
            scores = np.asarray(score(begin, min(begin + 500, len(users))))
            scores[known[begin : begin + 500].nonzero()] = -np.inf
            for i, row in enumerate(scores):
                yield users[begin + i], [items[j] for j in np.argsort(-row, kind="stable")[:length]]

    write(lists())


def ease_numpy():
    known = matrix()
    gram = np.asarray((known.T @ known).todense(), np.float64)
    gram[np.diag_indices_from(gram)] += float(ease_l2)
    inverse = np.linalg.inv(gram)
    weights = inverse / -np.diag(inverse)
    np.fill_diagonal(weights, 0)
    write_scores(known, lambda begin, end: known[begin:end] @ weights)
    return f"EASE in NumPy {np.__version__}"


def implicit_model(model):
    import implicit

    known = matrix()
    model.fit(known, show_progress=False)
    found, _ = model.recommend(np.arange(len(users)), known, N=min(length, len(items)))
    write((users[u], [items[j] for j in row if j >= 0]) for u, row in enumerate(found))
    return f"implicit {implicit.__version__} {type(model).__name__}"


def implicit_als():
    from implicit.cpu.als import AlternatingLeastSquares

    return implicit_model(AlternatingLeastSquares(factors=64, iterations=15, random_state=seed))


def implicit_bpr():
    from implicit.cpu.bpr import BayesianPersonalizedRanking

    return implicit_model(BayesianPersonalizedRanking(factors=64, iterations=100, random_state=seed))


def implicit_bm25():
    from implicit.nearest_neighbours import BM25Recommender

    return implicit_model(BM25Recommender(K=100))


def rectools_sasrec():
    import pandas as pd
    import rectools
    import torch
    from rectools import Columns
    from rectools.dataset import Dataset
    from rectools.models import SASRecModel

    torch.manual_seed(seed)
    frame = pd.DataFrame({
        Columns.User: [row[user_column] for row in train], Columns.Item: [row[item_column] for row in train],
        Columns.Weight: 1.0,
        Columns.Datetime: pd.to_datetime([int(row.get("timestamp", i)) for i, row in enumerate(train)], unit="s"),
    })
    dataset = Dataset.construct(frame)
    model = SASRecModel(n_blocks=2, n_heads=1, n_factors=64, session_max_len=50, epochs=20, verbose=0)
    model.fit(dataset)
    found = model.recommend(users, dataset, k=length, filter_viewed=True)
    write((user, list(rows[Columns.Item])) for user, rows in found.groupby(Columns.User, sort=False))
    return f"RecTools {rectools.__version__} SASRec, 20 epochs"


def surprise_svd():
    import surprise

    labels = [float(row[label_column]) for row in train]
    reader = surprise.Reader(rating_scale=(min(labels), max(labels)))
    data = surprise.Dataset(reader=reader)
    raw = [(row[user_column], row[item_column], float(row[label_column]), None) for row in train]
    model = surprise.SVD(random_state=seed).fit(data.construct_trainset(raw))
    tested = [row for row in rows if row["part"] == "test"]
    np.savetxt(out, [model.predict(row[user_column], row[item_column]).est for row in tested])
    return f"Surprise {surprise.__version__} SVD"


try:
    print(globals()[name]())
except ImportError as missing:
    print(missing, file=sys.stderr)
    sys.exit(3)
