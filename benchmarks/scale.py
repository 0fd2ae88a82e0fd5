#!/usr/bin/env python3
"""Trains one epoch over rows x ranks x storage, and prints the speed of its steps, peak memory and bytes sent.

    benchmarks/scale.py [--program build/shortlist] [--rows 100000] [--times 1,10,100] [--ranks 1,2,4] [--json]

Each rank has one thread. All trainings of one table have the same batch parts, so they must end in the same
bytes, which is checked. "mapped" keeps columns, rows and embedding tables in mapped files.
"""

import argparse
import hashlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
MAPPED = ["--set", 'training.table_storage="mapped"']


def make_table(program, folder, rows):
    table = folder / f"rows_{rows}.parquet"
    if not table.exists():
        users, items = max(100, rows // 50), max(100, min(200_000, rows // 100))
        subprocess.run(
            [
                program,
                "synth",
                "--rows",
                str(rows),
                "--users",
                str(users),
                "--items",
                str(items),
                "--out",
                str(table),
                "--quiet",
            ],
            check=True,
        )
    return table


def bundle_hash(bundle):
    """Of the weights, which are what is trained."""
    return hashlib.sha256((bundle / "weights.safetensors").read_bytes()).hexdigest()


def measure(program, folder, table, ranks, mapped):
    out = folder / f"out_{ranks}_{mapped}"
    train = [
        "train",
        str(ROOT / "examples/synth/synth.toml"),
        "--data",
        str(table),
        "--out",
        str(out),
        "--epochs",
        "1",
        "--overwrite",
        "--threads",
        "1",
        "--json",
        "--profile",
        "--set",
        "training.batch_parts=8",
    ]
    if mapped:
        train += [*MAPPED, "--cache", str(folder / "cache")]
    command = [program, *train] if ranks == 1 else [program, "launch", "--ranks", str(ranks), "--", *train]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    events = {event["event"]: event for event in map(json.loads, process.stdout)}
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(command)}: ended with code {process.returncode}")
    profile = events["profile"]
    exchanges = [phase for phase in profile["phases"] if "exchanges between ranks" in phase["name"]]
    return {
        "ranks": ranks,
        "mapped": mapped,
        "rows_a_second": events["prepared"]["train"] / (profile["steps"] * profile["ms"] / 1e3),
        "milliseconds": profile["ms"],
        "kb_a_step": sum(phase["bytes"] for phase in exchanges) / 1e3,
        "peak_mb": usage.ru_maxrss / 1024,
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
    runs = []
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for rows in [options.rows * int(times) for times in options.times.split(",")]:
            table = make_table(options.program, folder, rows)
            weights = set()
            for mapped in [False, True]:
                one = None
                for ranks in map(int, options.ranks.split(",")):
                    run = {"rows": rows} | measure(options.program, folder, table, ranks, mapped)
                    weights.add(run.pop("weights"))
                    one = one or run["rows_a_second"]
                    run["times"] = run["rows_a_second"] / one
                    runs.append(run)
                    print(
                        f"{rows:>11,} rows, {ranks} ranks, {'mapped' if mapped else 'memory'}: {run['rows_a_second']:9,.0f} rows/s, "
                        f"{run['milliseconds']:6.2f} ms a step, {run['times']:.2f} x, {run['peak_mb']:6.0f} MB a rank, "
                        f"{run['kb_a_step']:6.0f} kB sent a step",
                        file=sys.stderr,
                        flush=True,
                    )
            if len(weights) != 1:
                sys.exit(f"{rows} rows: the weights differ between ranks or storages")
    if options.json:
        print(json.dumps({"runs": runs}))


if __name__ == "__main__":
    main()
