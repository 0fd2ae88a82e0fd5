"""Promise: at recall@10 of .95 and .99 an HNSW index answers at least 1.2 times as many queries a second as
hnswlib's and no fewer than faiss's and usearch's, and is built in at most 1.2 times hnswlib's time.

    VENV/bin/python compare_retrieval.py --program build/benchmarks/retrieval --folder FOLDER [--data NAME]...
        [--shortlist build/shortlist] [--rounds 7] [--connections 16] [--build-beam 200] [--keep] [--json]

All on the same vectors with one thread, in the processor's time, with as many connections and as wide a beam while
building. Beams are chosen on some queries, figures are read on others: bursts of all indexes take turns, and
queries/s are interpolated at each recall. Data, made in FOLDER where they are not there yet:

    clustered-100k  100,000 unit vectors of 32 numbers around 2,000 directions
    trained-50k     the 50,000 item vectors of a model that `shortlist train` makes of `shortlist synth`'s table.
                    They are not of one length, for which the libraries' graphs of inner products are poor; so
                    each is also measured "lifted": with one more number to a vector that makes all as long as
                    the longest, by distance, which orders as the inner product does
    clustered-1m    1,000,000 unit vectors of 64 numbers

--keep leaves the graphs in FOLDER, with the time that they took, for the next run. A library that cannot be
imported is "not measured".
"""

import argparse
import itertools
import json
import math
import pathlib
import statistics
import subprocess
import time

import numpy as np

from retrieval_indexes import CONTESTANTS, K, QUERIES, Shortlist

RECALLS = (0.95, 0.99)
TUNING, READING = slice(0, QUERIES), slice(QUERIES, 2 * QUERIES)
BEAMS = [10, 12, 14, 16, 20, 24, 28, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 256, 384, 512, 768, 1024]


def clustered(rows, cols):
    centres = np.random.default_rng(1).standard_normal((2000, cols), np.float32)
    centres /= np.linalg.norm(centres, axis=1, keepdims=True)

    def draw(count, seed):
        random = np.random.default_rng(seed)
        v = centres[random.integers(0, len(centres), count)]
        v = v + np.float32(0.35 * cols**-0.25) * random.standard_normal((count, cols), np.float32)
        return v / np.linalg.norm(v, axis=1, keepdims=True)

    return draw(rows, 2), np.concatenate([draw(QUERIES, 3), draw(QUERIES, 4)])


def trained(folder, shortlist):
    def make(result, *command):
        if not (folder / result).exists():
            subprocess.run([shortlist, *command], cwd=folder, check=True)

    make("ratings.parquet", "synth", "--rows", "2000000", "--users", "40000", "--items", "50000", "--out",
         "ratings.parquet")
    make("model.toml", "init", "ratings.parquet", "--out", "model.toml")
    make("model", "train", "model.toml", "--epochs", "3", "--out", "model")
    make("items.npy", "embed", "model", "--items", "--out", "items.npy")
    make("users.npy", "embed", "model", "--queries",
         "SELECT DISTINCT user, country, age_group FROM 'ratings.parquet' ORDER BY user", "--out", "users.npy")
    users = np.load(folder / "users.npy")
    return np.load(folder / "items.npy"), users[np.random.default_rng(3).permutation(len(users))[:2 * QUERIES]]


def best(vectors, queries):
    found = np.empty((len(queries), K), np.int64)
    for begin in range(0, len(queries), 50):
        scores = queries[begin:begin + 50] @ vectors.T
        found[begin:begin + 50] = np.argpartition(-scores, K, axis=1)[:, :K]
    return found


def recall(found, truth):
    return sum(len(set(f) & set(t)) for f, t in zip(found, truth.tolist())) / truth.size


def choose_beams(index, truth):
    """Of BEAMS those around each recall, with one to spare on both sides; none where it is out of reach."""
    recalls = []
    for beam in BEAMS:
        recalls.append(recall(index.run(beam, TUNING)[1], truth[TUNING]))
        if recalls[-1] > max(RECALLS) + 0.002:
            break
    chosen = set()
    for wanted in RECALLS:
        at = next((i for i, r in enumerate(recalls) if r >= wanted), None)
        if at is not None:
            chosen.update(range(max(at - 2, 0), min(at + 2, len(recalls))))
    return [BEAMS[i] for i in sorted(chosen)]


def interpolate(points, wanted):
    """Seconds at a recall, of (recall, seconds) of ascending beams: linear in log(1 - recall). Beyond the least beam,
    that beam's own time; None where the recall is out of reach."""
    for (low, before), (high, after) in zip(points, points[1:]):
        if low <= wanted <= high and low < high:
            share = math.log((1 - low) / (1 - wanted)) / math.log((1 - low) / max(1 - high, 1e-5))
            return before + share * (after - before)
    return points[0][1] if points and points[0][0] >= wanted else None


def measure_graphs(indexes, truth, rounds):
    beams = {name: choose_beams(index, truth) for name, index in indexes.items()}
    recalls, rounds_of = {}, []
    for _ in range(rounds):
        seconds = {}
        for place in range(max(map(len, beams.values()))):
            for name, index in indexes.items():
                if place < len(beams[name]):
                    beam = beams[name][place]
                    seconds[name, beam], ids = index.run(beam, READING)
                    if (name, beam) not in recalls:
                        recalls[name, beam] = recall(ids, truth[READING])
        rounds_of.append({
            (name, wanted): interpolate([(recalls[name, b], seconds[name, b]) for b in beams[name]], wanted)
            for name in indexes for wanted in RECALLS
        })
    rows = []
    for name in indexes:
        for wanted in RECALLS:
            mine = [(r["shortlist", wanted], r[name, wanted]) for r in rounds_of]
            reached = all(b is not None for _, b in mine)
            rows.append({
                "index": name, "recall": wanted,
                "queries_a_second": QUERIES / statistics.median(b for _, b in mine) if reached else None,
                "shortlist_times": statistics.median(b / a for a, b in mine) if reached else None,
                "beams": {b: recalls[name, b] for b in beams[name]},
            })
    return rows


def measure_exact(shortlist, vectors, queries, truth, rounds):
    """Exact searches beside faiss's, of one query and of 96 at once."""
    import faiss

    flat = faiss.IndexFlatIP(vectors.shape[1])
    flat.add(vectors)
    faiss.omp_set_num_threads(1)
    part = slice(0, 96)

    def run_flat(batch):
        start = time.process_time()
        ids = [flat.search(queries[i:i + batch], K)[1] for i in range(0, part.stop, batch)]
        return time.process_time() - start, np.concatenate(ids).tolist()

    runs = {"faiss Flat": run_flat, "exact": lambda batch: shortlist.search("exact", 1, batch, part),
            "int8": lambda batch: shortlist.search("int8", 1, batch, part)}
    rows = []
    for batch in (1, part.stop):
        seconds = {name: [] for name in runs}
        for _ in range(rounds):
            for name, run in runs.items():
                passed, ids = run(batch)
                seconds[name].append(passed)
        for name in runs:
            rows.append({
                "index": name, "batch": batch, "recall": recall(runs[name](batch)[1], truth[part]),
                "us": 1e6 * statistics.median(seconds[name]) / part.stop,
                "faiss_times": statistics.median(f / s for f, s in zip(seconds["faiss Flat"], seconds[name])),
            })
    return rows


def measure(data, options):
    folder = pathlib.Path(options.folder) / data
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "truth.npy").exists():
        vectors, queries = DATA[data](folder, options)
        np.save(folder / "vectors.npy", vectors)
        np.save(folder / "queries.npy", queries)
        np.save(folder / "truth.npy", best(vectors, queries))
    vectors, queries, truth = (np.load(folder / f"{part}.npy") for part in ("vectors", "queries", "truth"))
    lengths = np.linalg.norm(vectors, axis=1)
    lifting = [False, True] if lengths.max() > 1.001 * lengths.min() else [False]
    indexes, build_seconds, absent = {}, {}, []
    for (contestant, make), lifted in itertools.product(CONTESTANTS.items(), lifting):
        if options.index and contestant not in options.index or lifted and make is Shortlist:
            continue
        name = contestant + ", lifted" * lifted
        kept = folder / f"{name.replace(', ', '-').replace(' ', '-')}.graph" if options.keep else None
        try:
            index = make(options, folder, vectors, queries, kept, **({"lifted": True} if lifted else {}))
        except ImportError:
            absent.append(name)
            continue
        indexes[name], build_seconds[name] = index, index.build_seconds
        if kept and index.build_seconds is not None:
            kept.with_suffix(".seconds").write_text(str(index.build_seconds))
        elif kept:
            build_seconds[name] = float(kept.with_suffix(".seconds").read_text())
    if options.build_only:
        return None
    result = {"data": data, "candidates": len(vectors), "width": vectors.shape[1], "not measured": absent,
              "build_seconds": build_seconds, "graphs": measure_graphs(indexes, truth, options.rounds)}
    if "faiss" in indexes:
        result["exact"] = measure_exact(indexes["shortlist"], vectors, queries, truth, options.rounds)
    return result


DATA = {
    "clustered-100k": lambda folder, options: clustered(100_000, 32),
    "trained-50k": lambda folder, options: trained(folder, str(pathlib.Path(options.shortlist).resolve())),
    "clustered-1m": lambda folder, options: clustered(1_000_000, 64),
}


def times(value, digits=0):
    return "-" if value is None else f"{value:,.{digits}f}"


def print_table(result):
    print(f"\n{result['data']}: {result['candidates']:,} x {result['width']}\n")
    print("| index | build, s | queries/s at .95 | Shortlist's are times it | at .99 | times it |")
    print("|---|---:|---:|---:|---:|---:|")
    for name, seconds in result["build_seconds"].items():
        low, high = (row for row in result["graphs"] if row["index"] == name)
        print(f"| {name} | {seconds:.1f} | {times(low['queries_a_second'])} | {times(low['shortlist_times'], 2)} "
              f"| {times(high['queries_a_second'])} | {times(high['shortlist_times'], 2)} |")
    for name in result["not measured"]:
        print(f"| {name} | not measured | | | | |")
    if "exact" in result:
        print("\n| exact | batch | recall | µs a query | faiss's is times it |\n|---|---:|---:|---:|---:|")
        for row in result["exact"]:
            print(f"| {row['index']} | {row['batch']} | {row['recall']:.4f} | {row['us']:,.1f} "
                  f"| {row['faiss_times']:.2f} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", required=True)
    parser.add_argument("--folder", required=True)
    parser.add_argument("--shortlist", default="build/shortlist")
    parser.add_argument("--data", action="append", choices=DATA)
    parser.add_argument("--index", action="append", choices=CONTESTANTS, help="all unless given; shortlist must be among them")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--build-beam", type=int, default=200)
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--build-only", action="store_true", help="make the graphs, which --keep leaves, and stop")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    results = [measure(name, options) for name in options.data or DATA]
    results = [result for result in results if result]
    if options.json:
        print(json.dumps({"benchmark": "compare_retrieval", "rounds": options.rounds, "results": results}, indent=2))
    else:
        for result in results:
            print_table(result)


if __name__ == "__main__":
    main()
