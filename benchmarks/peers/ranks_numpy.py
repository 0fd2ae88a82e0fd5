"""Exact ranks in numpy, as benchmarks/evaluation has them: `ranks_numpy.py [--queries 4608] [--items 1000000]`
prints GFLOP/s of blocks of scores that are compared with each query's own.
"""

import argparse
import json
import time

import numpy as np

WIDTH, BLOCK = 64, 64


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--queries", type=int, default=512)
    parser.add_argument("--items", type=int, default=1_000_000)
    options = parser.parse_args()
    draws = np.random.default_rng(1)
    items = draws.standard_normal((options.items, WIDTH), dtype=np.float32)
    queries = draws.standard_normal((options.queries, WIDTH), dtype=np.float32)
    own = np.arange(options.queries) * 7919 % options.items
    ranks = np.empty(options.queries, np.int64)
    start = time.perf_counter()
    for begin in range(0, options.queries, BLOCK):
        scores = queries[begin:begin + BLOCK] @ items.T
        ranks[begin:begin + BLOCK] = (scores > scores[np.arange(len(scores)), own[begin:begin + BLOCK]][:, None]).sum(1)
    seconds = time.perf_counter() - start
    operations = 2 * options.queries * options.items * WIDTH
    print(json.dumps({"peer": "numpy", "version": np.__version__, "seconds": seconds, "gflops": operations / seconds / 1e9}))


if __name__ == "__main__":
    main()
