"""The reference training step in PyTorch on the CPU: `step_torch.py TABLE [--compile]` prints ms a step.

Tuned: fused Adam, subnormals flushed, gradients set to None, batches indexed from ids encoded once. Run it with
OMP_PROC_BIND=true OMP_PLACES=cores for bound threads (compare_step.py does).
"""

import argparse
import time

import torch
from torch import nn
from torch.nn import functional as F

import reference_table
from report import print_steps


class Bag(nn.Module):
    """Mean of the rows of a table; id 0 pads."""

    def __init__(self):
        super().__init__()
        self.table = nn.Embedding(reference_table.WORDS, 32)
        nn.init.uniform_(self.table.weight, -0.05, 0.05)

    def forward(self, ids):
        used = (ids != 0).float().unsqueeze(-1)
        return (self.table(ids) * used).sum(1) / used.sum(1).clamp(min=1)


def embedding(rows):
    table = nn.Embedding(rows, 32)
    nn.init.uniform_(table.weight, -0.05, 0.05)
    return table


def dense(inputs, units):
    layer = nn.Linear(inputs, units)
    nn.init.xavier_uniform_(layer.weight)
    nn.init.zeros_(layer.bias)
    return layer


class Model(nn.Module):
    def __init__(self, table):
        super().__init__()
        self.type_table, self.audience_table = embedding(table.types), embedding(table.audiences)
        self.genre, self.words = Bag(), Bag()
        self.name = embedding(len(table.item) + 1)
        self.query, self.candidate = dense(96, 32), dense(64, 32)
        self.cross = dense(64, 64)
        self.wide, self.middle = dense(64, 512), dense(512, 256)
        self.rest = nn.Sequential(
            nn.BatchNorm1d(256, eps=1e-3, momentum=0.01), nn.Dropout(0.2), dense(256, 128), nn.ReLU(),
            nn.BatchNorm1d(128, eps=1e-3, momentum=0.01), nn.Dropout(0.3), dense(128, 64), nn.ReLU(),
            dense(64, 32), nn.ReLU(), dense(32, 1))

    def loss(self, query, item, label):
        u = self.query(torch.cat([self.genre(query[:, 2:]), self.type_table(query[:, 0]), self.audience_table(query[:, 1])], 1))
        v = self.candidate(torch.cat([self.name(item[:, 0]), self.words(item[:, 1:])], 1))
        retrieval = F.cross_entropy(u @ v.t(), torch.arange(len(u)), reduction="sum")
        x0 = torch.cat([u, v], 1)
        x = F.relu(self.middle(F.relu(self.wide(x0 * self.cross(x0) + x0))))
        rating = F.mse_loss(self.rest(x).squeeze(1), label)
        weights = [self.wide, self.middle, self.rest[2], self.rest[6], self.rest[8]]
        return 0.5 * retrieval + 0.5 * rating + 0.01 * sum((layer.weight ** 2).sum() for layer in weights)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("table")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--steps", type=int, default=60)
    parser.add_argument("--compile", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.set_flush_denormal(True)
    torch.manual_seed(1)
    table = reference_table.load(options.table)
    query, item, label = (torch.from_numpy(x) for x in (table.query, table.item, table.label))
    query_of_row, item_of_row = (torch.from_numpy(x).long() for x in (table.query_of_row, table.item_of_row))
    model = Model(table)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01, eps=1e-7, fused=True)
    loss_of = torch.compile(model.loss, dynamic=False) if options.compile else model.loss
    batches, seconds = reference_table.steps_of(table), []
    for step in range(options.steps):
        start = time.perf_counter()
        rows = batches[step % len(batches)]
        optimizer.zero_grad(set_to_none=True)
        loss_of(query[query_of_row[rows]], item[item_of_row[rows]], label[rows]).backward()
        optimizer.step()
        seconds.append(time.perf_counter() - start)
    kind = "torch.compile" if options.compile else "torch eager"
    print_steps(kind, torch.__version__, options.threads, seconds, warm_up=options.steps // 5)


if __name__ == "__main__":
    main()
