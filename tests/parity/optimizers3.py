#!/usr/bin/env python3
"""Writes fixtures/optimizers3.safetensors and fixtures/schedules.safetensors: ten steps of Keras 3's optimizers on a
table of which each step looks up some rows and on a dense matrix, with clipping, weight decay and averages, and the
rates of its schedules. Run with a Python that has Keras 3 and JAX. shortlist/optim/parity_test.cc reads the results.

JAX gives a table a dense gradient, with zeros for the rows that are not looked up.
"""
import os

os.environ["KERAS_BACKEND"] = "jax"
import keras

from fixture import Fixture, np

STEPS, ROWS, COLS = 10, 21, 5
optimizers, schedules = keras.optimizers, keras.optimizers.schedules


def looked_up(step):
    """Row 0 never; 20 once; 5 and 10 in every step, 10 twice; others come and go."""
    some = [1 + (step * 5 + i * i) % 19 for i in range(6)]
    return np.array(some + [10, 5, 10] + ([20] if step == 3 else []), np.int32)


def add(f, case, settings, optimizer, l2=0.0, sparse_only=False):
    start = np.zeros((ROWS, COLS), np.float32) if sparse_only else f.normal(ROWS, COLS)
    table, dense = keras.Variable(start), keras.Variable(f.normal(7, 13))
    optimizer.build([table, dense])
    tensors = {"table": table.numpy(), "dense": dense.numpy()}
    rate = float(optimizer.learning_rate)
    for step in range(STEPS):
        optimizer.learning_rate = rate if step < 6 or sparse_only else rate / 10
        ids, values, slope = looked_up(step), f.normal(len(looked_up(step)), COLS, scale=0.3), f.normal(7, 13, scale=0.3)
        gradient = np.zeros((ROWS, COLS), np.float32)
        np.add.at(gradient, ids, values)
        penalty = [2 * np.float32(l2) * v.numpy() for v in (table, dense)]
        optimizer.apply([keras.ops.array(gradient + penalty[0]), keras.ops.array(slope + penalty[1])])
        tensors |= {f"ids_{step}": ids, f"values_{step}": values, f"slope_{step}": slope,
                    f"table_{step}": table.numpy(), f"dense_{step}": dense.numpy(),
                    f"rate_{step}": optimizer.learning_rate.numpy().reshape(1)}
        if optimizer.use_ema:
            averages = optimizer._model_variables_moving_average
            tensors |= {f"table_average_{step}": averages[0].numpy(), f"dense_average_{step}": averages[1].numpy()}
    f.add(case, settings + (f"\nregularizer_l2 = {l2}" if l2 else ""), **tensors)


def add_optimizers():
    f = Fixture("optimizers3")
    add(f, "adam", "adam = 0.01", optimizers.Adam(0.01))
    add(f, "adamw", "adamw = 0.01", optimizers.AdamW(0.01))
    add(f, "adamw/other_settings", "adamw = 0.05\nweight_decay = 0.5\nbeta_1 = 0.8", optimizers.AdamW(0.05, weight_decay=0.5, beta_1=0.8))
    add(f, "adagrad", "adagrad = 0.1", optimizers.Adagrad(0.1))
    add(f, "adagrad/weight_decay", "adagrad = 0.1\nweight_decay = 0.2", optimizers.Adagrad(0.1, weight_decay=0.2))
    add(f, "sgd/nesterov", "sgd = 0.1\nmomentum = 0.9\nnesterov = true", optimizers.SGD(0.1, momentum=0.9, nesterov=True))
    # With a dense gradient of zeros FTRL computes a row's weights again: it forgets the first ones, and follows the rate.
    # Sparse steps do neither, so here the table begins at zero and the rate stays.
    add(f, "ftrl", "ftrl = 0.1", optimizers.Ftrl(0.1), sparse_only=True)
    add(f, "ftrl/other_settings",
        "ftrl = 0.2\ninitial_accumulator = 0.3\nl1_strength = 0.05\nl2_strength = 0.1\nbeta = 0.5\nlearning_rate_power = -0.4",
        optimizers.Ftrl(0.2, learning_rate_power=-0.4, initial_accumulator_value=0.3, l1_regularization_strength=0.05,
                        l2_regularization_strength=0.1, beta=0.5), sparse_only=True)
    add(f, "clip_norm", "adagrad = 0.1\nclip_norm = 0.5", optimizers.Adagrad(0.1, clipnorm=0.5))
    add(f, "clip_norm/l2", "adagrad = 0.1\nclip_norm = 0.5", optimizers.Adagrad(0.1, clipnorm=0.5), l2=0.01)
    add(f, "clip_norm/loose", "sgd = 0.1\nclip_norm = 100", optimizers.SGD(0.1, clipnorm=100.0))
    add(f, "clip_global_norm", "adam = 0.01\nclip_global_norm = 0.7", optimizers.Adam(0.01, global_clipnorm=0.7))
    add(f, "clip_value", "sgd = 0.1\nclip_value = 0.2", optimizers.SGD(0.1, clipvalue=0.2))
    add(f, "average", "adam = 0.01\nmomentum_of_average = 0.8", optimizers.Adam(0.01, use_ema=True, ema_momentum=0.8))
    add(f, "average/adagrad", "adagrad = 0.1\nmomentum_of_average = 0.9", optimizers.Adagrad(0.1, use_ema=True, ema_momentum=0.9))
    add(f, "rmsprop", "rmsprop = 0.01", optimizers.RMSprop(0.01))
    add(f, "rmsprop/momentum", "rmsprop = 0.01\nmomentum = 0.5\nrho = 0.8", optimizers.RMSprop(0.01, rho=0.8, momentum=0.5))
    add(f, "nadam", "nadam = 0.01", optimizers.Nadam(0.01))
    add(f, "nadam/other_settings", "nadam = 0.02\nbeta_1 = 0.8\nbeta_2 = 0.95", optimizers.Nadam(0.02, beta_1=0.8, beta_2=0.95))
    add(f, "adamax", "adamax = 0.01", optimizers.Adamax(0.01))
    f.write()


def add_schedule(f, case, settings, schedule, steps=60):
    rates = np.array([float(schedule(step)) for step in range(steps)], np.float32)
    f.add(case, settings, rates=rates)


def add_schedules():
    f = Fixture("schedules")
    add_schedule(f, "cosine", 'kind = "cosine"\nlength = 40', schedules.CosineDecay(1.0, 40))
    add_schedule(f, "cosine/warm_up", 'kind = "cosine"\nlength = 30\nend = 0.1\nwarm_up = 12',
                 schedules.CosineDecay(0.0, 30, alpha=0.1, warmup_target=1.0, warmup_steps=12))
    add_schedule(f, "cosine/warm_up_from", 'kind = "cosine"\nlength = 30\nwarm_up = 10\nwarm_up_from = 0.25',
                 schedules.CosineDecay(0.25, 30, warmup_target=1.0, warmup_steps=10))
    add_schedule(f, "linear", 'kind = "linear"\nlength = 50\nend = 0.2', schedules.PolynomialDecay(1.0, 50, end_learning_rate=0.2))
    add_schedule(f, "exponential", 'kind = "exponential"\nevery = 15\nfactor = 0.5', schedules.ExponentialDecay(1.0, 15, 0.5))
    add_schedule(f, "step", 'kind = "step"\nevery = 15\nfactor = 0.5', schedules.ExponentialDecay(1.0, 15, 0.5, staircase=True))
    f.write()


add_optimizers()
add_schedules()
