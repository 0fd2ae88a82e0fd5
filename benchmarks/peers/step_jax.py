"""The reference training step in JAX on the CPU, jitted: `step_jax.py TABLE` prints ms a step."""

import argparse
import functools
import os
import time

os.environ.setdefault("JAX_PLATFORMS", "cpu")

import jax
import jax.numpy as jnp

import reference_table
from report import print_steps

DENSE = {"query": (96, 32), "candidate": (64, 32), "cross": (64, 64), "dense": (64, 512), "dense_1": (512, 256),
         "dense_2": (256, 128), "dense_3": (128, 64), "dense_4": (64, 32), "prediction": (32, 1)}
REGULARIZED = ["dense", "dense_1", "dense_2", "dense_3", "dense_4"]


def first_parameters(table, key):
    tables = {"type": table.types, "audience": table.audiences, "name": len(table.item) + 1,
              "genre": reference_table.WORDS, "words": reference_table.WORDS}
    keys = iter(jax.random.split(key, len(tables) + len(DENSE)))
    p = {name: jax.random.uniform(next(keys), (rows, 32), minval=-0.05, maxval=0.05)
         for name, rows in tables.items()}
    for name, shape in DENSE.items():
        p[name] = {"kernel": jax.nn.initializers.glorot_uniform()(next(keys), shape), "bias": jnp.zeros(shape[1])}
    for name, width in {"norm": 256, "norm_1": 128}.items():
        p[name] = {"gamma": jnp.ones(width), "beta": jnp.zeros(width)}
    return p


def bag(table, ids):
    used = (ids != 0).astype(jnp.float32)[..., None]
    return (table[ids] * used).sum(1) / jnp.maximum(used.sum(1), 1)


def dense(p, name, x):
    return x @ p[name]["kernel"] + p[name]["bias"]


def norm(p, name, x, moving):
    mean, variance = x.mean(0), x.var(0)
    moving = {**moving, name: jax.tree.map(lambda old, new: 0.99 * old + 0.01 * new, moving[name], (mean, variance))}
    return (x - mean) * jax.lax.rsqrt(variance + 1e-3) * p[name]["gamma"] + p[name]["beta"], moving


def dropout(key, rate, x):
    return jnp.where(jax.random.bernoulli(key, 1 - rate, x.shape), x / (1 - rate), 0)


def loss_of(p, moving, key, query, item, label):
    u = dense(p, "query", jnp.concatenate(
        [bag(p["genre"], query[:, 2:]), p["type"][query[:, 0]], p["audience"][query[:, 1]]], 1))
    v = dense(p, "candidate", jnp.concatenate([p["name"][item[:, 0]], bag(p["words"], item[:, 1:])], 1))
    scores = u @ v.T
    retrieval = (jax.nn.logsumexp(scores, 1) - jnp.diagonal(scores)).sum()
    keys = jax.random.split(key)
    x0 = jnp.concatenate([u, v], 1)
    x = jax.nn.relu(dense(p, "dense", x0 * dense(p, "cross", x0) + x0))
    x, moving = norm(p, "norm", jax.nn.relu(dense(p, "dense_1", x)), moving)
    x, moving = norm(p, "norm_1", jax.nn.relu(dense(p, "dense_2", dropout(keys[0], 0.2, x))), moving)
    x = jax.nn.relu(dense(p, "dense_3", dropout(keys[1], 0.3, x)))
    prediction = dense(p, "prediction", jax.nn.relu(dense(p, "dense_4", x)))[:, 0]
    penalty = 0.01 * sum((p[name]["kernel"] ** 2).sum() for name in REGULARIZED)
    return 0.5 * retrieval + 0.5 * ((prediction - label) ** 2).mean() + penalty, moving


def adam(p, m, v, gradient, step):
    rate = 0.01 * jnp.sqrt(1 - 0.999 ** step) / (1 - 0.9 ** step)
    m = jax.tree.map(lambda a, g: 0.9 * a + 0.1 * g, m, gradient)
    v = jax.tree.map(lambda a, g: 0.999 * a + 0.001 * g * g, v, gradient)
    return jax.tree.map(lambda w, a, b: w - rate * a / (jnp.sqrt(b) + 1e-7), p, m, v), m, v


@functools.partial(jax.jit, donate_argnums=(0,))
def train(state, key, query, item, label):
    p, m, v, moving, step = state
    (loss, moving), gradient = jax.value_and_grad(loss_of, has_aux=True)(p, moving, key, query, item, label)
    p, m, v = adam(p, m, v, gradient, step + 1)
    return (p, m, v, moving, step + 1), loss


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("table")
    parser.add_argument("--steps", type=int, default=60)
    options = parser.parse_args()
    table = reference_table.load(options.table)
    key = jax.random.key(1, impl="rbg")
    p = first_parameters(table, key)
    moving = {name: (jnp.zeros(width), jnp.ones(width)) for name, width in {"norm": 256, "norm_1": 128}.items()}
    zeros = functools.partial(jax.tree.map, jnp.zeros_like)
    state = (p, zeros(p), zeros(p), moving, jnp.float32(0))
    fold = jax.jit(jax.random.fold_in)
    batches, seconds = reference_table.steps_of(table), []
    for step in range(options.steps):
        start = time.perf_counter()
        rows = batches[step % len(batches)]
        query, item = table.query[table.query_of_row[rows]], table.item[table.item_of_row[rows]]
        state, loss = train(state, fold(key, step), query, item, table.label[rows])
        loss.block_until_ready()
        seconds.append(time.perf_counter() - start)
    print_steps("jax", jax.__version__, len(os.sched_getaffinity(0)), seconds, warm_up=options.steps // 5)


if __name__ == "__main__":
    main()
