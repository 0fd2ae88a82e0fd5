"""Promise: a training step is at least 6.5 times as fast as PyTorch's and 5 times as fast as JAX's on the same
two cores. Rounds of all are interleaved; prints the medians and their ratios as JSON.

    compare_step.py --step build/benchmarks/step --table clean_data.csv --python VENV/bin/python [--rounds 5]

A peer that cannot run is "not measured".
"""

import argparse
import json
import pathlib

from compare import BOUND, compare, run

HERE = pathlib.Path(__file__).parent
PEERS = {"torch eager": ["step_torch.py"], "torch.compile": ["step_torch.py", "--compile"], "jax": ["step_jax.py"]}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--step", required=True)
    parser.add_argument("--table", required=True)
    parser.add_argument("--python", required=True)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=40)
    options = parser.parse_args()

    def ours():
        return run([options.step, "--table", options.table, "--rounds", "3", "--json"])["runs"][1]["ms"]

    def peer(script, *flags):
        environment = BOUND if script == "step_torch.py" else {}
        command = [options.python, str(HERE / script), options.table, "--steps", str(options.steps), *flags]
        result = run(command, **environment)
        return result and result["ms"]

    peers = {name: (lambda c=command: peer(*c)) for name, command in PEERS.items()}
    print(json.dumps({"benchmark": "compare_step", **compare(ours, peers, options.rounds)}, indent=2))


if __name__ == "__main__":
    main()
