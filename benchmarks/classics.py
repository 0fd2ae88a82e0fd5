"""Compares the classic kinds of model with the libraries that are for them, in one run on the same data.

    python3 -m venv FOLDER && FOLDER/bin/pip install implicit
    ninja -C build benchmark_item_kinds
    FOLDER/bin/python benchmarks/classics.py --programs build/benchmarks

item_knn against implicit: both find the 20 nearest neighbours of each item (implicit counts the item itself
as one) on the same matrix with the same number of threads. The rounds alternate, and the best of each counts.
"""

import argparse
import json
import os
import subprocess
import tempfile
import time

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--programs", default="build/benchmarks")
parser.add_argument("--users", type=int, default=138_000)
parser.add_argument("--items", type=int, default=27_000)
parser.add_argument("--events", type=int, default=20_000_000)
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--rounds", type=int, default=3)
options = parser.parse_args()

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
import numpy as np  # noqa: E402
import scipy.sparse  # noqa: E402
from implicit.nearest_neighbours import (  # noqa: E402
    BM25Recommender,
    CosineRecommender,
    TFIDFRecommender,
)

PEERS = {"cosine": CosineRecommender, "tfidf": TFIDFRecommender, "bm25": BM25Recommender}


def program(folder, rounds):
    shape = [f"--{name}={getattr(options, name)}" for name in ("users", "items", "events", "threads")]
    command = [
        f"{options.programs}/item_kinds", *shape, f"--rounds={rounds}", "--inverse=0", "--write", folder, "--json",
    ]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


with tempfile.TemporaryDirectory() as folder:
    program(folder, 0)
    columns = np.load(f"{folder}/items.npy")
    matrix = scipy.sparse.csr_matrix(
        (np.ones(len(columns), np.float32), columns, np.load(f"{folder}/offsets.npy")),
        (options.users, options.items),
    )
    print(f"{matrix.shape[0]:,} users, {matrix.shape[1]:,} items, {matrix.nnz:,} events")
    ours, theirs = {}, {}
    for _ in range(options.rounds):
        for name, seconds in program(folder, 1)["item_knn"].items():
            ours[name] = min(ours.get(name, np.inf), seconds)
        for name, peer in PEERS.items():
            start = time.perf_counter()
            peer(K=20, num_threads=options.threads).fit(matrix, show_progress=False)
            theirs[name] = min(theirs.get(name, np.inf), time.perf_counter() - start)
for name, seconds in theirs.items():
    print(f"item_knn {name:7} {ours[name]:7.2f} s  implicit {seconds:7.2f} s  {seconds / ours[name]:5.1f} times as fast")
