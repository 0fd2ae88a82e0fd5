"""Promise: a training step is at least 6.5 times as fast as PyTorch's and 5 times as fast as JAX's on the same
two cores. Rounds of all are interleaved; prints the ratio of medians as JSON.

    compare_step.py --step build/benchmarks/step --table clean_data.csv --python VENV/bin/python [--rounds 5]

A peer that cannot run is "not measured".
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess

HERE = pathlib.Path(__file__).parent
PEERS = {"torch eager": ["step_torch.py"], "torch.compile": ["step_torch.py", "--compile"], "jax": ["step_jax.py"]}
BOUND = {"OMP_PROC_BIND": "true", "OMP_PLACES": "cores", "OMP_WAIT_POLICY": "active"}


def run(command, **environment):
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **environment})
    return json.loads(done.stdout[done.stdout.index("{"):]) if done.returncode == 0 else None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--step", required=True)
    parser.add_argument("--table", required=True)
    parser.add_argument("--python", required=True)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=40)
    options = parser.parse_args()
    ours, theirs = [], {peer: [] for peer in PEERS}
    for _ in range(options.rounds):
        result = run([options.step, "--table", options.table, "--rounds", "3", "--json"])
        ours.append(result["runs"][1]["ms"])
        for peer, (script, *flags) in PEERS.items():
            environment = BOUND if script == "step_torch.py" else {}
            result = run([options.python, str(HERE / script), options.table, "--steps", str(options.steps), *flags],
                         **environment)
            if result:
                theirs[peer].append(result["ms"])
    report = {"benchmark": "compare_step", "rounds": options.rounds, "ms": statistics.median(ours), "peers": {}}
    for peer, times in theirs.items():
        report["peers"][peer] = "not measured" if not times else {
            "ms": statistics.median(times),
            "ratio": statistics.median(t / o for t, o in zip(times, ours)),
        }
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
