#!/usr/bin/env python3
"""Writes fixtures/embed_reduce.safetensors: what keras-rs's EmbedReduce makes of lists with weights, and its gradients.
Run with a Python that has keras-rs and JAX. shortlist/layers/parity_test.cc reads the results.
"""
import os

os.environ["KERAS_BACKEND"] = "jax"
import jax
import keras_rs

from fixture import Fixture, np

ROWS, COLS = 11, 3
# The layer takes rows of one length; an id with weight 0 is as good as none.
IDS = np.array([[1, 2, 3, 4], [5, 5, 0, 1], [10, 0, 0, 0], [2, 2, 2, 2], [7, 8, 9, 0], [3, 4, 0, 0]], np.int32)
WEIGHTS = np.array([[1, 0.5, 0.25, 2], [3, -1, 0.5, 0.125], [0.5, 0, 0, 0], [0.1, 0.2, 0.3, 0.4], [0, 0, 0, 0], [1, -1, 0, 0]],
                   np.float32)


def main():
    f = Fixture("embed_reduce")
    for combiner in ("mean", "sum", "sqrtn"):
        layer = keras_rs.layers.EmbedReduce(ROWS, COLS, combiner=combiner)
        layer.build(IDS.shape)
        table, slope = f.normal(ROWS, COLS), f.normal(len(IDS), COLS)

        def output(values):
            outputs, _ = layer.stateless_call([values], [], IDS, WEIGHTS)
            return outputs

        y, pull = jax.vjp(output, table)
        f.add(combiner, f'pooling = "{combiner}"', table=table, ids=IDS.ravel(), weights=WEIGHTS.ravel(),
              offsets=np.arange(len(IDS) + 1, dtype=np.int32) * IDS.shape[1], output=np.asarray(y), doutput=slope,
              dtable=np.asarray(pull(slope)[0]))
    f.write()


main()
