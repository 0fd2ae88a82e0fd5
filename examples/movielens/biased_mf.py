#!/usr/bin/env python3
"""Biased matrix factorisation in NumPy, the reference of matrix_factorization.toml: stochastic gradient descent on
(r - mu - b_u - b_i - u . v)^2 + l2 (b_u^2 + b_i^2 + |u|^2 + |v|^2), rating by rating, with the settings of Surprise's SVD.

Usage: biased_mf.py FOLDER, the folder with ua.base and ua.test of MovieLens 100K.
"""
import sys

import numpy as np

FACTORS, EPOCHS, RATE, L2 = 100, 20, 0.005, 0.02


def read(path):
    user, item, rating, _ = np.loadtxt(path, dtype=np.int64, delimiter="\t").T
    return user, item, rating.astype(float)


def main(folder):
    user, item, rating = read(f"{folder}/ua.base")
    random = np.random.default_rng(0)
    users, items = user.max() + 1, item.max() + 2000
    mean = rating.mean()
    of_user, of_item = np.zeros(users), np.zeros(items)
    p, q = random.normal(0, 0.1, (users, FACTORS)), random.normal(0, 0.1, (items, FACTORS))
    for _ in range(EPOCHS):
        for n in random.permutation(len(rating)):
            u, i = user[n], item[n]
            error = rating[n] - mean - of_user[u] - of_item[i] - p[u] @ q[i]
            of_user[u] += RATE * (error - L2 * of_user[u])
            of_item[i] += RATE * (error - L2 * of_item[i])
            p[u], q[i] = p[u] + RATE * (error * q[i] - L2 * p[u]), q[i] + RATE * (error * p[u] - L2 * q[i])
    user, item, rating = read(f"{folder}/ua.test")
    biases = mean + of_user[user] + of_item[item]
    seen = np.isin(item, read(f"{folder}/ua.base")[1])
    predicted = biases + np.where(seen, (p[user] * q[item]).sum(1), 0)
    rmse = lambda x: np.sqrt(np.mean((rating - x) ** 2))
    print(f"test RMSE {rmse(predicted):.4f}")


main(sys.argv[1])
