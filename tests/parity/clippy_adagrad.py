#!/usr/bin/env python3
"""Writes fixtures/clippy_adagrad.safetensors: ten steps of TensorFlow Recommenders' ClippyAdagrad, as optimizers.py does
for Keras. Run with the Python of tests/parity/setup. shortlist/optim/parity_test.cc reads the result.

A lookup's gradient names each row once.
"""
from fixture import Fixture, np, tf

from tensorflow_recommenders.experimental.optimizers import ClippyAdagrad

STEPS, ROWS, COLS = 10, 21, 5


def looked_up(step):
    """Row 0 never; 20 once; 5 and 10 in every step; others come and go."""
    some = {1 + (step * 5 + i * i) % 19 for i in range(6)}
    return np.array(sorted(some | {5, 10} | ({20} if step == 3 else set())), np.int32)


def add(f, case, settings, optimizer):
    table, dense = tf.Variable(f.normal(ROWS, COLS)), tf.Variable(f.normal(7, 13))
    tensors = {"table": table.numpy(), "dense": dense.numpy()}
    rate = float(optimizer.learning_rate.numpy())
    for step in range(STEPS):
        optimizer.learning_rate.assign(rate if step < 6 else rate / 10)
        ids, values, slope = looked_up(step), f.normal(len(looked_up(step)), COLS, scale=0.3), f.normal(7, 13, scale=0.3)
        lookup = tf.IndexedSlices(values, ids, (ROWS, COLS))
        optimizer.apply_gradients([(lookup, table), (tf.constant(slope), dense)])
        tensors |= {f"ids_{step}": ids, f"values_{step}": values, f"slope_{step}": slope, f"table_{step}": table.numpy(),
                    f"dense_{step}": dense.numpy(), f"rate_{step}": optimizer.learning_rate.numpy().reshape(1)}
    f.add(case, settings, **tensors)


def main():
    f = Fixture("clippy_adagrad")
    add(f, "default", "clippy_adagrad = 0.5", ClippyAdagrad(0.5))
    add(f, "other_settings",
        "clippy_adagrad = 1\ninitial_accumulator = 0.01\nvariable_threshold = 0.3\naccumulator_threshold = 0.05\nabsolute_threshold = 0.01\nepsilon = 0.001\nclip_accumulator = true",
        ClippyAdagrad(1.0, initial_accumulator_value=0.01, variable_relative_threshold=0.3, accumulator_relative_threshold=0.05,
                      absolute_threshold=0.01, epsilon=0.001, clip_accumulator_update=True))
    add(f, "accumulate_first", "clippy_adagrad = 0.5\naccumulate_first = true",
        ClippyAdagrad(0.5, use_standard_accumulator_update=True))
    f.write()


main()
