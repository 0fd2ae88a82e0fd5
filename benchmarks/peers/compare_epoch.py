"""Promise: an epoch with validation is at least 40 times as fast as the reference notebook's in TFRS on the same two
cores. Rounds are interleaved, because TensorFlow's take between one and two times its best; prints medians and the
median of their ratios as JSON.

    compare_epoch.py --epoch build/benchmarks/epoch --table clean_data.csv --python VENV/bin/python [--rounds 5]

VENV is that of tests/parity/setup. A peer that cannot run is "not measured".
"""

import argparse
import json
import pathlib

from compare import compare, run

SCRIPT = pathlib.Path(__file__).parent / "epoch_tfrs.py"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--epoch", required=True)
    parser.add_argument("--table", required=True)
    parser.add_argument("--python", required=True)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=30, help="of TFRS's 120 that are timed")
    options = parser.parse_args()

    def notebook():
        result = run([options.python, str(SCRIPT), options.table, "--steps", str(options.steps)])
        return result and 1e3 * result["epoch_seconds"]

    report = compare(
        lambda: 1e3 * run([options.epoch, "--table", options.table, "--json"])["seconds"],
        {"TFRS, the notebook": notebook},
        options.rounds,
    )
    print(json.dumps({"benchmark": "compare_epoch", **report}, indent=2))


if __name__ == "__main__":
    main()
