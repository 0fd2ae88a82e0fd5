#!/usr/bin/env python3
"""The speed of training SASRec, beside RecTools in PyTorch, in one run: rows (a user's item and its time) a second.

    SHORTLIST=build/shortlist benchmarks/sequences.py PYTHON [--users 1000] [--epochs 2] [--threads 2] [--rounds 3]

PYTHON has RecTools with PyTorch. The table has the shape of MovieLens 1M (6,040 users, 3,706 items, 166 rows a user), with
fewer users. The settings are those published for it: 2 blocks, width 50, the last 200 items, dropout 0.2. Both learn the next
item at every position, by softmax over the catalogue. Contenders take turns; the fastest round of each counts. Time for
reading the table and for starting is left out: it is that of a run with the epochs minus that of a run with none."""

import argparse
import json
import os
import pathlib
import resource
import subprocess
import tempfile
import time

import numpy as np

ROOT = pathlib.Path(__file__).parent.parent
PROGRAM = os.environ.get("SHORTLIST", ROOT / "build/shortlist")

CONFIG = """[data]
table = "rows.csv"
user  = "user"
split = { by = "time", column = "time", train = 1.0, validation = 0, test = 0 }

[features]
item = { kind = "category", dim = 50 }

[features.history]
kind   = "history"
length = 200
layers = [{ position = 200 }, { dropout = 0.2 }, { self_attention = 50, heads = 1, dropout = 0.2, repeat = 2 }]

[query]
features = ["history"]

[items]
id       = "item"
features = ["item"]

[retrieval]
loss      = "full_softmax"
reduction = "mean"
top_k     = [10]

[training]
batch     = 16384
optimizer = { adam = 0.001 }
"""


def write_rows(path, users, random):
    popular = 1 / np.arange(1, 3707) ** 0.8
    with open(path, "w") as file:
        file.write("user,item,time\n")
        for user in range(users):
            items = random.choice(3706, size=int(random.integers(20, 312)), p=popular / popular.sum())
            file.writelines(f"u{user},i{item},{1_000_000_000 + 100 * at}\n" for at, item in enumerate(items))


def run_shortlist(folder, epochs, threads):
    """Returns the seconds on the clock, and of the processors."""
    used, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run([PROGRAM, "train", folder / "c.toml", "--data", folder / "rows.csv", "--out", folder / "model", "--overwrite",
                    "--quiet", "--threads", str(threads), "--set", f"training.epochs={epochs}"], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    now = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.perf_counter() - begin, now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("python")
    parser.add_argument("--users", type=int, default=1000)
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = pathlib.Path(made)
        (folder / "c.toml").write_text(CONFIG)
        write_rows(folder / "rows.csv", arguments.users, np.random.default_rng(1))
        rows = sum(1 for _ in open(folder / "rows.csv")) - 1
        best = {}
        for _ in range(arguments.rounds):
            more, less = (run_shortlist(folder, epochs, arguments.threads) for epochs in (arguments.epochs + 1, 1))
            found = [("Shortlist", more[0] - less[0], more[1] - less[1])]
            peer = json.loads(subprocess.run(
                [arguments.python, ROOT / "benchmarks/peers/sequences_torch.py", "rectools", folder / "rows.csv",
                 str(arguments.epochs), str(arguments.threads)], check=True, capture_output=True, text=True).stdout.splitlines()[-1])
            found.append((peer["peer"], peer["seconds"], peer["processor_seconds"]))
            for name, seconds, processor in found:
                kept = best.get(name, (np.inf, np.inf))
                best[name] = (min(kept[0], seconds), min(kept[1], processor))
        own = best["Shortlist"]
        report = {"rows": rows, "users": arguments.users, "threads": arguments.threads, "epochs": arguments.epochs, "contenders": [
            {"name": name, "rows_a_second": rows * arguments.epochs / seconds, "processor_seconds_an_epoch": processor / arguments.epochs,
             "times": seconds / own[0], "times_processor": processor / own[1]} for name, (seconds, processor) in best.items()]}
        print(json.dumps(report, indent=2) if arguments.json else text_of(report))


def text_of(report):
    lines = ["SASRec, {rows} rows of {users} users, {threads} threads, {epochs} epochs:".format(**report)]
    for each in report["contenders"]:
        lines.append("  {name}: {rows_a_second:,.0f} rows/s; {processor_seconds_an_epoch:.2f} processor seconds an epoch; "
                     "{times:.2f} times Shortlist's time, {times_processor:.2f} times its processor time".format(**each))
    return "\n".join(lines)


if __name__ == "__main__":
    main()
