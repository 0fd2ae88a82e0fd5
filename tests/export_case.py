"""A model with every feature kind and every layer, and rows for it: what the tests of `shortlist export` share."""

import csv
import json
import os
import pathlib
import random
import subprocess

import numpy as np

from onnx_feed import feed

ROOT = pathlib.Path(__file__).resolve().parent.parent
PROGRAM = os.path.abspath(os.environ.get("SHORTLIST", ROOT / "build/shortlist"))

CONFIG = """
[data]
table = "visits.csv"
split = { train = 0.8, validation = 0.1, test = 0.1 }

[features]
user   = { kind = "category", missing = "token", dim = 5 }
city   = { kind = "category", oov_buckets = 3, dim = 5 }
code   = { kind = "hashed", buckets = 40, missing = "token", dim = 5 }
cross  = { kind = "crossed", columns = ["city", "visits", "code"], buckets = 50, dim = 5 }
age    = { kind = "number", missing = "indicator" }
spent  = { kind = "number", normalize = "log" }
visits = { kind = "number", quantiles = 5, missing = "bucket", dim = 5 }
seen   = { kind = "time" }
hour   = { kind = "time", column = "seen", as = "hour", missing = "bucket", dim = 5 }
day    = { kind = "time", column = "seen", as = "weekday", dim = 5 }
era    = { kind = "time", column = "seen", as = "buckets", buckets = 20, dim = 5 }

item   = { kind = "category", oov_buckets = 0, missing = "empty", dim = 6 }
title  = { kind = "text", ngrams = 2, max_tokens = 60, max_length = 4, pooling = "sqrtn", dim = 6 }
words  = { kind = "text", column = "title", max_tokens = 9, unknown = "drop", missing = "oov", pooling = "sum", dim = 6 }
tags   = { kind = "categories", separator = ";", missing = "token", dim = 6 }
moods  = { kind = "categories", column = "tags", separator = ";", oov_buckets = 2, missing = "oov", dim = 6 }
look   = { kind = "vector", l2_normalize = true }
raw    = { kind = "vector", column = "look" }
price  = { kind = "number", normalize = "none", missing = "zero" }
band   = { kind = "number", column = "price", edges = [0.2, 0.5, 0.75], dim = 6 }

[query]
features = ["user", "city", "code", "cross", "age", "spent", "visits", "seen", "hour", "day", "era"]
layers   = [
  { dot_interaction = true, self_interaction = true, inputs = ["user", "city", "code"], name = "dots" },
  { concat = true, inputs = ["dots", "features"] },
  { dense = 12, activation = "elu" }, { dense = 9, activation = "softplus", bias = false }, { dense = 8, activation = "sigmoid" },
]

[items]
id         = "item"
features   = ["item", "title", "words", "tags", "moods", "look", "raw", "price", "band"]
layers     = [
  { add = true, inputs = ["item", "title", "tags"], name = "sum" },
  { multiply = true, inputs = ["sum", "words", "moods"], name = "product" },
  { concat = true, inputs = ["product", "sum", "features"] },
  { dense = 12, activation = "selu" }, { dense = 8, activation = "swish" }, { l2_normalize = true },
]
attributes = ["tags", "price"]

[retrieval]
top_k = [1, 5]

[[ranking]]
label  = "rating"
layers = [
  { cross = "full", activation = "tanh", diag_scale = 0.5 }, { cross = "low", projection = 3 },
  { cross_mix = 2, projection = 3 },
  { dense = 16, activation = "gelu" }, { batch_norm = true }, { dropout = 0.2 }, { activation = "relu" },
]

[[ranking]]
label  = "liked"
loss   = "binary_crossentropy"
layers = [
  { dense = 2, inputs = ["features"], name = "gate" }, { mixture = true, inputs = ["gate", "query", "item"] },
  { dense = 8, activation = "tanh", name = "mixed" }, { fm = true, inputs = ["query", "item", "mixed"], name = "pairs" },
  { concat = true, inputs = ["mixed", "pairs", "price", "query_bias"] }, { cross = "full", bias = false },
]

[training]
epochs      = 2
batch       = 64
optimizer   = { adam = 0.01 }
tensorboard = false
"""

WORDS = "the Spider-Man returns L.A. éclair it's ocean RED 42 city moon's".split()
TAGS = ["drama", "war", "Sci-Fi", "café", "x y"]
ITEM_COLUMNS = ["item", "title", "tags", "look", "price"]


def make_items(draw):
    items = []
    for i in range(40):
        vector = [round(draw.uniform(-2, 2), 3) for _ in range(3)] if i % 9 else [0, 0, 0]
        items.append({
            "item": f"item {i:02}",
            "title": "" if i == 7 else " ".join(draw.choices(WORDS, k=draw.randint(1, 6))),
            "tags": "" if i == 3 else "; ".join(draw.choices(TAGS, k=draw.randint(1, 4))),
            "look": "" if i == 5 else json.dumps(vector),
            "price": "" if i == 11 else [0.2, 0.5, 0.75, 0.1, 0.61][i % 5],
        })
    return items


def make_rows(count=700):
    draw = random.Random(3)
    items = make_items(draw)
    rows = []
    for _ in range(count):
        seen = f"20{draw.randint(10, 23)}-{draw.randint(1, 12):02}-{draw.randint(1, 28):02}T{draw.randint(0, 23):02}:30:00"
        rows.append({
            "user": draw.choice(["", "ann", "bob", "Zoë"]),
            "city": draw.choice(["", "Oslo", "Lima", "Kyoto"]),
            "code": draw.choice(["", "a", "abcd", "abcdefgh", "éé", "sixteen letters!", "abcdefghi"]),
            "age": draw.choice(["", str(draw.randint(10, 80))]),
            "spent": draw.choice(["", "0", f"{draw.expovariate(0.01):.2f}", "-3.5"]),
            "visits": draw.choice(["", str(draw.randint(0, 20))]),
            "seen": draw.choice(["", seen, seen]),
            "rating": draw.randint(1, 5),
            "liked": draw.randint(0, 1),
            **draw.choice(items),
        })
    return rows


def write_csv(path, rows):
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)


def shortlist(*arguments, cwd, code=0):
    done = subprocess.run([PROGRAM, *map(str, arguments)], cwd=cwd, text=True, capture_output=True, timeout=300)
    assert done.returncode == code, f"exit code {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done


def unseen_rows():
    """Rows with values that the fit never saw, beside the others."""
    rows = make_rows(60)
    for i, row in enumerate(rows):
        row.update([("user", "new"), ("city", f"new {i}"), ("visits", "1e6"), ("spent", "1e300"), ("item", "new")][i % 5:][:1])
        row.update([("title", "unheard of the words"), ("tags", "new;drama; ;new"), ("title", "!!!"), ("age", "-1")][i % 4:][:1])
    return rows


def make_case(folder):
    """A trained bundle, and tables of rows that it saw and of rows that it did not see."""
    (folder / "all.toml").write_text(CONFIG)
    write_csv(folder / "visits.csv", make_rows())
    write_csv(folder / "unseen.csv", unseen_rows())
    shortlist("train", "all.toml", "--out", "bundle", "--quiet", cwd=folder)
    shortlist("export", "bundle", "--to", "onnx", "--out", "onnx", cwd=folder)
    return folder


def read_csv(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def check_onnx(folder, run, table):
    """`run(path, inputs)` gives a model's outputs by name: they must be what the program says of `table`."""
    models = json.loads((folder / "onnx/inputs.json").read_text())
    rows = read_csv(folder / table)
    queries = run(folder / "onnx/query.onnx", feed(models["query"]["inputs"], rows))
    items = run(folder / "onnx/item.onnx", feed(models["item"]["inputs"], rows))
    query, item = queries["embedding"], items["embedding"]
    shortlist("embed", "bundle", "--queries", table, "--out", "queries.npy", "--quiet", cwd=folder)
    np.testing.assert_allclose(query, np.load(folder / "queries.npy"), rtol=2e-5, atol=2e-6)
    shortlist("predict", "bundle", "--data", table, "--raw", "--out", "predicted.csv", "--quiet", cwd=folder)
    predicted = read_csv(folder / "predicted.csv")
    # A ranking that reads features has outputs of their own in the towers.
    ranking = run(folder / "onnx/ranking.onnx", {"query": queries["ranked"], "item": items["ranked"]})
    for label in ("rating", "liked"):
        expected = np.array([float(row[f"predicted_{label}"]) for row in predicted])
        np.testing.assert_allclose(ranking[f"predicted_{label}"], expected, rtol=2e-5, atol=2e-5)
    return rows, item


def check_catalogue(folder, rows, item):
    shortlist("embed", "bundle", "--items", "--out", "items.jsonl", "--quiet", cwd=folder)
    items = [json.loads(line) for line in (folder / "items.jsonl").read_text().splitlines()]
    vectors = {item["item"]: item["embedding"] for item in items}
    expected = np.array([vectors[row["item"]] for row in rows])
    np.testing.assert_allclose(item, expected, rtol=2e-5, atol=2e-6)
