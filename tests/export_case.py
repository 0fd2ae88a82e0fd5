"""A model with every feature kind and every layer, and rows for it: what the tests of `shortlist export` share."""

import csv
import json
import os
import pathlib
import random
import re
import string
import subprocess

import numpy as np

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
features = ["user", "city", "code", "age", "spent", "visits", "seen", "hour", "day", "era"]
layers   = [
  { dot_interaction = true, self_interaction = true, inputs = ["user", "city", "code"], name = "dots" },
  { concat = true, inputs = ["dots", "features"] },
  { dense = 12, activation = "elu" }, { dense = 9, activation = "softplus", bias = false }, { dense = 8, activation = "sigmoid" },
]

[candidate]
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
  { dense = 16, activation = "gelu" }, { batch_norm = true }, { dropout = 0.2 }, { activation = "relu" },
]

[[ranking]]
label  = "liked"
loss   = "binary_crossentropy"
layers = [{ dense = 8, activation = "tanh", inputs = ["query"] }, { cross = "full", bias = false }]

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


# What a caller of the exported ONNX models does: from a table's text to their inputs, as inputs.json says.


def fingerprint64(text):
    """FarmHash's Fingerprint64 of up to 16 bytes."""
    data, mask, k0, k2 = text.encode(), 2**64 - 1, 0xC3A5C85C97CB3127, 0x9AE16A3B2F90404F
    size = len(data)
    assert size <= 16
    mul = k2 + 2 * size & mask

    def fetch(begin, count):
        return int.from_bytes(data[begin:begin + count], "little")

    def turn(value, by):
        return (value >> by | value << (64 - by)) & mask

    def mix(u, v):
        a = (u ^ v) * mul & mask
        b = (v ^ a ^ a >> 47) * mul & mask
        return (b ^ b >> 47) * mul & mask

    if size >= 8:
        a, b = fetch(0, 8) + k2 & mask, fetch(size - 8, 8)
        return mix(turn(b, 37) * mul + a & mask, (turn(a, 25) + b) * mul & mask)
    if size >= 4:
        return mix(size + (fetch(0, 4) << 3), fetch(size - 4, 4))
    if size == 0:
        return k2
    y, z = data[0] + (data[size // 2] << 8), size + (data[-1] << 2)
    value = (y * k2 ^ z * k0) & mask
    return (value ^ value >> 47) * k2 & mask


def tokens(text, ngrams):
    text = re.sub("[A-Z]", lambda c: c[0].lower(), text)
    words = text.translate(str.maketrans("", "", string.punctuation)).split()
    return [" ".join(words[i:i + n]) for n in range(1, ngrams + 1) for i in range(len(words) + 1 - n)]


def id_of(entry, value):
    if entry["kind"] == "hashed":
        return fingerprint64(value) % entry["settings"]["buckets"]
    if value in entry["tokens"]:
        return entry["first_id"] + entry["tokens"].index(value)
    return fingerprint64(value) % entry["settings"]["oov_buckets"]


def values_of(entry, text):
    """The values of a cell of a bag."""
    if text == "":
        return [] if entry["missing"] in ("", -1) else [entry["missing"]]
    if entry["kind"] == "text":
        return tokens(text, entry["settings"].get("ngrams", 1))
    values = [value.strip() for value in text.split(entry["settings"]["separator"])]
    return [id_of(entry, value) if "tokens" in entry else value for value in values if value]


def feed_bag(entry, texts):
    bags = [values_of(entry, text) for text in texts]
    longest = max(map(len, bags))
    padding = "" if entry["type"] == "string" else -1
    bags = [bag + [padding] * (longest - len(bag)) for bag in bags]
    return np.array(bags, dtype=object if entry["type"] == "string" else np.int64)


def feed_vector(entry, texts):
    width = entry["shape"][1]
    return np.array([json.loads(text) if text else [np.nan] * width for text in texts], np.float32)


def feed_number(entry, texts):
    if entry["kind"] == "time":
        return np.array([np.datetime64(text or "NaT", "s").astype(np.int64) if text else np.nan for text in texts], np.float64)
    return np.array([float(text or "nan") for text in texts], np.float64)


def feed_one(entry, texts):
    if entry["type"] == "string":
        return np.array([text or entry["missing"] for text in texts], dtype=object)
    return np.array([id_of(entry, text) if text else entry["missing"] for text in texts], np.int64)


def feed(inputs, rows):
    """The inputs of a tower for rows of a CSV, in which "" is missing."""
    fed = {}
    for entry in inputs:
        texts = [str(row[entry["column"]]) for row in rows]
        kind = entry["kind"]
        make = (feed_vector if kind == "vector" else feed_number if kind in ("number", "time")
                else feed_bag if len(entry["shape"]) == 2 else feed_one)
        fed[entry["name"]] = make(entry, texts)
    return fed


def read_csv(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def check_onnx(folder, run, table):
    """`run(path, inputs)` gives a model's outputs by name: they must be what the program says of `table`."""
    models = json.loads((folder / "onnx/inputs.json").read_text())
    rows = read_csv(folder / table)
    query = run(folder / "onnx/query.onnx", feed(models["query"]["inputs"], rows))["embedding"]
    candidate = run(folder / "onnx/candidate.onnx", feed(models["candidate"]["inputs"], rows))["embedding"]
    shortlist("embed", "bundle", "--queries", table, "--out", "queries.npy", "--quiet", cwd=folder)
    np.testing.assert_allclose(query, np.load(folder / "queries.npy"), rtol=2e-5, atol=2e-6)
    shortlist("predict", "bundle", "--data", table, "--out", "predicted.csv", "--quiet", cwd=folder)
    predicted = read_csv(folder / "predicted.csv")
    ranking = run(folder / "onnx/ranking.onnx", {"query": query, "candidate": candidate})
    for label in ("rating", "liked"):
        expected = np.array([float(row[f"predicted_{label}"]) for row in predicted])
        np.testing.assert_allclose(ranking[f"predicted_{label}"], expected, rtol=2e-5, atol=2e-5)
    return rows, candidate


def check_catalogue(folder, rows, candidate):
    shortlist("embed", "bundle", "--candidates", "--out", "items.jsonl", "--quiet", cwd=folder)
    items = [json.loads(line) for line in (folder / "items.jsonl").read_text().splitlines()]
    vectors = {item["item"]: item["embedding"] for item in items}
    expected = np.array([vectors[row["item"]] for row in rows])
    np.testing.assert_allclose(candidate, expected, rtol=2e-5, atol=2e-6)
