#!/usr/bin/env python3
"""Measures what work takes on this machine, for `shortlist plan --constants FILE`.

    benchmarks/plan_constants.py --out constants.json [--program build/shortlist] [--quick]

Trains examples/synth on tables that differ in one count at a time, on one core, and solves for the constants by
least squares. Takes about two minutes; --quick leaves out the larger tables. The machine must be quiet: steps and
evaluation are told apart by the clock. Compare the result with benchmarks/plan_check.py --constants.
"""

import argparse
import json
import os
import pathlib
import platform
import subprocess
import tempfile

import numpy

from plan_check import CONFIG, ROOT, measure

# rows, users, items
TABLES = [(100_000, 2_000, 1_000), (100_000, 20_000, 2_000), (300_000, 20_000, 2_000), (300_000, 20_000, 20_000),
          (1_000_000, 20_000, 2_000), (1_000_000, 20_000, 20_000), (1_000_000, 100_000, 2_000)]
WIDTH = 32  # of the towers in examples/synth


def processor():
    with open("/proc/cpuinfo") as info:
        names = [line.split(":")[1].strip() for line in info if line.startswith("model name")]
    return f"one core of {names[0]}" if names else platform.processor()


def solve(rows, values):
    """Least squares of relative errors, without negative coefficients."""
    a, b = numpy.array(rows, float), numpy.array(values, float)
    a, b = a / b[:, None], numpy.ones(len(b))
    used = list(range(a.shape[1]))
    while True:
        found = numpy.linalg.lstsq(a[:, used], b, rcond=None)[0]
        if (found >= 0).all() or len(used) == 1:
            result = numpy.zeros(a.shape[1])
            result[used] = numpy.maximum(found, 0)
            return result
        del used[int(numpy.argmin(found))]


def distinct(draws, batch):
    return -draws * numpy.expm1(batch * numpy.log1p(-1 / draws))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=str(ROOT / "build/shortlist"))
    parser.add_argument("--out", required=True)
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    runs = []
    with tempfile.TemporaryDirectory() as folder:
        for rows, users, items in TABLES[:4] if options.quick else TABLES:
            table = os.path.join(folder, f"{rows}-{users}-{items}.csv")
            subprocess.run([options.program, "synth", "--rows", str(rows), "--users", str(users), "--items", str(items),
                            "--out", table, "--quiet"], check=True)
            measured = measure(options.program, CONFIG, table, os.path.join(folder, "run-" + pathlib.Path(table).stem))
            done = subprocess.run(["taskset", "-c", "0", options.program, "plan", str(CONFIG), "--data", table, "--json"],
                                  capture_output=True, text=True, check=True)
            runs.append({"rows": rows, "users": users, "items": items, "plan": json.loads(done.stdout), **measured})
            print(f"{rows:,} rows, {users:,} users, {items:,} items: {measured['step_seconds'] * 1000:.2f} ms a step", flush=True)
    sample = runs[-1]["plan"]["sample"]
    cells, features = sample["rows"] * sample["columns"], sample["rows"] * sample["features"]
    # Of the run with most parameters, whose tables are least in the caches.
    most = max(runs, key=lambda run: run["parameters"])
    updated = most["optimizer_share"] * most["step_seconds"] / most["parameters"]
    layers = [run["step_seconds"] * (1 - run["optimizer_share"]) for run in runs]
    operation, step = solve([[run["operations"], 1] for run in runs], layers)
    ranked = [[distinct(run["users"], 0.1 * run["rows"]) * run["items"], 0.1 * run["rows"]] for run in runs]
    pair, row = solve(ranked, [max(1e-4, run["seconds"]["validate an epoch"]) for run in runs])
    last = [[distinct(run["users"], 0.1 * run["rows"]) * run["items"], run["rows"], 1] for run in runs]
    last_pair, last_row, fixed = solve(last, [run["seconds"]["evaluate, index, bundle"] for run in runs])
    constants = {
        "machine": processor(),
        "read_start": 0.0, "read_cell": sample["read_seconds"] / cells,
        "fit_cell": sample["fit_seconds"] / features,
        "encode_cell": sample["encode_seconds"] / features,
        "operation": operation, "updated_value": updated, "step": step,
        "byte_moved": 0.0, "softmax_pair": 0.0,  # contained in those above, which were measured together
        "ranked_pair": pair / 2, "ranked_product": pair / 2 / WIDTH,
        "evaluated_row": row,
        "last_evaluation": last_pair / pair if pair else 1.0, "last_row": last_row, "last_evaluation_fixed": fixed,
    }
    with open(options.out, "w") as file:
        json.dump(constants, file, indent=2)
        file.write("\n")
    print(f"wrote {options.out}")


if __name__ == "__main__":
    main()
