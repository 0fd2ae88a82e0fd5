#!/usr/bin/env python3
"""Trains one epoch over rows x ranks x storage, and prints rows a second, peak memory and bytes between ranks.

    benchmarks/scale.py [--program build/shortlist] [--rows 100000] [--times 1,10,100] [--ranks 1,2,4] [--json]

Each rank has one thread. All trainings of one table have the same batch parts, so they must end in the same
bytes, which is checked. "mapped" keeps columns, rows and embedding tables in mapped files.
"""

import argparse
import hashlib
import json
import os
import pathlib
import re
import resource
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
MAPPED = ["--set", 'training.table_storage="mapped"']


def make_table(program, folder, rows):
    table = folder / f"rows_{rows}.parquet"
    if not table.exists():
        users, items = max(100, rows // 50), max(100, min(200_000, rows // 100))
        subprocess.run([program, "synth", "--rows", str(rows), "--users", str(users), "--items", str(items), "--out", str(table),
                        "--quiet"], check=True)
    return table


def bundle_hash(bundle):
    """Of the weights, which are what is trained."""
    return hashlib.sha256((bundle / "weights.safetensors").read_bytes()).hexdigest()


def measure(program, folder, table, ranks, mapped):
    out = folder / f"out_{ranks}_{mapped}"
    train = ["train", str(ROOT / "examples/synth/synth.toml"), "--data", str(table), "--out", str(out), "--epochs", "1", "--overwrite",
             "--threads", "1", "--json", "--profile", "--set", "training.batch_parts=8"]
    if mapped:
        train += [*MAPPED, "--cache", str(folder / "cache")]
    command = [program, *train] if ranks == 1 else [program, "launch", "--ranks", str(ranks), "--", *train]
    begin = time.monotonic()
    first_step = end_of_epoch = None
    rows = 0
    lines = []
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    for line in process.stdout:
        lines.append(line)
        if first_step is None and '"event":"step"' in line.replace(" ", ""):
            first_step, rows_before = time.monotonic(), json.loads(line).get("rows", 0)
        if '"event":"epoch"' in line.replace(" ", ""):
            end_of_epoch = time.monotonic()
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{' '.join(command)}: ended with status {status}")
    events = [json.loads(line) for line in lines]
    profile = next((event for event in events if event["event"] == "profile"), {})
    return {
        "ranks": ranks,
        "mapped": mapped,
        "seconds": time.monotonic() - begin,
        "peak_mb": usage.ru_maxrss / 1024,
        "profile": profile,
        "weights": bundle_hash(out),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=str(ROOT / "build/shortlist"))
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--times", default="1,10,100")
    parser.add_argument("--ranks", default="1,2,4")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    results = []
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for times in map(int, options.times.split(",")):
            rows = options.rows * times
            table = make_table(options.program, folder, rows)
            weights = set()
            for ranks in map(int, options.ranks.split(",")):
                for mapped in [False, True]:
                    result = {"rows": rows} | measure(options.program, folder, table, ranks, mapped)
                    weights.add(result.pop("weights"))
                    results.append(result)
                    print(f"{rows:>12,} rows, {ranks} ranks, {'mapped' if mapped else 'memory':6}: {result['seconds']:7.1f} s, "
                          f"{result['peak_mb']:7.0f} MB a rank", file=sys.stderr, flush=True)
            if len(weights) != 1:
                sys.exit(f"{rows} rows: the weights differ between ranks or storages")
    print(json.dumps(results))


if __name__ == "__main__":
    main()
