#!/usr/bin/env python3
"""Writes fixtures/optimizers.safetensors: ten steps of Keras 2.15's optimizers on a table of which each step looks up some
rows, several of them repeatedly, and on a dense matrix. Run with the Python of tests/parity/setup.
shortlist/optim/parity_test.cc reads the result.
"""
from fixture import Fixture, np, tf

optimizers = tf.keras.optimizers
STEPS, ROWS, COLS = 10, 21, 5


def looked_up(step):
    """Row 0 never; 20 once; 5 and 10 in every step, 10 twice; others come and go."""
    some = [1 + (step * 5 + i * i) % 19 for i in range(6)]
    return np.array(some + [10, 5, 10] + ([20] if step == 3 else []), np.int32)


def add(f, case, settings, optimizer, l2=0.0):
    table, dense = tf.Variable(f.normal(ROWS, COLS)), tf.Variable(f.normal(7, 13))
    tensors = {"table": table.numpy(), "dense": dense.numpy()}
    rate = float(optimizer.learning_rate.numpy())
    for step in range(STEPS):
        optimizer.learning_rate.assign(rate if step < 6 else rate / 10)
        ids, values, slope = looked_up(step), f.normal(len(looked_up(step)), COLS, scale=0.3), f.normal(7, 13, scale=0.3)
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(tf.gather(table, ids) * values) + tf.reduce_sum(dense * slope)
            if l2:
                loss += tf.keras.regularizers.L2(l2)(table) + tf.keras.regularizers.L2(l2)(dense)
        optimizer.apply_gradients(zip(tape.gradient(loss, [table, dense]), [table, dense]))
        tensors |= {f"ids_{step}": ids, f"values_{step}": values, f"slope_{step}": slope, f"table_{step}": table.numpy(),
                    f"dense_{step}": dense.numpy(), f"rate_{step}": optimizer.learning_rate.numpy().reshape(1)}
    f.add(case, settings + (f"\nregularizer_l2 = {l2}" if l2 else ""), **tensors)


def main():
    f = Fixture("optimizers")
    add(f, "adam", "adam = 0.01", optimizers.Adam(0.01))
    add(f, "adam/other_settings", "adam = 0.05\nbeta_1 = 0.8\nbeta_2 = 0.95\nepsilon = 0.01",
        optimizers.Adam(0.05, beta_1=0.8, beta_2=0.95, epsilon=0.01))
    add(f, "adam/l2", "adam = 0.01", optimizers.Adam(0.01), l2=0.01)
    add(f, "adam/legacy", "adam = 0.01", optimizers.legacy.Adam(0.01))
    add(f, "adagrad", "adagrad = 0.1", optimizers.Adagrad(0.1))
    add(f, "adagrad/other_settings", "adagrad = 0.5\ninitial_accumulator = 0.01\nepsilon = 0.001",
        optimizers.Adagrad(0.5, initial_accumulator_value=0.01, epsilon=0.001))
    add(f, "adagrad/l2", "adagrad = 0.1", optimizers.Adagrad(0.1), l2=0.01)
    add(f, "adagrad/legacy", "adagrad = 0.1", optimizers.legacy.Adagrad(0.1))
    add(f, "sgd", "sgd = 0.1", optimizers.SGD(0.1))
    add(f, "sgd/momentum", "sgd = 0.1\nmomentum = 0.9", optimizers.SGD(0.1, momentum=0.9))
    add(f, "sgd/nesterov", "sgd = 0.1\nmomentum = 0.9\nnesterov = true", optimizers.SGD(0.1, momentum=0.9, nesterov=True))
    add(f, "sgd/l2", "sgd = 0.1", optimizers.SGD(0.1), l2=0.01)
    f.write()


main()
