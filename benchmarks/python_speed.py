"""The cost of the Python package beside the program, in one run: PYTHONPATH=build/python python benchmarks/python_speed.py

Prints the time of the import, of fit on a data frame beside the command line on the same Parquet, of recommendations
for 10,000 users beside the engine's own call, and of one prediction.
"""

import argparse
import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import time

CONFIG = """
[data]
user = "user"
split = { by = "random", train = 0.9, validation = 0.05, test = 0.05 }
[features]
user = { kind = "category", dim = 8 }
item = { kind = "category", dim = 8 }
[query]
features = ["user"]
[items]
id = "item"
features = ["item"]
[retrieval]
[[ranking]]
label = "rating"
layers = [{ dense = 8 }]
[training]
epochs = 1
batch = 65536
tensorboard = false
"""


def seconds(work):
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def peak_mib(who=resource.RUSAGE_SELF):
    return resource.getrusage(who).ru_maxrss / 1024


def least(work, rounds=5):
    return min(seconds(work)[0] for _ in range(rounds))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    rows = parser.parse_args().rows
    bare = least(lambda: subprocess.run([sys.executable, "-c", "pass"], check=True))
    full = least(lambda: subprocess.run([sys.executable, "-c", "import shortlist"], check=True))
    print(f"import shortlist: {1e3 * (full - bare):.0f} ms beyond Python's own start")

    import numpy as np
    import pandas as pd

    import shortlist as sl

    random = np.random.default_rng(1)
    frame = pd.DataFrame(
        {
            "user": random.integers(0, rows // 50, rows),
            "item": random.integers(0, 20_000, rows),
            "rating": random.integers(1, 11, rows) / 2,
        }
    )
    with tempfile.TemporaryDirectory() as folder:
        parquet, config = f"{folder}/rows.parquet", pathlib.Path(folder, "config.toml")
        frame.to_parquet(parquet)
        config.write_text(CONFIG)
        before = peak_mib()
        fit, model = seconds(lambda: sl.train(CONFIG, frame, out=f"{folder}/python", verbose=False))
        beyond = peak_mib() - before
        program = pathlib.Path(sl.__file__).with_name("shortlist")
        command = [program, "train", config, "--data", parquet, "--out", f"{folder}/program", "--quiet"]
        run, _ = seconds(lambda: subprocess.run(command, check=True, stdout=subprocess.DEVNULL))
        print(f"fit on {rows:,} rows: {fit:.1f} s in Python, {run:.1f} s on the command line: {fit / run:.2f} x")
        used = peak_mib(resource.RUSAGE_CHILDREN)
        print(f"memory: {beyond:,.0f} MiB beyond the frame in Python, {used:,.0f} MiB for the program")
        same = [pathlib.Path(folder, name, "weights.safetensors").read_bytes() for name in ("python", "program")]
        print(f"weights: {'the same' if same[0] == same[1] else 'DIFFERENT'} bytes")
        users = pd.DataFrame({"user": np.arange(10_000)})
        table = sl._core.Table.of_columns("users", {"user": ("array", users["user"].to_numpy(), None)})
        engine = least(lambda: model._engine.recommend(table, {"k": 10}, 0))
        whole = least(lambda: model.recommend(users, k=10))
        print(f"recommend to 10,000 users: {whole:.3f} s, of which the engine's call {engine:.3f} s: {whole / engine:.3f} x")
        pair = {"user": 1, "item": 1}
        count = 10_000
        one = least(lambda: [model.predict(pair) for _ in range(count)]) / count
        inner = least(lambda: [model._engine.predict_one({"user": 1}, {"item": 1}, False) for _ in range(count)]) / count
        print(f"predict one pair: {1e6 * one:.1f} us, of which the engine's call {1e6 * inner:.1f} us")


if __name__ == "__main__":
    os.environ.setdefault("TMPDIR", "/tmp")
    main()
