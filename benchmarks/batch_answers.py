#!/usr/bin/env python3
"""The rate of batch answers: one shard against two shards at once, with one thread each, and a long run.

    python3 benchmarks/batch_answers.py build/shortlist [--queries 1000000] [--rounds 3] [--pair-queries 100000]

Trains a model on a table of `synth`, writes queries, and compares, interleaved, one process that answers all
queries of a table with two processes at once that answer a shard each. Target: two are at least 1.9 times as
fast on two idle cores. On a busy machine the ratio of processor time shows what the work itself costs: 1.0 if
two shards do no more work than one. Then it answers all --queries in one shard and states what 100 million
take at that rate."""

import argparse
import csv
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "tests"))


def timed(jobs):
    """Wall time, processor time and greatest memory in MiB of jobs that run at once."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    running = [subprocess.Popen(job, stderr=subprocess.DEVNULL) for job in jobs]
    memory = 0
    for process in running:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        assert process.returncode == 0, process.args
        memory = max(memory, usage.ru_maxrss / 1024)
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, memory


def write_queries(ratings, path, count):
    with open(ratings, newline="") as file:
        rows = [(row["country"], row["age_group"], row["user"]) for row in csv.DictReader(file)]
    chance = random.Random(1)
    with open(path, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["country", "age_group", "user"])
        writer.writerows(chance.choices(rows, k=count))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--queries", type=int, default=1_000_000)
    parser.add_argument("--pair-queries", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--items", type=int, default=5_000)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    from program import CONFIG

    with tempfile.TemporaryDirectory() as folder:
        path = lambda name: os.path.join(folder, name)  # noqa: E731
        quiet = {"check": True, "cwd": folder, "stdout": subprocess.DEVNULL}
        program = os.path.abspath(given.program)
        subprocess.run([program, "synth", "--rows", "100000", "--users", "5000", "--items", str(given.items), "--seed", "5",
                        "--out", "ratings.csv", "--quiet"], **quiet)  # fmt: skip
        with open(path("config.toml"), "w") as file:
            file.write(CONFIG.replace("[features]", '[features]\nuser = { kind = "category", dim = 16 }')
                       .replace('features = ["country", "age_group"]', 'features = ["country", "age_group", "user"]'))  # fmt: skip
        subprocess.run([program, "train", "config.toml", "--out", "bundle", "--quiet", "--epochs", "1"], **quiet)
        for name, count in (("pair", given.pair_queries), ("long", given.queries)):
            write_queries(path("ratings.csv"), path(f"{name}.csv"), count)
            subprocess.run([program, "convert", f"{name}.csv", "--out", f"{name}.parquet", "--quiet"], **quiet)

        def job(table, shard, out):
            return [program, "recommend", path("bundle"), "--queries", path(table), "-k", "10", "--shard", shard,
                    "--threads", "1", "--quiet", "--out", path(out)]  # fmt: skip

        ratios, work, memory = [], [], 0
        for i in range(given.rounds):
            one = timed([job("pair.parquet", "0/1", f"one-{i}")])
            two = timed([job("pair.parquet", f"{s}/2", f"two-{i}") for s in (0, 1)])
            ratios.append(one[0] / two[0])
            work.append(two[1] / one[1])
            memory = max(memory, two[2])
        wall, cpu, _ = timed([job("long.parquet", "0/1", "long")])
        subprocess.run([program, "merge", path("long")], **quiet)
    report = {
        "queries": given.queries,
        "items": given.items,
        "two_shards_times_as_fast": round(statistics.median(ratios), 2),
        "processor_time_of_two_shards": round(statistics.median(work), 3),
        "memory_per_worker_mib": round(memory),
        "seconds": round(wall, 1),
        "processor_seconds": round(cpu, 1),
        "queries_per_second": round(given.queries / wall),
        "queries_per_processor_second": round(given.queries / cpu),
        "hours_of_one_processor_for_100_million": round(100e6 / (given.queries / cpu) / 3600, 1),
    }
    print(json.dumps(report) if given.json else "\n".join(f"{name}: {value}" for name, value in report.items()))


if __name__ == "__main__":
    main()
