#!/usr/bin/env python3
"""Trains on tables of growing size with a limit of memory, and prints how fast and in how much memory.

    benchmarks/streaming.py [--program build/shortlist] [--rows 1e6,1e7,1e8] [--max-memory 2G] [--folder FOLDER]
                            [--epochs 1] [--json]

For each size: `synth` writes Parquet shards, and `train --max-memory` reads, fits, encodes and trains. The rate of reading is
that until the model is prepared, the rate of training that until the end of the first epoch, which includes its evaluation on
validation rows. Memory is the private memory of the process (RssAnon), sampled ten times a second; "mapped" is the most of its
files' pages that were in memory at a time. Rates are rows per second of a processor; on an idle machine with a fast disk, the
wall time, which --json has too, is about that divided by the threads.
"""

import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent

CONFIG = """
[data]
table = "ratings/*.parquet"
split = {{ train = 0.9, validation = 10_000, test = 10_000 }}
user  = "user"

[features]
user      = {{ kind = "category", dim = 16 }}
country   = {{ kind = "category", dim = 8 }}
age_group = {{ kind = "category", dim = 8 }}
title     = {{ kind = "category", dim = 16 }}

[query]
features = ["user", "country", "age_group"]
layers   = [{{ dense = 32 }}]

[items]
id       = "title"
features = ["title"]
layers   = [{{ dense = 32 }}]

[retrieval]
reduction = "mean"

[training]
epochs        = {epochs}
batch         = 4096
optimizer     = {{ adagrad = 0.1 }}
shard_rows    = {shard}
table_storage = "mapped"
"""


def processor_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Memory(threading.Thread):
    """Samples a process until it ends."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.pid, self.private, self.mapped = pid, 0, 0

    def run(self):
        while True:
            try:
                status = pathlib.Path(f"/proc/{self.pid}/status").read_text()
            except OSError:
                return
            sizes = dict(line.split(":", 1) for line in status.splitlines())
            if "RssAnon" not in sizes:
                return
            self.private = max(self.private, int(sizes["RssAnon"].split()[0]) * 1024)
            self.mapped = max(self.mapped, int(sizes["RssShmem"].split()[0]) * 1024 + int(sizes["RssFile"].split()[0]) * 1024)
            time.sleep(0.1)


def measure(options, rows, folder):
    start = time.monotonic()
    subprocess.run([options.program, "synth", "--rows", str(rows), "--seed", "7", "--shard-rows", str(max(rows // 10, 1)), "--out",
                    "ratings", "--quiet"], cwd=folder, check=True)
    synth = time.monotonic() - start
    (folder / "config.toml").write_text(CONFIG.format(epochs=options.epochs, shard=options.shard_rows))
    start = time.monotonic()
    process = subprocess.Popen([options.program, "train", "config.toml", "--out", "run", "--max-memory", options.max_memory, "--json"],
                               cwd=folder, stdout=subprocess.PIPE, text=True)
    memory = Memory(process.pid)
    memory.start()
    at, processor = {}, {}
    for line in process.stdout:
        event = json.loads(line)["event"]
        if event not in at:
            at[event], processor[event] = time.monotonic(), processor_seconds(process.pid)
    code = process.wait()
    if code != 0:
        sys.exit(f"train ended with code {code}")
    end = time.monotonic()
    return {"rows": rows, "table_bytes": sum(path.stat().st_size for path in (folder / "ratings").iterdir()),
            "synth_seconds": synth, "prepare_seconds": at["prepared"] - start, "epoch_seconds": at["epoch"] - at["prepared"],
            "rest_seconds": end - at["epoch"], "prepare_processor": processor["prepared"],
            "epoch_processor": processor["epoch"] - processor["prepared"], "private_bytes": memory.private, "mapped_bytes": memory.mapped}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=str(ROOT / "build/shortlist"))
    parser.add_argument("--rows", default="1e6,1e7", help="sizes, separated by commas")
    parser.add_argument("--max-memory", default="2G")
    parser.add_argument("--shard-rows", type=int, default=1_000_000)
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--folder", help="where tables and runs are written, and removed again; the default is that of tempfile")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    options.program = str(pathlib.Path(options.program).resolve())
    results = []
    for rows in (int(float(size)) for size in options.rows.split(",")):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="streaming-", dir=options.folder))
        try:
            results.append(measure(options, rows, folder))
        finally:
            shutil.rmtree(folder)
    if options.json:
        print(json.dumps(results, indent=1))
        return
    print(f"--max-memory {options.max_memory}, {options.epochs} epoch(s), shards of {options.shard_rows:,} rows\n")
    print(f"{'rows':>13} {'table MB':>9} {'prepare k/s':>12} {'epoch k/s':>10} {'private MB':>11} {'mapped MB':>10}")
    for r in results:
        rates = [r["rows"] / r[f"{phase}_processor"] / 1e3 for phase in ("prepare", "epoch")]
        print(f"{r['rows']:13,} {r['table_bytes'] / 1e6:9.0f} {rates[0]:12.0f} {rates[1]:10.0f} "
              f"{r['private_bytes'] / 1e6:11.0f} {r['mapped_bytes'] / 1e6:10.0f}")


if __name__ == "__main__":
    main()
