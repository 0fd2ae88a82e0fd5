"""Compares the factor models with implicit, LightFM and Surprise: speed and quality, in turn, in one run.

  classics_speed.py BUILD/benchmarks/classics [--peers PYTHON] [--ml-100k FOLDER] [--rounds N] [--users N]
                    [--items N] [--events N] [--json]

PYTHON is an interpreter with implicit and scikit-surprise, and with lightfm if it can be built. Speed is measured
on a made-up table of the shape of MovieLens 20M (138,000 users, 27,000 items, 20 million events), quality on
ML-100K: precision at 10 of a 75/25 split per user, and the RMSE of 5 folds. Every contender has two threads. A
round runs each contender once; figures are the medians over the rounds of the fastest epoch, on the clock and in
seconds of the processor, which other work on the machine changes less.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile

import numpy as np

# What a peer does in its own process: reads FOLDER, prints JSON {"seconds": [per epoch]}, writes users and items.
PEERS = {
    "implicit ials": """
from implicit.als import AlternatingLeastSquares
model = AlternatingLeastSquares(factors=FACTORS, iterations=1, alpha=6, regularization=REGULARIZATION,
                                use_cg=True, use_gpu=False, num_threads=2, random_state=42)
model.iterations = EPOCHS
fit(model)
""",
    "implicit ials cholesky": """
from implicit.als import AlternatingLeastSquares
model = AlternatingLeastSquares(factors=FACTORS, iterations=1, alpha=6, regularization=REGULARIZATION,
                                use_cg=False, use_gpu=False, num_threads=2, random_state=42)
model.iterations = EPOCHS
fit(model)
""",
    "implicit bpr": """
from implicit.bpr import BayesianPersonalizedRanking
model = BayesianPersonalizedRanking(factors=FACTORS, iterations=EPOCHS, learning_rate=RATE, regularization=0.01,
                                    num_threads=2, random_state=42, use_gpu=False)
fit(model)
""",
    "implicit lists": """
from implicit.cpu.als import AlternatingLeastSquares
model = AlternatingLeastSquares(factors=FACTORS, num_threads=2)
model.user_factors, model.item_factors = np.load(folder + "/shortlist_users.npy"), np.load(folder + "/shortlist_items.npy")
tick()
for round in range(EPOCHS):
    found, scores = model.recommend(np.arange(len(offsets) - 1), matrix, N=10, filter_already_liked_items=True)
    tick()
print(json.dumps({"seconds": list(np.diff(seconds)), "cpu": list(np.diff(processor)), "figure": float(scores[:, 0].mean())}))
""",
    "lightfm bpr": """
from lightfm import LightFM
model = LightFM(no_components=FACTORS, loss="bpr", random_state=42)
tick()
for epoch in range(EPOCHS):
    model.fit_partial(matrix.tocoo(), epochs=1, num_threads=2)
    tick()
save(np.column_stack([model.user_embeddings, np.ones(len(model.user_embeddings), "f4")]),
     np.column_stack([model.item_embeddings, model.item_biases]))
""",
}
PRELUDE = """
import json, sys, time
import numpy as np, scipy.sparse as sp
folder = sys.argv[1]
FACTORS, EPOCHS, REGULARIZATION = int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])
RATE = 0.01  # its default
offsets, columns = np.load(folder + "/offsets.npy"), np.load(folder + "/columns.npy")
items = int(np.load(folder + "/items.npy")[0])
matrix = sp.csr_matrix((np.ones(len(columns), "f4"), columns.astype("i4"), offsets.astype("i4")),
                       shape=(len(offsets) - 1, items))
def save(users, items):
    np.save(folder + "/peer_users.npy", users), np.save(folder + "/peer_items.npy", items)
    print(json.dumps({"seconds": [b - a for a, b in zip(seconds, seconds[1:])],
                      "cpu": [b - a for a, b in zip(processor, processor[1:])]}))
seconds, processor = [], []
def tick(*ignored):
    seconds.append(time.perf_counter()), processor.append(time.process_time())
def fit(model):
    tick()
    try:
        model.fit(matrix, show_progress=False, callback=tick)
    except TypeError:
        model.fit(matrix, show_progress=False)
        tick()
        for ends in seconds, processor:
            ends[1:] = list(np.linspace(ends[0], ends[1], EPOCHS + 1)[1:])
    save(model.user_factors, model.item_factors)
"""


def made_up_table(users: int, items: int, events: int) -> tuple[np.ndarray, np.ndarray]:
    """Items by a power of a uniform number, so that their shares fall like those of MovieLens."""
    rng = np.random.default_rng(1)
    counts = (1 + rng.exponential(events * 1.04 / users, users)).astype(np.int64)
    user = np.repeat(np.arange(users), counts)
    item = (rng.random(len(user)) ** 2.5 * items).astype(np.int64)
    pairs = np.unique(user * items + item)
    return np.searchsorted(pairs // items, np.arange(users + 1)), pairs % items


def read_ml_100k(folder: pathlib.Path) -> np.ndarray:
    rows = np.loadtxt(folder / "u.data", dtype=np.int64)[:, :3]
    rows[:, :2] -= 1
    return rows


def write_table(folder: str, offsets: np.ndarray, columns: np.ndarray, items: int, ratings: np.ndarray | None = None):
    np.save(f"{folder}/offsets.npy", offsets.astype(np.int64))
    np.save(f"{folder}/columns.npy", columns.astype(np.int64))
    np.save(f"{folder}/items.npy", np.array([items], np.int64))
    if ratings is not None:
        np.save(f"{folder}/ratings.npy", ratings.astype(np.float32))


def run(command: list[str]) -> dict:
    environment = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "2", "PATH": "/usr/bin:/bin"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if done.returncode != 0:
        return {"error": done.stderr.strip().splitlines()[-1] if done.stderr.strip() else f"exit {done.returncode}"}
    return json.loads(done.stdout.strip().splitlines()[-1])


class Contenders:
    def __init__(self, program: str, peers: str):
        self.program, self.peers = program, peers

    def run(self, name: str, folder: str, factors: int, epochs: int, regularization: float) -> dict:
        own = {
            "shortlist ials": ["ials"],
            "shortlist ials cholesky": ["ials", "--solver", "cholesky"],
            "shortlist bpr": ["bpr"],
            "shortlist lists": ["lists"],
        }
        if name in own:
            kind, *more = own[name]
            command = [self.program, kind, folder, *more, "--factors", str(factors), "--epochs", str(epochs)]
            return run([*command, "--threads", "2"])
        return run([self.peers, "-c", PRELUDE + PEERS[name], folder, str(factors), str(epochs), str(regularization)])


GROUPS = {
    "ials": ["shortlist ials", "implicit ials"],
    "ials cholesky": ["shortlist ials cholesky", "implicit ials cholesky"],
    "bpr": ["shortlist bpr", "implicit bpr", "lightfm bpr"],
    # The 10 best items of every user without the user's own, from the factors that "shortlist ials" wrote.
    "lists": ["shortlist lists", "implicit lists"],
}


def measure_speed(contenders: Contenders, folder: str, groups: list[str], rounds: int, epochs: int) -> dict:
    seconds: dict[str, list[float]] = {}
    cpu: dict[str, list[float]] = {}
    errors: dict[str, str] = {}
    for _ in range(rounds):
        for group in groups:
            for name in GROUPS[group]:
                if name in errors:
                    continue
                result = contenders.run(name, folder, 64, epochs, 1.0)
                if "error" in result:
                    errors[name] = result["error"]
                    continue
                seconds.setdefault(name, []).append(min(result["seconds"]))
                cpu.setdefault(name, []).append(min(result["cpu"]))
    return {
        **{
            name: {"seconds": statistics.median(of), "cpu_seconds": statistics.median(cpu[name])}
            for name, of in seconds.items()
        },
        **{name: {"error": error} for name, error in errors.items()},
    }


def precision_at_10(users: np.ndarray, items: np.ndarray, seen: list, test: list) -> float:
    scores = users @ items.T
    hits = []
    for user, taken in enumerate(test):
        if len(taken) == 0:
            continue
        scores[user, seen[user]] = -np.inf
        best = np.argpartition(-scores[user], 10)[:10]
        hits.append(len(np.intersect1d(best, taken)) / 10)
    return float(np.mean(hits))


def measure_precision(contenders: Contenders, folder: str, ratings: np.ndarray) -> dict:
    rng = np.random.default_rng(42)
    users, items = ratings[:, 0].max() + 1, ratings[:, 1].max() + 1
    test, seen, offsets, columns = [], [], [0], []
    for user in range(users):
        of = rng.permutation(ratings[ratings[:, 0] == user, 1])
        cut = len(of) // 4
        test.append(of[:cut]), seen.append(np.sort(of[cut:]))
        columns.append(seen[-1]), offsets.append(offsets[-1] + len(seen[-1]))
    write_table(folder, np.array(offsets), np.concatenate(columns), items)
    quality = {}
    for name, epochs, regularization in [
        ("shortlist ials", 16, 0),
        ("implicit ials", 16, 50.0),
        ("shortlist bpr", 50, 0),
        ("implicit bpr", 100, 0),
        ("lightfm bpr", 50, 0),
    ]:
        result = contenders.run(name, folder, 64, epochs, regularization)
        if "error" in result:
            quality[name] = {"error": result["error"]}
            continue
        who = name.split()[0] if name.startswith("shortlist") else "peer"
        x, y = np.load(f"{folder}/{who}_users.npy"), np.load(f"{folder}/{who}_items.npy")
        if name == "shortlist bpr":
            y = np.column_stack([y, np.load(f"{folder}/shortlist_biases.npy")])
            x = np.column_stack([x, np.ones(len(x), np.float32)])
        quality[name] = {"precision@10": precision_at_10(x, y, seen, test)}
    return quality


def rmse_of_own(contenders: Contenders, folder: str, train: np.ndarray, test: np.ndarray, implicit: bool) -> dict:
    order = np.lexsort((train[:, 1], train[:, 0]))
    train = train[order]
    users, items = 943, 1682
    offsets = np.searchsorted(train[:, 0], np.arange(users + 1))
    write_table(folder, offsets, train[:, 1], items, train[:, 2])
    more = ["--implicit"] if implicit else []
    result = run(
        [contenders.program, "svd", folder, *more, "--factors", "20" if implicit else "100", "--epochs", "20"]
        + ["--threads", "2"]
    )
    x, y = np.load(f"{folder}/shortlist_users.npy"), np.load(f"{folder}/shortlist_items.npy")
    of_user, of_item = np.load(f"{folder}/shortlist_user_biases.npy"), np.load(f"{folder}/shortlist_biases.npy")
    u, i = test[:, 0], test[:, 1]
    predicted = train[:, 2].mean() + of_user[u] + of_item[i] + np.sum(x[u] * y[i], axis=1)
    error = np.sqrt(np.mean((np.clip(predicted, 1, 5) - test[:, 2]) ** 2))
    return {"rmse": float(error), "seconds": sum(result["seconds"])}


RMSE_OF_SURPRISE = """
import json, sys, time
import numpy as np
from surprise import SVD, SVDpp, Dataset, Reader
import pandas as pd
folder = sys.argv[1]
train, test = np.load(folder + "/train.npy"), np.load(folder + "/test.npy")
data = Dataset.load_from_df(pd.DataFrame(train), Reader(rating_scale=(1, 5))).build_full_trainset()
model = SVDpp(random_state=42) if sys.argv[2] == "svdpp" else SVD(random_state=42)
start = time.perf_counter()
model.fit(data)
seconds = time.perf_counter() - start
error = np.mean([(model.predict(u, i).est - r) ** 2 for u, i, r in test]) ** 0.5
print(json.dumps({"rmse": float(error), "seconds": seconds}))
"""


def measure_ratings(contenders: Contenders, folder: str, ratings: np.ndarray, folds: int) -> dict:
    order = np.random.default_rng(42).permutation(len(ratings))
    results: dict[str, list[dict]] = {}
    for fold in range(folds):
        held_out = np.arange(len(order)) % 5 == fold
        train, test = ratings[order[~held_out]], ratings[order[held_out]]
        np.save(f"{folder}/train.npy", train), np.save(f"{folder}/test.npy", test)
        for kind in ("svd", "svdpp"):
            own = rmse_of_own(contenders, folder, train, test, kind == "svdpp")
            peer = run([contenders.peers, "-c", RMSE_OF_SURPRISE, folder, kind])
            results.setdefault(f"shortlist {kind}", []).append(own)
            results.setdefault(f"surprise {kind}", []).append(peer)
    summary = {}
    for name, of in results.items():
        failed = [each["error"] for each in of if "error" in each]
        summary[name] = (
            {"error": failed[0]}
            if failed
            else {key: statistics.mean(each[key] for each in of) for key in ("rmse", "seconds")}
        )
    return summary


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--peers", default=sys.executable)
    parser.add_argument("--ml-100k", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--users", type=int, default=138_000)
    parser.add_argument("--items", type=int, default=27_000)
    parser.add_argument("--events", type=int, default=20_000_000)
    parser.add_argument("--only", nargs="*", default=["ials", "lists", "bpr"], choices=list(GROUPS))
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    contenders = Contenders(options.program, options.peers)
    report: dict = {}
    with tempfile.TemporaryDirectory() as folder:
        if options.rounds > 0:
            offsets, columns = made_up_table(options.users, options.items, options.events)
            write_table(folder, offsets, columns, options.items)
            report["events"] = len(columns)
            report["speed"] = measure_speed(contenders, folder, options.only, options.rounds, options.epochs)
        if options.ml_100k is not None:
            ratings = read_ml_100k(options.ml_100k)
            report["precision"] = measure_precision(contenders, folder, ratings)
            report["ratings"] = measure_ratings(contenders, folder, ratings, options.folds)
    if options.json:
        print(json.dumps(report, indent=2))
        return
    for section, results in report.items():
        print(section, results if not isinstance(results, dict) else "")
        for name, figures in results.items() if isinstance(results, dict) else ():
            values = "  ".join(f"{key} {value:.4f}" if isinstance(value, float) else f"{key}: {value}" for key, value in figures.items())
            print(f"  {name:26} {values}")


if __name__ == "__main__":
    main()
