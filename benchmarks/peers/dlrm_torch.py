"""A training step of DLRM's shape in PyTorch on the CPU: `dlrm_torch.py [--compile]` prints ms a step of 2,048 rows.

Tuned: embedding bags with sparse gradients, Adagrad (foreach for what is dense), subnormals flushed, batches made
before. Run it with OMP_PROC_BIND=true OMP_PLACES=cores for bound threads (compare_dlrm.py does).
"""

import argparse
import time

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from report import print_steps

TABLES, ROWS, DIM, NUMBERS, BATCH, BATCHES = 26, 100_000, 16, 13, 2048, 20


def mlp(*widths):
    layers = []
    for inputs, outputs in zip(widths, widths[1:]):
        layers += [nn.Linear(inputs, outputs), nn.ReLU()]
    return nn.Sequential(*layers)


class Dlrm(nn.Module):
    def __init__(self):
        super().__init__()
        self.tables = nn.ModuleList(nn.EmbeddingBag(ROWS, DIM, mode="sum", sparse=True) for _ in range(TABLES))
        self.bottom = mlp(NUMBERS, 512, 256, 64, DIM)
        inputs = TABLES + 1
        self.top = nn.Sequential(mlp(DIM + inputs * (inputs - 1) // 2, 512, 256), nn.Linear(256, 1))
        lower = torch.tril_indices(inputs, inputs, -1)
        self.register_buffer("lower", lower[0] * inputs + lower[1])

    def dense(self, numbers, embeddings):
        bottom = self.bottom(numbers)
        rows = torch.stack([bottom] + embeddings, 1)
        dots = torch.bmm(rows, rows.transpose(1, 2)).flatten(1)[:, self.lower]
        return self.top(torch.cat([bottom, dots], 1)).squeeze(1)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--compile", action="store_true")
    options = parser.parse_args()
    torch.set_flush_denormal(True)
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    model = Dlrm()
    dense = torch.compile(model.dense) if options.compile else model.dense
    optimizers = [
        torch.optim.Adagrad(model.tables.parameters(), lr=0.01),
        torch.optim.Adagrad([p for n, p in model.named_parameters() if not n.startswith("tables")], lr=0.01, foreach=True),
    ]
    draws, offsets = np.random.default_rng(1), torch.arange(BATCH)
    batches = [
        (
            torch.from_numpy(draws.standard_normal((BATCH, NUMBERS), dtype=np.float32)),
            torch.from_numpy(np.minimum(ROWS * draws.random((BATCH, TABLES)) ** 3, ROWS - 1).astype(np.int64)),
            torch.from_numpy((draws.random(BATCH) < 0.3).astype(np.float32)),
        )
        for _ in range(BATCHES)
    ]
    seconds = []
    for step in range(options.steps + 5):
        numbers, ids, labels = batches[step % BATCHES]
        start = time.perf_counter()
        for optimizer in optimizers:
            optimizer.zero_grad(set_to_none=True)
        scores = dense(numbers, [table(ids[:, t], offsets) for t, table in enumerate(model.tables)])
        F.binary_cross_entropy_with_logits(scores, labels).backward()
        for optimizer in optimizers:
            optimizer.step()
        seconds.append(time.perf_counter() - start)
    print_steps("torch.compile" if options.compile else "torch", torch.__version__, options.threads, seconds, 5)


if __name__ == "__main__":
    main()
