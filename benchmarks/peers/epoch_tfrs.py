"""The reference notebook in TensorFlow Recommenders as it was written: seconds of an epoch with validation.

    PYTHON benchmarks/peers/epoch_tfrs.py clean_data.csv [--steps 120]

PYTHON is that of tests/parity/setup, whose model this takes. As in the notebook, FactorizedTopK is computed in every
training step: most of its time. With fewer steps the time is scaled to the epoch's 120, and so for validation.
"""

import argparse
import json
import pathlib
import sys
import time

sys.path.append(str(pathlib.Path(__file__).resolve().parents[2] / "tests/parity"))
import notebook
import numpy as np
import pandas
from notebook import keras, tf, tfrs


class NotebookModel(notebook.AnimeModel):
    def __init__(self, table):
        super().__init__(table, active=False)
        names = tf.data.Dataset.from_tensor_slices(np.unique(table["name"])).batch(128)
        top_k = tfrs.metrics.FactorizedTopK(candidates=names.map(lambda name: self.candidate({"name": name})))
        self.retrieval_task = tfrs.tasks.Retrieval(metrics=top_k)

    def compute_loss(self, rows, training=False):
        query, candidate, rating = self(rows, training=False)
        return 0.5 * self.rating_task(labels=rows["Feedback"], predictions=rating) + 0.5 * self.retrieval_task(
            query, candidate)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("table")
    parser.add_argument("--steps", type=int, default=120)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    tf.config.threading.set_intra_op_parallelism_threads(options.threads)
    tf.config.threading.set_inter_op_parallelism_threads(options.threads)
    table = pandas.read_csv(options.table)
    train, validation, _ = notebook.notebook_split(len(table))
    columns = {name: tf.constant(table[name].to_numpy(str)) for name in ("name", "genre", "type", "Audience")}
    columns["Feedback"] = tf.constant(table["Feedback"].to_numpy(np.float32))
    model = NotebookModel(table)
    model.compile(optimizer=keras.optimizers.Adam(0.01))
    batches = notebook.batches(columns, train, False)
    model.fit(batches.take(2), verbose=0)  # traces and builds
    start = time.perf_counter()
    model.fit(batches.take(options.steps), verbose=0)
    fit = time.perf_counter() - start
    held_out = notebook.batches(columns, validation, False)
    steps = max(1, options.steps * len(validation) // len(train))
    model.evaluate(held_out.take(1), verbose=0)
    start = time.perf_counter()
    model.evaluate(held_out.take(steps), verbose=0)
    evaluate = time.perf_counter() - start
    epoch = fit * 120 / options.steps + evaluate * np.ceil(len(validation) / notebook.BATCH) / steps
    print(json.dumps({"peer": "TFRS, the notebook", "version": tfrs.__version__, "threads": options.threads,
                      "epoch_seconds": epoch, "step_ms": 1e3 * fit / options.steps}))


if __name__ == "__main__":
    main()
