#!/usr/bin/env python3
"""Runs every benchmark, with its peers where they are at hand, and writes report.md and report.json.

    benchmarks/run.py [--build build] [--out build/bench] [--peers VENV] [--tensorflow VENV] [--data FOLDER] [--quick]
                      [--only NAME]...

--peers is what benchmarks/peers/setup makes, --tensorflow what tests/parity/setup makes. A peer that is not there is
"not measured". --data holds the reference notebook's table; without it one of its shape is made up.
"""

import argparse
import datetime
import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
PEERS = ROOT / "benchmarks" / "peers"


class Bench:
    def __init__(self, options):
        self.options = options
        self.rows, self.raw = [], {}

    def program(self, name, *flags):
        return self.json([str(self.options.build / "benchmarks" / name), *flags, "--json"], name)

    def peer(self, python, script, *flags, **environment):
        """What a peer's script prints; None without its environment."""
        if python is None:
            return None
        return self.json([str(python), str(PEERS / script), *flags], script, environment)

    def json(self, command, name, environment=None):
        print(f"== {name}", file=sys.stderr, flush=True)
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env={**os.environ, **(environment or {})})
        if "{" not in done.stdout:
            print(done.stderr, file=sys.stderr)
            return None
        result = json.loads(done.stdout[done.stdout.index("{"):])
        self.raw[name] = result
        return result

    def row(self, promise, figure, goal=None, peer="", ratio=None, spread=""):
        self.rows.append({"promise": promise, "figure": figure, "spread": spread, "goal": goal or "",
                          "peer": peer, "ratio": "" if ratio is None else ratio})

    def peers(self, promise, report, goals):
        for peer, goal in goals.items():
            found = report["peers"].get(peer, "not measured") if report else "not measured"
            if found == "not measured":
                self.row(promise, "not measured", goal, peer)
            else:
                self.row(promise, f"{report['ms']:.2f} ms against {found['ms']:.2f}", goal, peer, f"{found['ratio']:.2f} x",
                         f"{found['ms_least']:.1f} to {found['ms_most']:.1f}")


def machine(bench):
    bench.program("machine")


def step(bench):
    table = bench.options.table
    result = bench.program("step", "--table", table, "--rounds", "3" if bench.options.quick else "9")
    for run in result["runs"]:
        bench.row(f"training step, {run['threads']} threads", f"{run['ms']:.2f} ms, {run['times_floor']:.2f} x the floor",
                  "1.3 x (AVX2), 1.75 x (AVX-512)", spread=f"least {run['ms_min']:.2f}")
    bench.row("two threads by one", f"{result['scaling']:.2f}", "1.85")
    lower = {run["precision"]: run for run in result["rounded_products"]}
    for precision, goal in {"bf16x3": "1.7 x on matrix tiles", "bf16": "2.6 x on matrix tiles"}.items():
        what = f"training step in {precision}, 2 threads"
        if run := lower.get(precision):
            bench.row(what, f"{run['ms']:.2f} ms", goal, "float32", f"{run['times_as_fast']:.2f} x", f"least {run['ms_min']:.2f}")
        else:
            bench.row(what, "not measured", goal, "float32")
    report = None
    if bench.options.peers:
        report = bench.json([sys.executable, str(PEERS / "compare_step.py"), "--step",
                             str(bench.options.build / "benchmarks" / "step"), "--table", table, "--python",
                             str(bench.options.peers), "--rounds", "1" if bench.options.quick else "5"], "compare_step.py")
    bench.peers("training step", report, {"torch eager": "6.5 x", "torch.compile": "", "jax": "5 x"})


def epoch(bench):
    ours = bench.program("epoch", "--table", bench.options.table)
    bench.row("an epoch with validation", f"{1e3 * ours['seconds']:.0f} ms", spread=f"least {1e3 * ours['seconds_min']:.0f}")
    report = None
    if bench.options.tensorflow:
        report = bench.json([sys.executable, str(PEERS / "compare_epoch.py"), "--epoch",
                             str(bench.options.build / "benchmarks" / "epoch"), "--table", bench.options.table, "--python",
                             str(bench.options.tensorflow), "--rounds", "1" if bench.options.quick else "5"], "compare_epoch.py")
    bench.peers("an epoch with validation", report, {"TFRS, the notebook": "40 x"})


def evaluation(bench):
    result = bench.program("evaluation", *(["--queries", "768", "--rounds", "3"] if bench.options.quick else []))
    validation, ranks = result["validation"], result["ranks"]
    bench.row(f"validation, {validation['rows']:,} rows over {validation['candidates']}", f"{validation['ms']:.2f} ms", "5 ms",
              spread=f"least {validation['ms_min']:.2f}; with losses {validation['ms_with_losses']:.2f}")
    numpy = bench.peer(bench.options.peers, "ranks_numpy.py")
    bench.row(f"ranks among {ranks['items']:,} x {ranks['width']}",
              f"{ranks['gflops']:.0f} GFLOP/s, {100 * ranks['share_of_peak']:.0f} % of the peak", "60 %",
              "numpy" if numpy else "numpy: not measured", f"{ranks['gflops'] / numpy['gflops']:.1f} x" if numpy else None)


def data(bench):
    result = bench.program("data", *(["--rows", "2000000", "--rounds", "2"] if bench.options.quick else []))
    goals = {"parquet": "2 M", "csv": "1 M"}
    for run in result["runs"]:
        bench.row(f"{result['rows'] // 1_000_000} M rows of {run['format']} to encoded rows",
                  f"{run['rows_a_second'] / 1e6:.2f} M rows/s", goals[run["format"]])
        bench.row(f"memory, {run['format']}", f"{run['memory_times_encoded']:.2f} x the encoded bytes", "1.5 x")


def large_batch(bench):
    result = bench.program("large_batch")
    bench.row(f"in-batch softmax of {result['rows']:,} x {result['width']}",
              f"{result['growth_mib']:.1f} MiB, {result['ms']:.0f} ms", "64 MiB", spread=f"least {result['ms_min']:.0f} ms")


def full_softmax(bench):
    result = bench.program("full_softmax", *(["--rounds", "3"] if bench.options.quick else []))
    bench.row(f"softmax of {result['queries']:,} over {result['items']:,} x {result['width']}",
              f"{result['gflops']:.0f} GFLOP/s, {100 * result['of_peak']:.0f} % of the peak, {result['growth_mib']:.1f} MiB", "60 %",
              spread=f"{result['ms']:.0f} ms, least {result['ms_min']:.0f} ms")


def tables(bench):
    result = bench.program("tables", *(["--rows", "5000000", "--rounds", "1"] if bench.options.quick else []))
    by_optimizer = {}
    for run in result["runs"]:
        by_optimizer.setdefault(run["optimizer"], []).append(run)
    for optimizer, runs in by_optimizer.items():
        least, most = runs[0], runs[-1]
        bench.row(f"step over a table of {most['rows']:,} x 16, {optimizer.strip('{ }')}",
                  f"{most['ms_min']:.2f} ms against {least['ms_min']:.2f} with {least['rows']:,} rows", "follows touched rows",
                  spread=f"median {most['ms']:.2f}")


def dlrm(bench):
    report = None
    if bench.options.peers:
        report = bench.json([sys.executable, str(PEERS / "compare_dlrm.py"), "--dlrm",
                             str(bench.options.build / "benchmarks" / "dlrm"), "--python", str(bench.options.peers),
                             "--rounds", "1" if bench.options.quick else "5"], "compare_dlrm.py")
    if report is None:
        ours = bench.program("dlrm")
        bench.row("model of DLRM's shape", f"{ours['rows_a_second']:,.0f} rows/s")
    bench.peers("model of DLRM's shape", report, {"torch eager": "2 x", "torch.compile": ""})


def exact_search(bench):
    result = bench.program("exact_search", "--width", "64", *(["--most", "100000", "--rounds", "3"] if bench.options.quick else []))
    for row in result["rows"]:
        what = f"search {row['index']}, {row['candidates']:,} x {row['width']}"
        bench.row(f"{what}, one query", f"{row['us']:.1f} us, {row['times_limit']:.2f} x the limit", "1.3 x",
                  spread=f"least {row['times_limit_least']:.2f}")
        bench.row(f"{what}, 96 at once", f"{row['batch_us']:.1f} us a query, {row['times_product']:.2f} x the product", "1.3 x",
                  spread=f"least {row['times_product_least']:.2f}")


def retrieval(bench):
    if not bench.options.peers:
        return bench.row("HNSW beside other libraries", "not measured", "1.2 x", "hnswlib, faiss, usearch")
    data = ["clustered-100k"] + ["trained-50k"] * (not bench.options.quick) + ["clustered-1m"] * bench.options.large
    report = bench.json([str(bench.options.peers), str(PEERS / "compare_retrieval.py"), "--program",
                         str(bench.options.build / "benchmarks" / "retrieval"), "--shortlist", str(bench.options.build / "shortlist"),
                         "--folder", str(bench.options.out / "retrieval"), "--rounds", "1" if bench.options.quick else "3",
                         *[flag for name in data for flag in ("--data", name)], "--json"], "compare_retrieval.py")
    for result in report["results"]:
        ours = result["build_seconds"]["shortlist"]
        for graph in result["graphs"]:
            if graph["index"] == "shortlist":
                continue
            ratio = graph["shortlist_times"]
            bench.row(f"HNSW, {result['data']}, queries/s at recall {graph['recall']}",
                      "peer does not reach it" if ratio is None else f"peer {graph['queries_a_second']:,.0f}", "1.2 x hnswlib, 1 x others",
                      graph["index"], None if ratio is None else f"{ratio:.2f} x")
        for name, seconds in result["build_seconds"].items():
            if name != "shortlist":
                bench.row(f"HNSW, {result['data']}, build", f"{ours:.1f} s against {seconds:.1f}", "at least 1 / 1.2 of hnswlib's pace", name,
                          f"{seconds / ours:.2f} x")


def growth(bench):
    result = bench.program("growth", *(["--rounds", "2"] if bench.options.quick else []))
    for run in result["runs"]:
        bench.row(f"{run['work']}: {run['of']} {' '.join(f'{size:,.0f}' for size in run['sizes'])}",
                  " / ".join(f"{ms:.1f}" for ms in run["ms"]) + f" ms, exponent {run['exponent']:.2f}",
                  "1.05" if run["bounded"] else "")


def plan(bench):
    """What `shortlist plan` predicts from 100,000 rows, and what runs take."""
    report = bench.json([sys.executable, str(ROOT / "benchmarks/plan_check.py"), "--program",
                         str(bench.options.build / "shortlist"), "--json"], "plan_check")  # fmt: skip
    for rows, figures in (report or {}).items():
        for row in figures:
            ratio = f"{row['predicted'] / row['measured']:.2f} x" if row["measured"] else None
            bench.row(f"plan of {int(rows):,} rows: {row['figure']}", f"{row['predicted']:.3g}",
                      "sizes within 15 %", f"measured {row['measured']:.3g}", ratio)


ALL = [machine, step, epoch, evaluation, exact_search, retrieval, data, large_batch, full_softmax, tables, dlrm, growth, plan]


def python_of(folder):
    python = pathlib.Path(folder or "") / "bin" / "python"
    return python.absolute() if folder and python.exists() else None


def table(options):
    """The notebook's table, made from the raw files where they are."""
    path, raw = options.out / "table.csv", options.data / "anime"
    if path.exists():
        return str(path)
    if raw.exists():
        command = [str(options.build / "shortlist"), "convert", str(raw), "--sql", "examples/anime/prepare.sql", "--out", str(path)]
    else:
        command = [str(options.build / "benchmarks" / "step"), "--save-table", str(path)]
    subprocess.run(command, cwd=ROOT, check=True, stderr=subprocess.DEVNULL)
    return str(path)


def of(command):
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True).stdout.strip()


def processor():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return "unknown"


def markdown(report):
    lines = [f"# Benchmarks of {report['commit']}", "", f"{report['date']}; {report['processor']}, {report['cores']} cores"]
    measured = report["raw"].get("machine")
    if measured:
        lines[-1] += f", vectors {measured['vectors']}, core to core and back {measured['core_to_core_ns']:.0f} ns"
        lines += [""] + [f"- {run['threads']} threads: {run['peak_gflops']:.1f} GFLOP/s of multiply-adds, reads {run['read_gb_a_second']:.1f} GB/s"
                         for run in measured["runs"]]
    lines += ["", f"Load when it began: {report['load']:.1f}.", "", "| promise | figure | spread | goal | peer | ratio |", "|---|---|---|---|---|---:|"]
    for row in report["rows"]:
        lines.append("| " + " | ".join(str(row[key]) for key in ("promise", "figure", "spread", "goal", "peer", "ratio")) + " |")
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build")
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "build" / "bench")
    parser.add_argument("--peers", default="")
    parser.add_argument("--tensorflow", default="")
    parser.add_argument("--data", type=pathlib.Path, default=pathlib.Path(os.environ.get("SHORTLIST_DATA", ROOT / ".." / "shared" / "data")))
    parser.add_argument("--quick", action="store_true", help="fewer rounds and smaller tables")
    parser.add_argument("--large", action="store_true", help="also HNSW over a million vectors: half an hour of building")
    parser.add_argument("--only", action="append", choices=[run.__name__ for run in ALL])
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    options.peers, options.tensorflow = python_of(options.peers), python_of(options.tensorflow)
    options.table = table(options)
    load = os.getloadavg()[0]
    bench = Bench(options)
    for run in ALL:
        if options.only is None or run.__name__ in options.only:
            run(bench)
    report = {"commit": of(["git", "describe", "--always", "--dirty"]), "date": datetime.date.today().isoformat(),
              "processor": processor(), "cores": os.cpu_count(), "load": load, "rows": bench.rows, "raw": bench.raw}
    (options.out / "report.json").write_text(json.dumps(report, indent=2) + "\n")
    (options.out / "report.md").write_text(markdown(report))
    print(markdown(report))


if __name__ == "__main__":
    main()
