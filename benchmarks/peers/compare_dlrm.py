"""Promise: a model of DLRM's shape trains at least twice as many rows a second as in PyTorch on the same two cores.
Rounds are interleaved; prints the medians of a step's time and their ratios as JSON.

    compare_dlrm.py --dlrm build/benchmarks/dlrm --python VENV/bin/python [--rounds 5]

A peer that cannot run is "not measured".
"""

import argparse
import json
import pathlib

from compare import BOUND, compare, run

SCRIPT = pathlib.Path(__file__).parent / "dlrm_torch.py"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--dlrm", required=True)
    parser.add_argument("--python", required=True)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=40)
    options = parser.parse_args()

    def peer(*flags):
        result = run([options.python, str(SCRIPT), "--steps", str(options.steps), *flags], **BOUND)
        return result and result["ms"]

    report = compare(
        lambda: run([options.dlrm, "--json"])["ms"],
        {"torch eager": peer, "torch.compile": lambda: peer("--compile")},
        options.rounds,
    )
    print(json.dumps({"benchmark": "compare_dlrm", "rows": 2048, **report}, indent=2))


if __name__ == "__main__":
    main()
