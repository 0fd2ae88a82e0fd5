#!/usr/bin/env python3
"""Shows what `shortlist plan` predicts beside what runs of one rank and one thread take.

    benchmarks/plan_check.py [--program build/shortlist] [--rows 100000 1000000] [--constants FILE]

The sample of each plan is a table of 100,000 rows that `synth` makes.
"""

import argparse
import json
import os
import pathlib
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
CONFIG = ROOT / "examples/synth/synth.toml"


def processor_seconds(process):
    """The processor time of a process so far."""
    with open(f"/proc/{process}/stat") as status:
        fields = status.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure(program, config, table, out, epochs=2):
    """What a training on one core takes: seconds by stages, bytes, parameters. Seconds are those of the processor, so
    that other programs on the machine hardly count."""
    command = [program, "train", config, "--data", table, "--out", out, "--epochs", epochs, "--threads", 1, "--profile", "--json"]
    process = subprocess.Popen(["taskset", "-c", "0", *map(str, command)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    events = {}
    for line in process.stdout:
        event = json.loads(line)
        if event["event"] != "evaluated":  # after which the process ends
            event["at"] = processor_seconds(process.pid)
        events.setdefault(event["event"], []).append(event)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    out = pathlib.Path(out)
    profile, prepared, last = events["profile"][0], events["prepared"][0], events["epoch"][-1]
    steps = profile["steps"] // epochs
    # The profile has the time of the clock, of which the training has the same share as of the processor's.
    share = min(1.0, steps * profile["ms"] / 1000 / min(event["seconds"] for event in events["epoch"]))
    epoch = (last["at"] - prepared["at"]) / epochs
    return {
        "rows": prepared["rows"],
        "parameters": prepared["trained_parameters"] + prepared["kept_parameters"],
        "steps": steps,
        "step_seconds": share * epoch / steps,
        # Of the clock, as a share of the step.
        "optimizer_share": sum(phase["ms"] for phase in profile["phases"] if phase["name"].startswith("optimizer")) / profile["ms"],
        "operations": sum(phase["flop"] for phase in profile["phases"]),
        "seconds": {
            "read, fit, encode": prepared["at"],
            "train an epoch": share * epoch,
            "validate an epoch": (1 - share) * epoch,
            "evaluate, index, bundle": used.ru_utime + used.ru_stime - last["at"],
        },
        "memory_bytes": 1024 * used.ru_maxrss,
        "bundle_bytes": sum(file.stat().st_size for file in out.iterdir() if file.is_file()),
        # Those of two epochs; a longer run also keeps the best one.
        "checkpoint_bytes": max(file.stat().st_size for file in (out / "run/checkpoints").iterdir()) * 3,
    }


def planned(program, sample, rows, constants):
    scale = ["--rows", rows, "--items", rows // 100, "--users", rows // 50]
    flags = ["--constants", constants] if constants else []
    done = subprocess.run([program, "plan", CONFIG, "--data", sample, *map(str, scale), *flags, "--json"],
                          capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def compare(plan, measured):
    """(figure, predicted, measured)"""
    stages = {stage["stage"]: stage for stage in plan["stages"]}
    seconds = dict(measured["seconds"])
    # Their shares come from the clock, so only the sum is exact on a busy machine.
    seconds["train an epoch, validate an epoch"] = seconds.pop("train an epoch") + seconds.pop("validate an epoch")
    for name, seconds in seconds.items():
        yield name + ", s", sum(stages[stage]["seconds"] for stage in name.split(", ")), seconds
    yield "parameters", plan["replicated_parameters"] + plan["table_parameters"], measured["parameters"]
    yield "memory, MB", max(stage["memory_bytes"] for stage in plan["stages"]) / 1e6, measured["memory_bytes"] / 1e6
    yield "bundle, MB", stages["bundle"]["disk_bytes"] / 1e6, measured["bundle_bytes"] / 1e6
    yield "checkpoints, MB", stages["train an epoch"]["disk_bytes"] / 1e6, measured["checkpoint_bytes"] / 1e6


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=str(ROOT / "build/shortlist"))
    parser.add_argument("--rows", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--constants")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        def table(rows):
            path = os.path.join(folder, f"{rows}.csv")
            if not os.path.exists(path):
                subprocess.run([options.program, "synth", "--rows", str(rows), "--out", path, "--quiet"], check=True)
            return path

        report = {}
        for rows in options.rows:
            plan = planned(options.program, table(100_000), rows, options.constants)
            measured = measure(options.program, CONFIG, table(rows), os.path.join(folder, f"run-{rows}"))
            report[rows] = [{"figure": name, "predicted": a, "measured": b} for name, a, b in compare(plan, measured)]
    if options.json:
        print(json.dumps(report, indent=2))
        return
    for rows, figures in report.items():
        print(f"| {rows:,} rows | predicted | measured | ratio |\n|---|---:|---:|---:|")
        for row in figures:
            ratio = row["predicted"] / row["measured"] if row["measured"] else float("nan")
            print(f"| {row['figure']} | {row['predicted']:,.3g} | {row['measured']:,.3g} | {ratio:.2f} |")
        print()


if __name__ == "__main__":
    main()
